"""The tables of Haushaltskasse: offices, creditors, captured documents (Belege), locks."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

from demo.targets import accounts, locks
from demo.targets.store import Store, insert, now

FIRST_NUMBER = 1234
_SCHEMA = (
    accounts.SCHEMA
    + locks.SCHEMA
    + """
CREATE TABLE IF NOT EXISTS mandanten (nr TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS kreditoren (
    nr TEXT PRIMARY KEY, name TEXT NOT NULL, ort TEXT NOT NULL, ust_id TEXT NOT NULL, iban TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS belege (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    belegnummer TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    mandant TEXT NOT NULL,
    kreditor_nr TEXT NOT NULL,
    kreditor TEXT NOT NULL,
    rechnungsnummer TEXT NOT NULL,
    rechnungsdatum TEXT NOT NULL,
    faellig_am TEXT NOT NULL,
    waehrung TEXT NOT NULL,
    netto_cent INTEGER NOT NULL,
    steuer_cent INTEGER NOT NULL,
    brutto_cent INTEGER NOT NULL,
    iban TEXT NOT NULL,
    bestellbezug TEXT NOT NULL,
    buchungstext TEXT NOT NULL,
    belegbild TEXT NOT NULL,
    belegbild_bytes INTEGER NOT NULL,
    erfasst_von TEXT NOT NULL,
    erfasst_am TEXT NOT NULL,
    vorgang TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS positionen (
    beleg_id INTEGER NOT NULL REFERENCES belege(id),
    zeile INTEGER NOT NULL,
    bezeichnung TEXT NOT NULL,
    menge TEXT NOT NULL,
    einzelpreis TEXT NOT NULL,
    betrag_cent INTEGER NOT NULL
);
"""
)


def open_store(path: Path) -> Store:
    """The database of Haushaltskasse at `path`, created if it is not there."""
    return Store(path, schema=_SCHEMA)


def seed(store: Store, rows: dict[str, Any]) -> None:
    """Add offices, users and creditors; what is there already stays."""
    with store.transaction() as db:
        for row in rows.get("mandanten", []):
            insert(db, "mandanten", {"nr": row["nr"], "name": row["name"]}, or_ignore=True)
        for row in rows.get("benutzer", []):
            accounts.add_user(db, row)
        for row in rows.get("kreditoren", []):
            values = {key: str(row.get(key, "")) for key in ("nr", "name", "ort", "ust_id", "iban")}
            insert(db, "kreditoren", values, or_ignore=True)


def add_document(db: sqlite3.Connection, values: dict[str, Any], lines: list[dict[str, Any]]) -> str:
    """Write a document with its lines; returns its number, e.g. 2026-00001234."""
    last = db.execute("SELECT COALESCE(MAX(id), 0) FROM belege").fetchone()[0]
    number = f"{date.today().year}-{FIRST_NUMBER + last:08d}"
    row = {**values, "belegnummer": number, "status": "Vorerfassung", "erfasst_am": now()}
    document = insert(db, "belege", row)
    for position, line in enumerate(lines, start=1):
        insert(db, "positionen", {"beleg_id": document, "zeile": position, **line})
    return number


def find_creditors(store: Store, text: str) -> list[dict[str, Any]]:
    """Creditors whose name or place contains `text`, or whose VAT id or number is `text`."""
    # SQLite's LIKE folds ASCII only; umlauts have to be folded here
    wanted = text.strip().casefold()
    rows = store.rows("SELECT * FROM kreditoren ORDER BY nr")
    return [
        row
        for row in rows
        if wanted in f"{row['name']} {row['ort']}".casefold()
        or wanted in (row["nr"], row["ust_id"].casefold().replace(" ", "") or None)
    ]
