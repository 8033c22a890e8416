"""What a command says: words for people, or JSON for machines, on standard output or into a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from casework.words.lines import harmless, one_line


@dataclass
class Output:
    """How this call of the command was asked to answer; one per process."""

    as_json: bool = False
    with_traceback: bool = False


asked = Output()


def say(words: str = "") -> None:
    """Words for people beside the result: progress, remedies. They go to standard error."""
    click.echo(harmless(words), err=True)


def answer(content: Any, *, words: Callable[[], str], out: Path | None = None) -> None:
    """The result: with `--json` the content, else the words; into `out` if it is given."""
    text = json.dumps(content, ensure_ascii=False, indent=None) if asked.as_json else words()
    write(text, out)


def write(text: str, out: Path | None) -> None:
    """A text into a file, or to standard output."""
    if out is None:
        click.echo(harmless(text))
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text + "\n", encoding="utf-8")
    say(f"written to {out}")


def table(rows: Iterable[Iterable[object]], *, heads: Iterable[str]) -> str:
    """Rows as aligned text."""
    lines = [[str(head) for head in heads], *[[one_line(str(cell)) for cell in row] for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    texts = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join(texts)
