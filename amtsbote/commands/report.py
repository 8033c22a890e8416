"""`amtsbote report savings`: the books of a month, as people may see them (nothing under five cases)."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from amtsbote.commands import options
from amtsbote.output import asked, say, write

if TYPE_CHECKING:
    from casework.register.savings import SavingsRow

COLUMNS = ("office", "process", "month", "cases", "gross_min", "clerk_min", "failures_min", "net_min", "known")
HEADS = (
    "Amt",
    "Prozess",
    "Monat",
    "Vorgänge",
    "brutto (min)",
    "Prüfzeit (min)",
    "Störungen (min)",
    "netto (min)",
    "bekannt",
)


@click.group()
def report() -> None:
    """Reports from the books."""


@report.command()
@click.option("--month", type=click.DateTime(["%Y-%m"]), required=True, help="For instance 2026-11.")
@click.option("--format", "form", type=click.Choice(["html", "csv", "json", "xlsx"]), default="csv", show_default=True)
@options.office
@options.out
def savings(month: datetime, form: str, office: str | None, out: Path | None) -> int:
    """What was saved in a month, per office and process: gross, measured clerk time, failures, net."""
    from amtsbote.record import open_record

    open_record()
    from casework.configuration import current
    from casework.register import books, savings as sums

    books.write_up()
    offices = [office] if office else sorted(current().offices)
    rows = [_as_row(row) for row in sums.publishable(sums.savings(offices, month=month.date()))]
    form = "json" if asked.as_json else form
    if form == "xlsx":
        return _write_xlsx(rows, out)
    write({"json": _json, "csv": _csv, "html": _html}[form](rows, month.date()), out)
    return 0


def _as_row(row: SavingsRow) -> dict[str, Any]:
    return {
        "office": row.office,
        "process": row.process,
        "month": f"{row.month:%Y-%m}",
        "cases": row.cases,
        "gross_min": round(row.gross / 60, 1),
        "clerk_min": round(row.clerk / 60, 1),
        "failures_min": round(row.failures / 60, 1),
        "net_min": round(row.net / 60, 1),
        "known": " ".join(f"{how}:{cases}" for how, cases in row.known),
    }


def _json(rows: list[dict[str, Any]], month: date) -> str:
    import json

    return json.dumps({"month": f"{month:%Y-%m}", "rows": rows}, ensure_ascii=False)


def _csv(rows: list[dict[str, Any]], month: date) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().rstrip("\n")


def _html(rows: list[dict[str, Any]], month: date) -> str:
    from jinja2 import Environment, PackageLoader

    page = Environment(loader=PackageLoader("amtsbote"), autoescape=True).get_template("savings.html")
    return page.render(rows=rows, heads=HEADS, columns=COLUMNS, month=month)


def _write_xlsx(rows: list[dict[str, Any]], out: Path | None) -> int:
    if out is None:
        raise click.UsageError("--format xlsx needs --out FILE")
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADS)
    for row in rows:
        sheet.append([row[column] for column in COLUMNS])
    out.parent.mkdir(parents=True, exist_ok=True)
    book.save(out)
    say(f"written to {out}")
    return 0
