"""`amtsbote config export`: what people decided, as YAML for the office's own overlay."""

from __future__ import annotations

from pathlib import Path

import click

from amtsbote.output import answer


@click.group()
def config() -> None:
    """The configuration."""


@config.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export(folder: Path) -> int:
    """Write the decisions that the record lays over the files into FOLDER, as overlay files."""
    from amtsbote.record import open_record

    open_record()
    from casework.actions import force
    from casework.configuration import export_overrides

    written = []
    for path, text in export_overrides(force.overrides()).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        written.append(str(target))
    answer({"written": written}, words=lambda: "\n".join(written) or "the record overrides nothing")
    return 0
