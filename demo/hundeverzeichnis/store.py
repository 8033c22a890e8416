"""The tables of Hundeverzeichnis: municipalities, dogs with their holders, de-registrations."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

from demo.targets import accounts, locks
from demo.targets.store import Store, insert, now

FIRST_TAG = 20001
REGISTERED, DEREGISTERED = "gemeldet", "abgemeldet"
TEXT_COLUMNS = (
    *("halter_name", "halter_vorname", "halter_geburtsdatum", "strasse", "hausnummer", "plz", "ort", "zugezogen_am"),
    *("hundename", "rasse", "farbe", "geschlecht", "hund_geburtsdatum", "chipnummer", "angeschafft_am"),
    *("steuerbeginn", "iban", "kontoinhaber", "bemerkung"),
)
_SCHEMA = (
    accounts.SCHEMA
    + locks.SCHEMA
    + """
CREATE TABLE IF NOT EXISTS mandanten (nr TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS gemeinden (nr TEXT PRIMARY KEY, name TEXT NOT NULL, mandant TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS hunde (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kassenzeichen TEXT NOT NULL UNIQUE,
    marke TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    herkunft TEXT NOT NULL,
    mandant TEXT NOT NULL,
    gemeinde TEXT NOT NULL,
    halter_name TEXT NOT NULL,
    halter_vorname TEXT NOT NULL,
    halter_geburtsdatum TEXT NOT NULL,
    strasse TEXT NOT NULL,
    hausnummer TEXT NOT NULL,
    plz TEXT NOT NULL,
    ort TEXT NOT NULL,
    zugezogen_am TEXT NOT NULL,
    hundename TEXT NOT NULL,
    rasse TEXT NOT NULL,
    farbe TEXT NOT NULL,
    geschlecht TEXT NOT NULL,
    hund_geburtsdatum TEXT NOT NULL,
    chipnummer TEXT NOT NULL,
    angeschafft_am TEXT NOT NULL,
    ordnungszahl INTEGER NOT NULL,
    jahressteuer_cent INTEGER NOT NULL,
    steuerbeginn TEXT NOT NULL,
    sepa INTEGER NOT NULL,
    iban TEXT NOT NULL,
    kontoinhaber TEXT NOT NULL,
    bemerkung TEXT NOT NULL,
    erfasst_von TEXT NOT NULL,
    erfasst_am TEXT NOT NULL,
    vorgang TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS abmeldungen (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    nummer TEXT NOT NULL UNIQUE,
    kassenzeichen TEXT NOT NULL,
    mandant TEXT NOT NULL,
    grund TEXT NOT NULL,
    abgemeldet_zum TEXT NOT NULL,
    marke_zurueck INTEGER NOT NULL,
    neuer_halter TEXT NOT NULL,
    bemerkung TEXT NOT NULL,
    erfasst_von TEXT NOT NULL,
    erfasst_am TEXT NOT NULL,
    vorgang TEXT NOT NULL
);
"""
)


def open_store(path: Path) -> Store:
    """The database of Hundeverzeichnis at `path`, created if it is not there."""
    return Store(path, schema=_SCHEMA)


def seed(store: Store, rows: dict[str, Any]) -> None:
    """Add offices, municipalities, users and registered dogs (`marke` tells them apart); what is there stays."""
    with store.transaction() as db:
        for row in rows.get("mandanten", []):
            insert(db, "mandanten", {"nr": row["nr"], "name": row["name"]}, or_ignore=True)
        for row in rows.get("gemeinden", []):
            insert(db, "gemeinden", {key: row[key] for key in ("nr", "name", "mandant")}, or_ignore=True)
        for row in rows.get("benutzer", []):
            accounts.add_user(db, row)
        for row in rows.get("hunde", []):
            insert(db, "hunde", _seeded(db, row), or_ignore=True)


def add_dog(db: sqlite3.Connection, values: dict[str, Any]) -> str:
    """Register a dog; returns its Kassenzeichen, e.g. HS-2026-000001."""
    last = db.execute("SELECT COALESCE(MAX(id), 0) FROM hunde").fetchone()[0]
    tag = db.execute("SELECT MAX(CAST(marke AS INTEGER)) FROM hunde").fetchone()[0] or 0
    number = f"HS-{date.today().year}-{last + 1:06d}"
    row = {
        **values,
        "kassenzeichen": number,
        "marke": str(max(tag + 1, FIRST_TAG)),
        "status": REGISTERED,
        "herkunft": "anmeldung",
        "mandant": office_of(db, values["gemeinde"]),
        "erfasst_am": now(),
    }
    insert(db, "hunde", row)
    return number


def add_deregistration(db: sqlite3.Connection, values: dict[str, Any]) -> str:
    """De-register a dog; returns the number of the de-registration, e.g. AB-2026-000001."""
    last = db.execute("SELECT COALESCE(MAX(id), 0) FROM abmeldungen").fetchone()[0]
    number = f"AB-{date.today().year}-{last + 1:06d}"
    insert(db, "abmeldungen", {**values, "nummer": number, "erfasst_am": now()})
    db.execute("UPDATE hunde SET status = ? WHERE kassenzeichen = ?", (DEREGISTERED, values["kassenzeichen"]))
    return number


def office_of(db: sqlite3.Connection, municipality: str) -> str:
    """The number of the office a municipality (by name) belongs to."""
    row = db.execute("SELECT mandant FROM gemeinden WHERE name = ?", (municipality,)).fetchone()
    if row is None:
        raise ValueError(f"no municipality {municipality!r}: add it to the seed")
    return str(row[0])


def _seeded(db: sqlite3.Connection, row: dict[str, Any]) -> dict[str, Any]:
    tag = str(row["marke"])
    return {
        **{column: str(row.get(column) or "") for column in TEXT_COLUMNS},
        "kassenzeichen": row.get("kassenzeichen", f"HS-2019-{tag:>06}"),
        "marke": tag,
        "status": row.get("status", REGISTERED),
        "herkunft": "bestand",
        "mandant": office_of(db, row["gemeinde"]),
        "gemeinde": row["gemeinde"],
        "ordnungszahl": int(row.get("ordnungszahl", 1)),
        "jahressteuer_cent": int(row.get("jahressteuer_cent", 0)),
        "sepa": int(bool(row.get("sepa"))),
        "erfasst_von": row.get("erfasst_von", "hjansen"),
        "erfasst_am": now(),
        "vorgang": "",
    }
