"""`amtsbote post`: one posting by hand."""

from __future__ import annotations

from pathlib import Path

import click

from amtsbote.commands import options
from amtsbote.output import answer

GOOD = ("confirmed", "dry_run")


@click.command()
@click.argument("system")
@click.argument("operation")
@click.argument("work", type=click.Path(path_type=Path))
@click.option("--office", default="", metavar="OFFICE", help="Whose address, account and journal; the only one if one.")
@click.option("--base-url", metavar="URL", help="Another address of the system, say a test installation.")
@click.option("--login", metavar="NAME", help="One of the office's accounts there.")
@click.option("--headed", is_flag=True, help="Show the browser.")
@click.option("--step", is_flag=True, help="Wait for the return key before each step.")
@click.option("--dry-run", is_flag=True, help="Fill and read back, then stop.")
@click.option("--again", default="", metavar="REASON", help="A human opens another attempt, and says why.")
@options.out
def post(
    system: str,
    operation: str,
    work: Path,
    office: str,
    base_url: str | None,
    login: str | None,
    headed: bool,
    step: bool,
    dry_run: bool,
    again: str,
    out: Path | None,
) -> int:
    """Carry WORK.json into SYSTEM by OPERATION, exactly once: same runner, journal, gate and evidence as the flows."""
    from amtsbote import posting
    from amtsbote.record import open_record

    open_record()
    order = posting.PostOrder(
        system=system,
        operation=operation,
        work=work,
        office=office or _only_office(),
        base_url=base_url,
        login=login,
        headed=headed,
        step=step,
        dry_run=dry_run,
        again=again,
    )
    result = posting.post(order)
    words = f"{result['state']}: {result['receipt'] or result['reason'] or 'no receipt'} ({result['seconds']} s)"
    answer(result, words=lambda: words, out=out)
    return 0 if result["state"] in GOOD else 1


def _only_office() -> str:
    from casework.configuration import current

    offices = sorted(current().offices)
    if len(offices) != 1:
        raise click.UsageError(f"say --office, one of {', '.join(offices) or 'none: AMTSBOTE_CONFIG names no office'}")
    return offices[0]
