"""What a generated letter is, and the truth that goes with it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.letters.expectations import Expectation

BODY = "body"


@dataclass(frozen=True)
class DocumentTruth:
    """One document of a letter: what it is, what it says, and what should become of it.

    `part` is the file name of the attachment, or `body`. `fields` hold only what stands in the document, canonical as
    in INTERFACES (ISO dates, decimal points, IBAN without blanks, `yes`/`no`); `lines` belong to invoices.
    `completed` holds what a clerk would learn by a call, where the document does not say it.
    """

    kind: str
    part: str
    fields: dict[str, Any]
    expectation: Expectation
    completed: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The document as `truth.json` holds it: expectation keys stand beside kind, part and fields."""
        expectation = dataclasses.asdict(self.expectation)
        content = {"kind": self.kind, "part": self.part, "fields": self.fields, "completed": self.completed}
        return {**content, **expectation}


@dataclass(frozen=True)
class LetterTruth:
    """What the writer of a letter knows about it; `expected_reason` and `expected_final` are the leading document's."""

    name: str
    recipe: str
    office: str
    message_id: str
    documents: tuple[DocumentTruth, ...]
    notes: str = ""

    @property
    def leading(self) -> Expectation:
        """The expectation that decides for the whole letter: the first document that needs a person, else the first."""
        waiting = [document.expectation for document in self.documents if not document.expectation.automatic_expected]
        return waiting[0] if waiting else self.documents[0].expectation

    @property
    def expected_reason(self) -> str | None:
        return self.leading.expected_reason

    @property
    def expected_final(self) -> str:
        return self.leading.expected_final

    def as_json(self) -> dict[str, Any]:
        """The letter as `truth.json` holds it."""
        return {
            "recipe": self.recipe,
            "office": self.office,
            "message_id": self.message_id,
            "expected_reason": self.expected_reason,
            "expected_final": self.expected_final,
            "notes": self.notes,
            "documents": [document.as_json() for document in self.documents],
        }


@dataclass(frozen=True)
class Letter:
    """A mail on its way: `raw` is a whole RFC 5322 message (CRLF) without Authentication-Results.

    `authentic`: the receiving gateway will find SPF, DKIM and DMARC of the From domain in order.
    """

    raw: bytes = field(repr=False)
    envelope_from: str
    envelope_to: str
    authentic: bool
    truth: LetterTruth


def write_truth(letters: Iterable[Letter], path: Path) -> None:
    """Write `{file name: truth}` as JSON; the demo's clerk and its count read it."""
    content = {f"{letter.truth.name}.eml": letter.truth.as_json() for letter in letters}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_expected(letters: Iterable[Letter], path: Path) -> None:
    """Write `{file name: {"kind", field: value}}` for letters of one document: what `evaluate read --truth` takes."""
    content = {}
    for letter in letters:
        if len(letter.truth.documents) == 1:
            document = letter.truth.documents[0]
            content[f"{letter.truth.name}.eml"] = {"kind": document.kind, **document.fields}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_eml(letters: Iterable[Letter], folder: Path) -> list[Path]:
    """Write each letter as `NAME.eml` into `folder`; returns the paths in the order given."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for letter in letters:
        path = folder / f"{letter.truth.name}.eml"
        path.write_bytes(letter.raw)
        paths.append(path)
    return paths
