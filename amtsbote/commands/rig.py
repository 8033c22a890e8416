"""`amtsbote rig`: trials that hurt, counted in the target system's own database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from amtsbote.commands import options
from amtsbote.output import answer, say, table


@click.group()
def rig() -> None:
    """Trials that hurt: kill, break, change, and count afterwards."""


@rig.command()
@click.option("--kills", default=100, show_default=True, help="Workers to kill, over all modes and databases.")
@click.option("--mode", "modes", multiple=True, metavar="MODE", help="Only this fault mode; may be repeated.")
@click.option("--database", "backends", multiple=True, type=click.Choice(["sqlite", "postgresql"]), help="Only on it.")
@options.out
def crash(kills: int, modes: tuple[str, ...], backends: tuple[str, ...], out: Path | None) -> int:
    """SIGKILL at every step of a posting, in every fault mode, on every database; 1 when one was lost or doubled."""
    from demo.rigs.apart import BACKENDS
    from demo.rigs.crash import crash as run
    from demo.rigs.faults import MODES

    unknown = [mode for mode in modes if mode not in MODES]
    if unknown:
        raise click.UsageError(f"no fault mode {', '.join(unknown)}; there are {', '.join(MODES)}")
    result = run(kills, modes=modes or tuple(MODES), backends=backends or BACKENDS, say=say)
    answer(result, words=lambda: _words(result), out=out)
    return 1 if result["lost"] or result["duplicates"] else 0


@rig.command()
@click.option("--messages", default=1000, show_default=True, type=click.IntRange(min=1), help="Mails to put in.")
@click.option("--kills", type=click.IntRange(min=0), help="Intakes to kill; one per fifty mails unless given.")
@click.option("--seed", default=1, show_default=True, help="What is drawn: mails, faults, moments.")
@click.option("--read", default=100, show_default=True, type=click.IntRange(min=0), help="Mails to have read as well.")
@click.option("--database", "backend", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
@options.out
def mailbox(messages: int, kills: int | None, seed: int, read: int, backend: str, out: Path | None) -> int:
    """SIGKILL to intakes behind a faulty line to a real mail server; 1 when a mail was lost, doubled or unexplained."""
    from demo.rigs.mailbox import MESSAGES_PER_KILL, broken, mailbox as run

    wanted = -(-messages // MESSAGES_PER_KILL) if kills is None else kills
    result = run(messages, kills=wanted, seed=seed, read=read, backend=backend, say=say)
    answer(result, words=lambda: _mailbox_words(result), out=out)
    return 1 if broken(result) else 0


def _mailbox_words(result: dict[str, Any]) -> str:
    from demo.rigs.mailbox import MUST_BE_ZERO

    columns = ("messages", "kills", *MUST_BE_ZERO[:3], "read", "seconds")
    counts = table([[result[column] for column in columns]], heads=columns)
    others = [f"{name}: {result[name]}" for name in MUST_BE_ZERO[3:] if result[name]]
    return "\n".join([counts, *others, table(result["faults"].items(), heads=("fault", "times"))])


def _words(result: dict[str, Any]) -> str:
    columns = ("kills", "postings", "duplicates", "lost", "to_human")
    rows = [
        (mode, backend, *(counts[column] for column in columns))
        for mode, by_backend in result["modes"].items()
        for backend, counts in by_backend.items()
    ]
    total = ("all", "", *(result[column] for column in columns))
    usual = [(way, "", "", "", row["duplicates"], row["lost"], "") for way, row in result["baselines"].items()]
    return table([*rows, total, *usual], heads=("mode", "database", *columns))
