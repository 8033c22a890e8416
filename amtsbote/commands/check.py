"""`amtsbote check`: what would go wrong at night, said now."""

from __future__ import annotations

import click

from amtsbote import checkup
from amtsbote.commands import options
from amtsbote.output import answer


@click.command()
@click.option("--mailbox", is_flag=True, help="Log in to every mailbox and name what is missing there.")
@options.out
def check(mailbox: bool, out: checkup.Path | None) -> int:
    """Check configuration, secrets, places and programs; `file:line: message` for each problem."""
    report = checkup.examine(mailboxes=mailbox)
    answer(report.as_json(), words=report.words, out=out)
    return 0 if report.good else 1
