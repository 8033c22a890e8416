"""`amtsbote evaluate`: how well files are read, how well the learner learns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from amtsbote.commands import options
from amtsbote.output import answer

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def evaluate() -> None:
    """Figures against a truth."""


@evaluate.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--truth", required=True, type=_FILE, help="{name: {kind?, field: value}}")
@options.out
def read(folder: Path, truth: Path, out: Path | None) -> int:
    """Figures per kind and field over the files of a folder."""
    from amtsbote.evaluating import evaluate_read

    figures = evaluate_read(folder, truth)
    answer(figures, words=lambda: _words(figures), out=out)
    return 0


@evaluate.command()
@click.option("--train", "train_file", required=True, type=_FILE, help="JSON lines (.gz too).")
@click.option("--test", "test_file", required=True, type=_FILE, help="JSON lines (.gz too).")
@click.option("--text-field", default="text", show_default=True)
@click.option("--label-field", default="label", show_default=True)
@click.option(
    "--predictions", type=click.Path(dir_okay=False, path_type=Path), help="One line a test row into this file."
)
@options.out
def classifier(
    train_file: Path, test_file: Path, text_field: str, label_field: str, predictions: Path | None, out: Path | None
) -> int:
    """Train the shipped learner on one file and try it on the other."""
    from amtsbote.evaluating import evaluate_classifier

    figures = evaluate_classifier(
        train_file, test_file, text_field=text_field, label_field=label_field, predictions_file=predictions
    )
    answer(figures, words=lambda: json.dumps(figures, ensure_ascii=False, indent=1), out=out)
    return 0


def _words(figures: dict[str, Any]) -> str:
    lines = [
        f"{figures['files']} files, {figures['automatic']} would go alone, "
        f"{figures['automatic_with_wrong_value']} of them wrong"
    ]
    lines += [
        f"  {name}: right {f['right']}, wrong {f['wrong']}, missing {f['missing']}, F1 {f['f1']:.3f}"
        for name, f in figures["fields"].items()
    ]
    return "\n".join(lines)
