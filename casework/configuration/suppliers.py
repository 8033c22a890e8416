"""The office's table of suppliers: CSV with `name;vat_id;iban`, one row per account.

A further column `domain` may name the domains a supplier writes from, with blanks between them.
"""

from __future__ import annotations

import csv
from pathlib import Path

from casework.configuration.located import Origin, Problem
from casework.words.reading import Supplier

COLUMNS = ("name", "vat_id", "iban")


def read_suppliers(path: Path) -> tuple[tuple[Supplier, ...], list[Problem]]:
    """The suppliers of the file and what is wrong with it. Rows of one VAT id (else one name) are one supplier."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return (), [Problem(Origin(str(path), 1), f"the table of suppliers cannot be read: {error}")]
    reader = csv.DictReader(text.splitlines(), delimiter=";")
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        problem = Problem(
            Origin(str(path), 1), f"column {', '.join(missing)} is missing", "first line: name;vat_id;iban"
        )
        return (), [problem]
    rows: dict[str, tuple[str, str, list[str], list[str]]] = {}
    problems: list[Problem] = []
    for row in reader:
        name, vat_id, iban = (_compact(row, column) for column in COLUMNS)
        if not name:
            problems.append(Problem(Origin(str(path), reader.line_num), "a supplier without a name"))
            continue
        known = rows.setdefault(vat_id or name.casefold(), (name, vat_id, [], []))
        if iban and iban not in known[2]:
            known[2].append(iban)
        known[3].extend((row.get("domain") or "").lower().split())
    suppliers = [
        Supplier(name=name, vat_id=vat, ibans=tuple(ibans), domains=tuple(dict.fromkeys(domains)))
        for name, vat, ibans, domains in rows.values()
    ]
    return tuple(suppliers), problems


def _compact(row: dict[str, str | None], column: str) -> str:
    text = (row.get(column) or "").strip()
    return text if column == "name" else "".join(text.split()).upper()
