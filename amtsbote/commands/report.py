"""`amtsbote report savings`: the books of a month, as people may see them (nothing under five cases)."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from amtsbote.commands import options
from amtsbote.output import asked, say, write

if TYPE_CHECKING:
    from casework.register.savings import SavingsRow


@click.group()
def report() -> None:
    """Reports from the books."""


@report.command()
@click.option("--month", type=click.DateTime(["%Y-%m"]), required=True, help="For instance 2026-11.")
@click.option("--format", "form", type=click.Choice(["html", "csv", "json", "xlsx"]), default="csv", show_default=True)
@options.office
@options.out
def savings(month: datetime, form: str, office: str | None, out: Path | None) -> int:
    """What was saved in a month, per office and process: gross, measured clerk time, failures, net.

    First writes up what is not yet in the books, and says so; what is in them never changes.
    """
    from amtsbote.record import open_existing_record

    open_existing_record()
    from casework.configuration import current
    from casework.register import books, savings as sums

    if added := books.write_up():
        say(f"written up first: {added} entries")
    offices = [office] if office else sorted(current().offices)
    rows = sums.publishable(sums.savings(offices, month=month.date()))
    form = "json" if asked.as_json else form
    if form == "xlsx":
        return _write_xlsx(rows, out)
    write({"json": _json, "csv": _csv, "html": _html}[form](rows, month.date()), out)
    return 0


def _json(rows: list[SavingsRow], month: date) -> str:
    return json.dumps({"month": f"{month:%Y-%m}", "rows": [_record(row) for row in rows]}, ensure_ascii=False)


def _record(row: SavingsRow) -> dict[str, Any]:
    """For machines: ids instead of names."""
    from casework.console.savings_table import minutes, seconds

    known = " ".join(f"{how}:{cases}" for how, cases in row.known)
    place = {"office": row.office, "process": row.process, "month": f"{row.month:%Y-%m}", "cases": row.cases}
    return {**place, **minutes(row), **seconds(row), "known": known}


def _csv(rows: list[SavingsRow], month: date) -> str:
    from casework.console.savings_table import sheet
    from casework.register.table import csv_text

    return csv_text(sheet(rows)).rstrip("\r\n")


def _html(rows: list[SavingsRow], month: date) -> str:
    from jinja2 import Environment, PackageLoader

    from casework.console.savings_table import cells, heads

    page = Environment(loader=PackageLoader("amtsbote"), autoescape=True).get_template("savings.html")
    return page.render(rows=[cells(row) for row in rows], heads=heads(), month=month)


def _write_xlsx(rows: list[SavingsRow], out: Path | None) -> int:
    if out is None:
        raise click.UsageError("--format xlsx needs --out FILE")
    from casework.console.savings_table import sheet
    from casework.register.table import save_workbook

    save_workbook(sheet(rows), out)
    say(f"written to {out}")
    return 0
