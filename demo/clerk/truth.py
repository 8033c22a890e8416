"""What the clerk knows about a letter: the truth its writer left, found by Message-ID and main part."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

CONSOLE_CLOSINGS = {"newsletter": "nothing_to_do", "auto_reply": "nothing_to_do", "merged": "duplicate"}
"""Reasons that only machines close with, as a person would say them."""


@dataclass(frozen=True)
class Known:
    """What is right for one case: its kind, the values of fields (canonical), and the decision.

    `decision` is `release`, `correct_and_release` or `close`; `closing` the reason; `office` who should get it instead.
    """

    kind: str
    fields: dict[str, str]
    decision: str
    closing: str = ""
    office: str = ""


class Truth:
    """The truth file of a demo: `{file: {message_id, documents: [{kind, part, fields, decision, closing, …}]}}`."""

    def __init__(self, letters: dict[str, Any]) -> None:
        self._letters = {_plain(letter["message_id"]): letter for letter in letters.values()}

    @classmethod
    def read(cls, path: Path) -> Self:
        """From the file that the demo writes beside its letters."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def about(self, message_id: str, part: str) -> Known | None:
        """What is known about the case of this letter whose main part has this name; None for a stranger's letter."""
        letter = self._letters.get(_plain(message_id))
        if letter is None:
            return None
        documents = letter["documents"]
        named = [document for document in documents if document["part"] == (part or "body")]
        document = named[0] if named else documents[0]
        closing = document["closing"] or ""
        return Known(
            kind=document["kind"],
            fields=_values(document["fields"]) | _values(document.get("completed", {})),
            decision=document["decision"],
            closing=CONSOLE_CLOSINGS.get(closing, closing),
            office=_addressee(letter["notes"]) if closing == "other_office" else "",
        )


def _values(fields: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def _addressee(notes: str) -> str:
    """The office a letter belongs to, as its writer noted it: `belongs to amt-…, which …`."""
    words = notes.replace(",", " ").split()
    return words[2] if words[:2] == ["belongs", "to"] else ""


def _plain(message_id: str) -> str:
    return message_id.strip().strip("<>")
