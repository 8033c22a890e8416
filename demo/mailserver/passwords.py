"""Generated passwords of the demo's mail accounts and sending logins: a file only its owner reads."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path


class Passwords:
    """Names and their passwords in one JSON file (mode 0600); a name keeps its password for good."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def of(self, name: str) -> str:
        """The password of `name`; KeyError when it was never made."""
        return self._load()[name]

    def make(self, names: Sequence[str]) -> dict[str, str]:
        """All passwords, with new ones for the `names` that have none."""
        known = self._load()
        missing = [name for name in names if name not in known]
        if missing:
            known |= {name: secrets.token_urlsafe(18) for name in missing}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new = self.path.with_suffix(".new")
            new.touch(mode=0o600)
            new.write_text(json.dumps(known, indent=1))
            os.replace(new, self.path)
        return known

    def _load(self) -> dict[str, str]:
        try:
            loaded: dict[str, str] = json.loads(self.path.read_text())
        except FileNotFoundError:
            return {}
        return loaded


def make_hash(password: str) -> str:
    """The password as Dovecot's passwd-file keeps it: {SSHA512}base64(sha512(password + salt) + salt)."""
    salt = secrets.token_bytes(8)
    return "{SSHA512}" + base64.b64encode(hashlib.sha512(password.encode() + salt).digest() + salt).decode()
