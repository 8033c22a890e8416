"""`amtsbote bench`: how fast, measured here and now, beside a peer where there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from amtsbote.commands import options
from amtsbote.output import answer, table

COLUMNS = ("name", "unit", "n", "ours", "peer", "peer_name", "ratio", "note")


@click.command()
@click.argument("names", nargs=-1)
@options.out
def bench(names: tuple[str, ...], out: Path | None) -> int:
    """Run the benchmarks of these names, or all."""
    from demo.bench import NAMES, run

    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise click.UsageError(f"no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    rows = run(names or NAMES)
    answer(rows, words=lambda: _words(rows), out=out)
    return 0


def _words(rows: list[dict[str, Any]]) -> str:
    return table(([row[column] or "" for column in COLUMNS] for row in rows), heads=COLUMNS)
