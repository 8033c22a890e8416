"""Readings against a truth file: per field right, wrong, missing, extra; per kind a confusion table (INTERFACES)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from casework.words.reading import DocumentReading, FileReading

Truth = Mapping[str, Any]
MONEY = frozenset({"net", "tax", "gross", "payable", "price"})
FIELDS = frozenset(
    [
        "number",
        "date",
        "due_date",
        "currency",
        "net",
        "tax",
        "gross",
        "payable",
        "seller",
        "seller_vat_id",
        "buyer_reference",
        "iban",
        "bic",
        "order_reference",
        "holder_last_name",
        "holder_first_name",
        "holder_birth_date",
        "street",
        "house_number",
        "postcode",
        "town",
        "municipality",
        "email",
        "dog_name",
        "breed",
        "colour",
        "sex",
        "dog_birth_date",
        "chip_number",
        "acquired_on",
        "moved_in_on",
        "dogs_in_household",
        "relief_requested",
        "sepa_mandate",
        "tag_number",
        "reason",
        "ended_on",
        "new_owner",
        "tag_returned",
        "category",
        "location",
        "description",
        "reporter_name",
        "reporter_email",
        "observed_on",
    ]
)
"""The names of our fields; a truth file may say more about a file (profile, pages)."""
SQUEEZED = frozenset({"iban", "bic", "chip_number", "seller_vat_id"})


def same_value(name: str, wanted: object, read: object) -> bool:
    """Equal as a person would say: amounts as numbers, blanks in identifiers and line breaks do not count."""
    left, right = " ".join(str(wanted).split()), " ".join(str(read).split())
    if name in SQUEEZED:
        return re.sub(r"\s", "", left).upper() == re.sub(r"\s", "", right).upper()
    if name in MONEY:
        try:
            return Decimal(left) == Decimal(right)
        except InvalidOperation:
            return left == right
    return left == right


class Score:
    """Collects the comparison of many files."""

    def __init__(self) -> None:
        self.files = self.automatic = self.automatic_wrong = 0
        self.fields: dict[str, Counter[str]] = defaultdict(Counter)
        self.kinds: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, reading: FileReading, truth: Truth, *, automatic: bool) -> None:
        """Compare one file. `automatic`: would it have passed without a clerk? A null in the truth is not scored."""
        document = _best_document(reading, truth)
        self.files += 1
        self.automatic += automatic
        wrong = "kind" in truth and truth["kind"] != document.kind
        if "kind" in truth:
            self.kinds[str(truth["kind"])][document.kind] += 1
        for name, wanted in truth.items():
            if name not in FIELDS or wanted is None:
                continue
            outcome = _compare(name, wanted, document)
            self.fields[name][outcome] += 1
            self.fields[name]["automatic_wrong"] += automatic and outcome == "wrong"
            wrong = wrong or outcome == "wrong"
        self.automatic_wrong += automatic and wrong

    def as_figures(self) -> dict[str, Any]:
        """The figures of INTERFACES."""
        return {
            "files": self.files,
            "automatic": self.automatic,
            "automatic_with_wrong_value": self.automatic_wrong,
            "fields": {name: _figures(counts) for name, counts in sorted(self.fields.items())},
            "kinds": {name: dict(counts) for name, counts in sorted(self.kinds.items())},
        }


def evaluate(readings: Iterable[tuple[str, FileReading, bool]], truths: Mapping[str, Truth]) -> dict[str, Any]:
    """Figures over files: name, reading and whether it would have passed alone."""
    score = Score()
    for name, reading, automatic in readings:
        if name in truths:
            score.add(reading, truths[name], automatic=automatic)
    return score.as_figures()


def _best_document(reading: FileReading, truth: Truth) -> DocumentReading:
    """The document the truth speaks of: of its kind, else with its number, else the first."""
    for document in reading.documents:
        number = document.fields.get("number")
        if truth.get("number") is not None and number is not None and number.value == truth["number"]:
            return document
    fitting = [document for document in reading.documents if document.kind == truth.get("kind")]
    return (fitting or reading.documents)[0]


def _compare(name: str, wanted: object, document: DocumentReading) -> str:
    field = document.fields.get(name)
    if field is None or not field.value:
        return "missing"
    return "right" if same_value(name, wanted, field.value) else "wrong"


def _figures(counts: Counter[str]) -> dict[str, float]:
    """Precision over what was read, recall over what was there; a wrong value counts against both."""
    right, wrong, missing = counts["right"], counts["wrong"], counts["missing"]
    precision = right / (right + wrong) if right + wrong else 0.0
    recall = right / (right + wrong + missing) if right + wrong + missing else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {
        "right": right,
        "wrong": wrong,
        "missing": missing,
        "extra": counts["extra"],
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(f1, 4),
        "automatic_wrong": counts["automatic_wrong"],
    }
