"""What really stands in the target systems, counted in their own databases, in the drop and in the citizens' mail, past
all our code."""

from __future__ import annotations

import email
import json
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from email import policy
from pathlib import Path

MARKER = re.compile(r"AB-[0-9A-F]{12}")
INVOICES = (
    "SELECT buchungstext, mandant || kreditor_nr || kreditor || '|' || rechnungsnummer || '|' || brutto_cent"
    " FROM belege"
)
DOGS = (
    "SELECT bemerkung, mandant || halter_name || halter_vorname || hundename || '|' || chipnummer FROM hunde"
    " WHERE herkunft = 'anmeldung'"
)
ANSWERS = {
    "Ihre Anmeldung zur Hundesteuer": "acknowledge",
    "Rückfrage zu Ihrem Schreiben": "ask_back",
    "Ihre Mängelmeldung": "tell_status",
    "Ihre Rechnung": "tell_findings",
    "Entscheidung über Ihren Antrag": "tell_decision",
}
"""How the subject of an answer begins, and the operation that sends such ones."""
LEAVINGS = "SELECT bemerkung, kassenzeichen FROM abmeldungen"


@dataclass(frozen=True)
class Stands:
    """The rows of one operation: how many, their markers, and how many are there twice."""

    rows: int
    markers: set[str]
    double: int


def look(folder: Path, drops: Path, citizens: Path) -> dict[str, Stands]:
    """By `system/operation`; operations that nobody used are left out."""
    finance = folder / "haushaltskasse" / "haushaltskasse.sqlite3"
    register = folder / "hundeverzeichnis" / "hundeverzeichnis.sqlite3"
    found = {
        "haushaltskasse/capture_invoice": _stands(_rows(finance, INVOICES)),
        "hundeverzeichnis/register_dog": _stands(_rows(register, DOGS)),
        "hundeverzeichnis/deregister_dog": _stands(_rows(register, LEAVINGS)),
        "ablage/file_case": _stands(_dropped(drops)),
        **{f"antwort/{operation}": _stands(rows) for operation, rows in _answers(citizens).items()},
    }
    return {name: stands for name, stands in found.items() if stands.rows}


def _rows(database: Path, query: str) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return [(str(text), str(key)) for text, key in connection.execute(query)]


def _dropped(drops: Path) -> list[tuple[str, str]]:
    metadata = [json.loads(path.read_text(encoding="utf-8")) for path in drops.glob("*/[!.]*/metadata.json")]
    return [(entry["marker"], entry["marker"]) for entry in metadata]


def _answers(citizens: Path) -> dict[str, list[tuple[str, str]]]:
    """What the citizens got, by operation; the marker stands in the Message-ID."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in citizens.glob("[!.]*.eml"):
        letter = email.message_from_bytes(path.read_bytes(), policy=policy.default)
        subject, message_id = str(letter["Subject"]), str(letter["Message-ID"])
        operation = next((name for words, name in ANSWERS.items() if subject.startswith(words)), "unknown")
        found.setdefault(operation, []).append((message_id.upper(), message_id))
    return found


def _stands(rows: Sequence[tuple[str, str]]) -> Stands:
    markers = [marker for text, _ in rows for marker in MARKER.findall(text)]
    twice = max(len(markers) - len(set(markers)), len(rows) - len({key for _, key in rows}))
    return Stands(rows=len(rows), markers=set(markers), double=twice)
