"""Secrets by name. YAML names them, the environment or systemd gives them; they are never in a file of ours."""

from __future__ import annotations

import os
import re
from pathlib import Path

from casework.words.errors import SecretMissing

NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
"""What a secret may be called: lower-case words joined by hyphens or underscores."""


def secret(name: str) -> str:
    """The secret `name` from `AMTSBOTE_SECRET_<NAME>`, `…_FILE` or `$CREDENTIALS_DIRECTORY/<name>`, in this order.

    One trailing line break of a file is dropped. Raises `SecretMissing` when none of them gives a value.
    """
    variable = f"AMTSBOTE_SECRET_{name.upper().replace('-', '_')}"
    value = os.environ.get(variable)
    if value:
        return value
    for candidate in _files(variable, name):
        try:
            text = candidate.read_text(encoding="utf-8")
        except OSError as error:
            raise SecretMissing(name, unreadable=f"{candidate}: {error.strerror}") from error
        if text.strip():
            return text.removesuffix("\n").removesuffix("\r")
    raise SecretMissing(name)


def has_secret(name: str) -> bool:
    """Would `secret(name)` give a value?"""
    try:
        secret(name)
    except SecretMissing:
        return False
    return True


def _files(variable: str, name: str) -> list[Path]:
    given = os.environ.get(f"{variable}_FILE")
    if given:
        return [Path(given)]
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    candidate = Path(folder) / name if folder and NAME.fullmatch(name) else None
    return [candidate] if candidate is not None and candidate.is_file() else []
