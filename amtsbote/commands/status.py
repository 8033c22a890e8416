"""`amtsbote status`: what waits, what runs, what is stuck; systems and mailboxes with their health."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from amtsbote.commands import options
from amtsbote.output import answer, table
from amtsbote.processes import is_alive
from casework.words.lines import one_line


@click.command()
@options.out
def status(out: Path | None) -> int:
    """Look at the record and at what runs; 1 when something needs you."""
    from amtsbote.record import open_record
    from casework.configuration import home

    open_record()
    from amtsbote import standing

    now = standing.look()
    content: dict[str, Any] = {"up": _up(home() / "run" / "up.json"), **now.as_json()}
    answer(content, words=lambda: _words(content), out=out)
    return 1 if now.needs_somebody else 0


def _up(file: Path) -> dict[str, Any] | None:
    try:
        state: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    # a box that was killed could not take its note away
    return state if is_alive(state["pid"]) else None


def _words(content: dict[str, Any]) -> str:
    up = content["up"]
    lines = [f"up: console {up['console']['url']}, Prefect {up['prefect']['url']}" if up else "up: not running"]
    lines += [
        "",
        table(
            [(row["process"], row["state"], row["cases"], row["oldest"]) for row in content["waiting"]],
            heads=("process", "state", "cases", "oldest since"),
        ),
    ]
    lines += [f"paused: {row['scope']} {row['name']}".rstrip() for row in content["pauses"]]
    for row in content["health"]:
        trouble = row["words"] or row["reason"]
        lines.append(one_line(f"{row['kind']} {row['name']} of {row['office']}: {trouble or 'well'}"))
    return "\n".join(lines)
