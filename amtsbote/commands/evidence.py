"""`amtsbote evidence`: what a bot did in one attempt, for those entitled."""

from __future__ import annotations

from pathlib import Path

import click

from amtsbote.output import answer


@click.command()
@click.argument("attempt", type=int)
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder to write to.")
def evidence(attempt: int, out: Path) -> int:
    """Decrypt the bundle of one attempt (pictures, entered and read-back values) into a folder."""
    from amtsbote import posting
    from amtsbote.record import open_record

    open_record()
    files = [str(path) for path in posting.write_evidence(attempt, out)]
    answer({"files": files}, words=lambda: "\n".join(files) or "this attempt left no evidence")
    return 0
