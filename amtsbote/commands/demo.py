"""`amtsbote demo`: the embedded world of `make demo`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from amtsbote.output import answer
from casework.words.errors import AmtsboteError

CLERKS = ("alke", "cord")


class NoDemo(AmtsboteError):
    """No demo is running."""

    def __init__(self) -> None:
        super().__init__("no demo is running; start it with `make demo`")


def _folder() -> Path:
    from casework.configuration import checkout

    return checkout() / "var" / "demo"


def _note(folder: Path) -> dict[str, Any]:
    """What a running demo left about itself."""
    try:
        note: dict[str, Any] = json.loads((folder / "world.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoDemo from None
    return note


@click.group()
def demo() -> None:
    """The embedded world of `make demo`."""


@demo.command()
@click.option("--once", is_flag=True, help="End when the post is worked off; so it does without a terminal.")
@click.option("--seed", default=1, show_default=True, help="The same seed and day give the same letters.")
@click.option("--count", default=60, show_default=True, help="How many letters.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Instead of var/demo.")
def run(once: bool, seed: int, count: int, folder: Path | None) -> int:
    """Build the world, deliver a morning's post, work it off, count it twice."""
    from demo.run import Story, run as play

    once = once or not sys.stdout.isatty()
    return play(Story(folder=folder or _folder(), seed=seed, count=count, once=once))


@demo.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--to", default="", help="The address of an office; the first one's by default.")
def send(paths: tuple[Path, ...], to: str) -> int:
    """Put mails (.eml) or other files into the running demo's mailbox."""
    from demo.letters import OFFICES
    from demo.sending import Gateway, send_files

    note = _note(_folder())
    files = [file for path in paths for file in ([path] if path.is_file() else sorted(path.iterdir()))]
    sent = send_files(files, Gateway(**note["gateway"]), to=to or OFFICES[0].mailbox)
    answer({"sent": sent}, words=lambda: f"{sent} sent")
    return 0


@demo.command()
@click.option("--limit", type=int, help="How many cases each clerk decides; all by default.")
@click.option("--user", "users", multiple=True, type=click.Choice(CLERKS), help="Only this clerk.")
@click.option("--headed", is_flag=True, help="Show the browser.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Instead of var/demo.")
def clerk(limit: int | None, users: tuple[str, ...], headed: bool, folder: Path | None) -> int:
    """Scripted clerks work the running demo's queue through the console, in a browser, as people would."""
    from demo.clerk import work_queue

    folder = folder or _folder()
    console = _note(folder)["console"]
    passwords = json.loads((folder / "people.json").read_text(encoding="utf-8"))
    truth = folder / "letters" / "truth.json"
    reports = [
        work_queue(console, user, passwords[user], truth, limit, headed=headed).as_json() for user in users or CLERKS
    ]
    answer({"clerks": reports}, words=lambda: "\n".join(map(_clerk_words, reports)))
    return 0


def _clerk_words(report: dict[str, Any]) -> str:
    answers = ", ".join(f"{answer} {count}" for answer, count in report["answers"].items())
    answers += f", {report['acknowledged']} answered by mail" if report["acknowledged"] else ""
    left = "".join(f"\n  left alone {case}: {why}" for case, why in report["left"].items())
    return f"{report['user']}: {report['worked']} decided in {report['seconds']} s ({answers or 'nothing'}){left}"
