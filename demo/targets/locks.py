"""Record locks: who has which record open, for how long."""

from __future__ import annotations

import sqlite3
import time

from demo.targets.store import Store

SCHEMA = """
CREATE TABLE IF NOT EXISTS sperren (
    datensatz TEXT PRIMARY KEY, benutzer TEXT NOT NULL, bis REAL NOT NULL
);
"""


def holder_of(db: sqlite3.Connection, record: str, *, other_than: str) -> str:
    """The name of another user who holds `record`, or ""."""
    row = db.execute(
        "SELECT benutzer FROM sperren WHERE datensatz = ? AND benutzer <> ? AND bis > ?",
        (record, other_than, time.time()),
    ).fetchone()
    return str(row[0]) if row else ""


def take_lock(store: Store, record: str, user: str, *, seconds: float) -> str:
    """Lock `record` for `user` (0 seconds: not at all); returns "", or the name of the other user who holds it."""
    if seconds <= 0:
        return ""
    with store.transaction() as db:
        holder = holder_of(db, record, other_than=user)
        if not holder:
            db.execute("INSERT OR REPLACE INTO sperren VALUES (?, ?, ?)", (record, user, time.time() + seconds))
    return holder


def release_locks(db: sqlite3.Connection, user: str) -> None:
    """Give back what `user` holds."""
    db.execute("DELETE FROM sperren WHERE benutzer = ?", (user,))
