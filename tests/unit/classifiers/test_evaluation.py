"""Figures of readings against a truth file."""

from __future__ import annotations

from casework.words.reading import DocumentReading, FieldReading, FileReading
from classifiers.evaluation import evaluate, same_value


def reading(kind: str, **fields: str | None) -> FileReading:
    values = {name: FieldReading(value=value) for name, value in fields.items()}
    return FileReading(documents=[DocumentReading(part="1", kind=kind, fields=values)])


def test_values_are_equal_as_a_person_would_say() -> None:
    assert same_value("gross", "120", "120.00")
    assert same_value("iban", "DE02 1203", "DE021203")
    assert same_value("seller", "Probe\nBau", "Probe Bau")
    assert not same_value("number", "12", "12.0")


def test_right_wrong_and_missing_are_counted_and_null_is_not_scored() -> None:
    readings = [
        ("a", reading("invoice", number="1", gross="10.00"), True),
        ("b", reading("invoice", number="2", gross="11.00"), True),
        ("c", reading("unknown"), False),
    ]
    truths = {
        "a": {"kind": "invoice", "number": "1", "gross": "10", "iban": None, "pages": 3},
        "b": {"kind": "invoice", "number": "2", "gross": "12"},
        "c": {"kind": "invoice", "number": "3", "gross": "13"},
    }
    figures = evaluate(readings, truths)

    assert (figures["files"], figures["automatic"], figures["automatic_with_wrong_value"]) == (3, 2, 1)
    assert figures["kinds"] == {"invoice": {"invoice": 2, "unknown": 1}}
    assert set(figures["fields"]) == {"number", "gross"}
    assert figures["fields"]["gross"] == {
        "right": 1, "wrong": 1, "missing": 1, "extra": 0, "precision": 0.5, "recall": 0.3333, "f1": 0.4,
        "automatic_wrong": 1,
    }  # fmt: skip
