"""`amtsbote learn`: train the model of kinds."""

from __future__ import annotations

from pathlib import Path

import click

from amtsbote.output import answer


@click.command()
@click.option(
    "--texts",
    type=click.Path(exists=True, path_type=Path, dir_okay=False),
    required=True,
    help="JSONL with text and label a line.",
)
@click.option("--source", type=click.Choice(["generated", "confirmed"]), default="confirmed", show_default=True)
def learn(texts: Path, source: str) -> int:
    """Train the model that tells kinds apart; it abstains where it is not sure, and proves no bound by itself."""
    from flows.stations.learn import learn_from

    metadata = learn_from(texts, source=source)
    answer(metadata, words=lambda: f"learned {metadata['texts']} letters ({source})")
    return 0
