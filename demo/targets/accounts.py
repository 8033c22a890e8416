"""Who may log in: users with a password, locked after three wrong ones, and their sessions in memory."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from demo.targets.store import Store, insert

SCHEMA = """
CREATE TABLE IF NOT EXISTS benutzer (
    name TEXT PRIMARY KEY,
    klarname TEXT NOT NULL,
    kennwort TEXT NOT NULL,
    mandanten TEXT NOT NULL,
    fehlversuche INTEGER NOT NULL DEFAULT 0
);
"""
WRONG_PASSWORDS_ALLOWED = 3


@dataclass
class Session:
    """One login: `data` is what the server keeps between two pages."""

    key: str
    user: str
    last_seen: float
    data: dict[str, Any] = field(default_factory=dict)


class Sessions:
    """Sessions that end after `seconds` of silence; a restart of the program loses them all."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._open: dict[str, Session] = {}
        self._lock = threading.Lock()

    def start(self, user: str) -> Session:
        """A new session of `user`."""
        session = Session(secrets.token_hex(16), user, time.monotonic())
        with self._lock:
            self._open[session.key] = session
        return session

    def find(self, key: str | None) -> Session | None:
        """The session of this key if it still lives; being found keeps it alive."""
        moment = time.monotonic()
        with self._lock:
            session = self._open.get(key or "")
            if session is None or moment - session.last_seen > self.seconds:
                self._open.pop(key or "", None)
                return None
            session.last_seen = moment
            return session

    def end(self, key: str | None) -> None:
        """Log out."""
        with self._lock:
            self._open.pop(key or "", None)

    def of(self, user: str) -> list[Session]:
        """The living sessions of a user."""
        moment = time.monotonic()
        with self._lock:
            return [s for s in self._open.values() if s.user == user and moment - s.last_seen <= self.seconds]

    def end_all(self, user: str | None = None) -> int:
        """End the sessions of one user, or all; returns how many."""
        with self._lock:
            keys = [key for key, session in self._open.items() if user in (None, session.user)]
            for key in keys:
                del self._open[key]
            return len(keys)


def add_user(db: sqlite3.Connection, row: dict[str, Any]) -> None:
    """Add a user {"name", "kennwort", "klarname"?, "mandanten"?} unless the name exists."""
    salt = secrets.token_hex(8)
    values = {
        "name": row["name"],
        "klarname": row.get("klarname", row["name"]),
        "kennwort": f"{salt}:{_digest(str(row['kennwort']), salt)}",
        "mandanten": ",".join(row.get("mandanten", [])),
    }
    insert(db, "benutzer", values, or_ignore=True)


def check_password(store: Store, name: str, password: str) -> str:
    """ "" if the login is right, else the German sentence the login page shows; counts wrong passwords."""
    row = store.row("SELECT * FROM benutzer WHERE name = ?", name)
    if row is None:
        return "Benutzername oder Kennwort falsch."
    if row["fehlversuche"] >= WRONG_PASSWORDS_ALLOWED:
        return "Der Benutzer ist gesperrt. Bitte wenden Sie sich an die Systembetreuung."
    salt, digest = row["kennwort"].split(":")
    right = secrets.compare_digest(digest, _digest(password, salt))
    with store.transaction() as db:
        count = 0 if right else row["fehlversuche"] + 1
        db.execute("UPDATE benutzer SET fehlversuche = ? WHERE name = ?", (count, name))
    if right:
        return ""
    if count >= WRONG_PASSWORDS_ALLOWED:
        return "Kennwort dreimal falsch: Der Benutzer ist jetzt gesperrt."
    return "Benutzername oder Kennwort falsch."


def allowed_offices(store: Store, name: str) -> list[str]:
    """The numbers of the offices (Mandanten) a user may work for; an empty list means all."""
    row = store.row("SELECT mandanten FROM benutzer WHERE name = ?", name)
    return [number for number in (row["mandanten"] if row else "").split(",") if number]


def _digest(password: str, salt: str) -> str:
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**10, r=8, p=1).hex()
