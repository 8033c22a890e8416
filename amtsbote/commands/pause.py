"""`amtsbote pause|resume`: stop and go on, with a stated policy for what waited."""

from __future__ import annotations

import click

from amtsbote.output import answer

POLICIES = ("work-off", "expire", "ask")
scope = click.argument("scope", type=click.Choice(["all", "office", "process", "system", "mailbox"]))
name = click.argument("name", default="")


def _check(chosen: str, named: str) -> None:
    if (chosen == "all") == bool(named):
        raise click.UsageError("say `all`; office, process or system with its id; or mailbox with OFFICE/ACCOUNT")


@click.command()
@scope
@name
@click.option("--backlog", type=click.Choice(POLICIES), default="work-off", show_default=True)
def pause(scope: str, name: str, backlog: str) -> int:
    """Stop; what is armed is brought to its end, nothing new is begun."""
    _check(scope, name)
    from amtsbote.record import open_record

    open_record()
    from casework.actions import pauses

    pauses.pause(scope, name, backlog=pauses.Backlog(backlog))
    answer({"paused": scope, "name": name}, words=lambda: f"paused: {scope} {name}".strip())
    return 0


@click.command()
@scope
@name
@click.option("--backlog", type=click.Choice(POLICIES), help="What becomes of what waited; else as the pause said.")
def resume(scope: str, name: str, backlog: str | None) -> int:
    """Go on; a system or mailbox stopped after a refused login may be tried again."""
    _check(scope, name)
    from amtsbote.record import open_record

    open_record()
    from casework.actions import pauses

    concerned = pauses.resume(scope, name, backlog=pauses.Backlog(backlog) if backlog else None)
    words = f"resumed: {scope} {name}".strip() + f"; {concerned} cases had waited"
    answer({"resumed": scope, "name": name, "cases": concerned}, words=lambda: words)
    return 0
