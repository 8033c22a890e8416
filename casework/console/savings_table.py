"""The table of what was saved, the same for the page's CSV and the report of the command line."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from casework.console import words
from casework.register.savings import SavingsRow


def heads() -> list[str]:
    """What stands above the columns."""
    return [
        _("Amt"),
        _("Prozess"),
        _("Monat"),
        _("Vorgänge"),
        _("Brutto (Minuten)"),
        _("Prüfzeit (Minuten)"),
        _("Störungen (Minuten)"),
        _("Netto (Minuten)"),
        _("Grundlage der Zeit"),
    ]


def cells(row: SavingsRow) -> list[object]:
    """One row in words and minutes."""
    known = ", ".join(f"{words.word(words.KNOWN, name)}: {cases}" for name, cases in row.known)
    title = words.process_title(row.process)
    return [words.office_name(row.office), title, f"{row.month:%Y-%m}", row.cases, *minutes(row).values(), known]


def sheet(rows: Iterable[SavingsRow]) -> list[list[object]]:
    """The table for spreadsheets: heads and rows, with the sums to the second, which is what the books hold."""
    exact = [_("Brutto (Sekunden)"), _("Prüfzeit (Sekunden)"), _("Störungen (Sekunden)"), _("Netto (Sekunden)")]
    return [[*heads(), *exact], *([*cells(row), *seconds(row).values()] for row in rows)]


def seconds(row: SavingsRow) -> dict[str, int]:
    """The sums of a row as the books hold them."""
    return {"gross_s": row.gross, "clerk_s": row.clerk, "failures_s": row.failures, "net_s": row.net}


def minutes(row: SavingsRow) -> dict[str, float]:
    """The sums of a row in minutes, to a tenth."""
    return {
        "gross_min": round(row.gross / 60, 1),
        "clerk_min": round(row.clerk / 60, 1),
        "failures_min": round(row.failures / 60, 1),
        "net_min": round(row.net / 60, 1),
    }
