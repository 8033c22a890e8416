"""`amtsbote intake|prepare|transfer|housekeeping`: the same shifts as under `up`, without a server."""

from __future__ import annotations

import click

from amtsbote.commands import options
from amtsbote.output import answer, say
from amtsbote.record import open_record

FOR_EVER = float("inf")


def _no_wake(flow: str) -> None:
    """Nobody to wake: whoever works by hand starts the next station by hand."""


def _title(*words: str | None) -> None:
    from setproctitle import setproctitle

    setproctitle("amtsbote: " + " ".join(word for word in words if word))


@click.command()
@options.office
@click.option("--mailbox", metavar="ACCOUNT", help="Only this mailbox or watched folder.")
@options.once
def intake(office: str | None, mailbox: str | None, once: bool) -> int:
    """Store what arrives in mailboxes and watched folders; without --once of one, waiting for more until Ctrl-C."""
    from casework.configuration import current

    chosen = [
        (here.id, door.account)
        for here in current().offices.values()
        for door in here.doors
        if office in (None, here.id) and mailbox in (None, door.account)
    ]
    if not chosen:
        raise click.UsageError("no mailbox and no watched folder fits --office and --mailbox")
    if len(chosen) > 1 and not once:
        raise click.UsageError("without --once name one door with --office and --mailbox, or use `amtsbote up`")
    open_record()
    from flows import shifts
    from flows.stop import Stop

    _title("intake", office)
    with Stop() as stop:
        stored = sum(shifts.receive_mail(here, box, stop=stop, wake=_no_wake, once=once) for here, box in chosen)
    answer({"stored": stored}, words=lambda: f"{stored} messages stored")
    return 0


@click.command()
@options.once
def prepare(once: bool) -> int:
    """Read and judge new cases, waiting for more until Ctrl-C unless --once."""
    open_record()
    from flows import shifts
    from flows.stop import Stop

    _title("prepare")
    with Stop() as stop:
        worked = shifts.prepare_cases(stop=stop, wake=_no_wake, linger=0 if once else FOR_EVER)
    answer({"prepared": worked}, words=lambda: f"{worked} cases prepared")
    return 0


@click.command()
@options.office
@options.system
@options.once
def transfer(office: str | None, system: str | None, once: bool) -> int:
    """Carry ready cases into the target systems, waiting for more until Ctrl-C unless --once."""
    open_record()
    from flows import shifts
    from flows.stop import Stop

    _title("transfer", system)
    with Stop() as stop:
        worked = shifts.transfer_cases(office, system, stop=stop, linger=0 if once else FOR_EVER)
    answer({"transferred": worked}, words=lambda: f"{worked} cases carried")
    return 0


@click.command()
@options.once
def housekeeping(once: bool) -> int:
    """One round: reap what a dead worker left, keep the books, say which stations have work waiting."""
    open_record()
    from flows import shifts

    waiting = shifts.keep_house(wake=_no_wake)
    answer({"waiting": waiting}, words=lambda: f"work waits for: {', '.join(waiting) or 'nobody'}")
    if not once:
        say("one round is all: under `amtsbote up` one runs every minute")
    return 0
