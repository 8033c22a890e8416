"""The SQLite file of a target system: durable at every commit, readable from outside while it runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

BUSY_SECONDS = 20.0
_ARRIVALS = """
CREATE TABLE IF NOT EXISTS received_posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    operation TEXT NOT NULL,
    path TEXT NOT NULL,
    action TEXT NOT NULL,
    user TEXT NOT NULL,
    marker TEXT NOT NULL,
    connection INTEGER NOT NULL,
    connection_index INTEGER NOT NULL,
    fault TEXT NOT NULL DEFAULT '',
    answer TEXT NOT NULL DEFAULT '',
    committed INTEGER NOT NULL DEFAULT 0
);
"""


def now() -> str:
    """Local time in ISO form, seconds with milliseconds."""
    return datetime.now().isoformat(timespec="milliseconds")


class Store:
    """One SQLite file; every transaction opens its own connection, so threads need no care."""

    def __init__(self, path: Path, *, schema: str) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.executescript(schema + _ARRIVALS)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A writing transaction: committed (and on the disk) at the end, rolled back on any error."""
        with closing(self._connect()) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.rollback()
                raise
            db.commit()

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """The rows of a query as dictionaries."""
        with closing(self._connect()) as db:
            return [dict(row) for row in db.execute(sql, values)]

    def row(self, sql: str, *values: Any) -> dict[str, Any] | None:
        """The first row of a query, or None."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA synchronous=FULL")
        return db


def insert(db: sqlite3.Connection, table: str, values: dict[str, Any], *, or_ignore: bool = False) -> int:
    """Insert one row and return its row id; names come from the program, never from a request."""
    columns = ", ".join(values)
    marks = ", ".join("?" for _ in values)
    verb = "INSERT OR IGNORE" if or_ignore else "INSERT"
    return int(db.execute(f"{verb} INTO {table} ({columns}) VALUES ({marks})", tuple(values.values())).lastrowid or 0)
