"""`amtsbote evaluate` and the training of the model of kinds, on our own samples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from amtsbote.evaluating import TruthUnusable, evaluate_classifier, evaluate_read, train_kinds
from classifiers.model.keeping import load

EXAMPLES = Path(__file__).parents[2] / "examples"


def write_lines(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_readings_are_counted_against_the_truth(tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    wrong = {"kind": "invoice", "number": "B-2026-118", "gross": "999.00", "iban": None}
    truth.write_text(json.dumps({"xrechnung_ubl.xml": wrong, "not_there.pdf": {"number": "1"}}), "utf-8")

    figures = evaluate_read(EXAMPLES / "invoice", truth)

    assert figures["files"] == 1
    assert figures["automatic_with_wrong_value"] == figures["automatic"]
    assert (figures["fields"]["number"]["right"], figures["fields"]["gross"]["wrong"]) == (1, 1)


def test_a_truth_that_fits_no_file_is_one_sentence(tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    truth.write_text("[]", "utf-8")

    with pytest.raises(TruthUnusable, match="is no object"):
        evaluate_read(EXAMPLES, truth)


def test_the_shipped_learner_is_tried_on_lines(tmp_path: Path) -> None:
    rows = [{"body": f"{word} Nummer {n}", "kind": word} for n in range(6) for word in ("Hund", "Straße")]
    train_file, test_file = write_lines(tmp_path / "a.jsonl", rows), write_lines(tmp_path / "b.jsonl", rows[:4])
    predictions = tmp_path / "p.jsonl"

    figures = evaluate_classifier(
        train_file, test_file, text_field="body", label_field="kind", predictions_file=predictions
    )

    assert figures["accuracy"] == 1.0
    assert [json.loads(line)["label"] for line in predictions.read_text().splitlines()] == ["Hund", "Straße"] * 2
    with pytest.raises(TruthUnusable, match="--text-field"):
        evaluate_classifier(train_file, test_file)


def test_a_model_of_kinds_is_trained_from_mails_and_says_so(tmp_path: Path) -> None:
    mails = [
        (path.read_bytes(), folder)
        for folder in ("dog_registration", "defect_report")
        for path in sorted((EXAMPLES / folder).glob("*.eml"))
    ]
    metadata = train_kinds(mails, tmp_path / "kinds.skops", key=b"k" * 32)

    assert metadata == {"texts": 5, "labels": {"defect_report": 2, "dog_registration": 3}, "source": "generated"}
    assert load(tmp_path / "kinds.skops", key=b"k" * 32).labels == ("defect_report", "dog_registration")
