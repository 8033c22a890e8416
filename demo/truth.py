"""What really stands in the target systems, counted in their own databases and in the drop, past all our code."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
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
LEAVINGS = "SELECT bemerkung, kassenzeichen FROM abmeldungen"


@dataclass(frozen=True)
class Stands:
    """The rows of one operation: how many, their markers, and how many are there twice."""

    rows: int
    markers: set[str]
    double: int


def look(folder: Path, drops: Path) -> dict[str, Stands]:
    """By `system/operation`; operations that nobody used are left out."""
    finance = folder / "haushaltskasse" / "haushaltskasse.sqlite3"
    register = folder / "hundeverzeichnis" / "hundeverzeichnis.sqlite3"
    found = {
        "haushaltskasse/capture_invoice": _stands(_rows(finance, INVOICES)),
        "hundeverzeichnis/register_dog": _stands(_rows(register, DOGS)),
        "hundeverzeichnis/deregister_dog": _stands(_rows(register, LEAVINGS)),
        "ablage/file_case": _stands(_dropped(drops)),
    }
    return {name: stands for name, stands in found.items() if stands.rows}


def _rows(database: Path, query: str) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return [(str(text), str(key)) for text, key in connection.execute(query)]


def _dropped(drops: Path) -> list[tuple[str, str]]:
    metadata = [json.loads(path.read_text(encoding="utf-8")) for path in drops.glob("*/[!.]*/metadata.json")]
    return [(entry["marker"], entry["marker"]) for entry in metadata]


def _stands(rows: Sequence[tuple[str, str]]) -> Stands:
    markers = [marker for text, _ in rows for marker in MARKER.findall(text)]
    twice = max(len(markers) - len(set(markers)), len(rows) - len({key for _, key in rows}))
    return Stands(rows=len(rows), markers=set(markers), double=twice)
