"""`amtsbote evaluate`: readings and the shipped learner against the truth, and the training of the model of kinds."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from amtsbote.reading import may_pass, readings_of
from casework.checks import SupplierTable
from casework.words.errors import AmtsboteError
from classifiers import Reader
from classifiers.evaluation import evaluate
from classifiers.model.keeping import save
from classifiers.model.learner import train
from classifiers.model.measuring import evaluate_texts


class TruthUnusable(AmtsboteError):
    """A truth or example file that cannot be used."""


def evaluate_read(folder: Path, truth: Path) -> dict[str, Any]:
    """Figures per field and kind over the files of a folder that the truth file names. Raises TruthUnusable."""
    truths = _load(truth)
    known = SupplierTable(())
    paths = [folder / name for name in sorted(truths) if (folder / name).is_file()]
    if not paths:
        raise TruthUnusable(f"{truth} names no file in {folder}; give the folder its names refer to")
    return evaluate(((path.name, reading, may_pass(reading, known)) for path, reading in readings_of(paths)), truths)


def evaluate_classifier(
    train_file: Path,
    test_file: Path,
    *,
    text_field: str = "text",
    label_field: str = "label",
    predictions_file: Path | None = None,
) -> dict[str, Any]:
    """Train the shipped learner on one JSONL file (`.gz` too), try it on another. Raises TruthUnusable."""
    examples = list(_examples(train_file, text_field, label_field))
    tests = list(_examples(test_file, text_field, label_field))
    if not examples or not tests:
        raise TruthUnusable("the training or test file holds no example; give JSON lines with a text and a label")
    figures, predictions = evaluate_texts(*map(list, zip(*examples, strict=True)), *map(list, zip(*tests, strict=True)))
    if predictions_file is not None:
        rows = [
            {"label": label, "predicted": found.label, "confidence": found.confidence, "abstained": found.abstained}
            for (_, label), found in zip(tests, predictions, strict=True)
        ]
        predictions_file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return figures


def train_kinds(
    letters: Iterable[tuple[bytes, str]], path: Path, *, key: bytes | None = None, source: str = "generated"
) -> dict[str, Any]:
    """Train the model of kinds on mails with their kind and keep it at `path`, signed with the key; its metadata.

    `source` says where the letters come from (`generated`, `confirmed`) and stays with the model.
    """
    texts: list[str] = []
    labels: list[str] = []
    with Reader(processes=1) as reader:
        for raw, kind in letters:
            text = reader.text(raw, "message.eml")
            if text.strip():
                texts.append(text)
                labels.append(kind)
    model = train(texts, labels, metadata={"source": source})
    save(model, path, key=key)
    return model.metadata


def _load(truth: Path) -> dict[str, dict[str, Any]]:
    try:
        content = json.loads(truth.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise TruthUnusable(
            f"{truth} cannot be read as JSON: {error}; give a file of the form {{name: {{field: value}}}}"
        ) from error
    if not isinstance(content, dict):
        raise TruthUnusable(f"{truth} is no object; give a file of the form {{name: {{field: value}}}}")
    return content


def _examples(path: Path, text_field: str, label_field: str) -> Iterator[tuple[str, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
                text, label = row[text_field], row[label_field]
            except (ValueError, KeyError, TypeError) as error:
                missing = f"{path}:{number}: no JSON object with {text_field!r} and {label_field!r}"
                raise TruthUnusable(f"{missing}; name the fields with --text-field and --label-field") from error
            if text and label:
                yield str(text), str(label)
