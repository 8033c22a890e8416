"""The people of the demo and their accounts; their passwords are made anew each time."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BOTH = ("amt-moorwiek", "amt-osterfehn")


@dataclass(frozen=True)
class Person:
    """Somebody with an account: roles in offices, and what they are in German."""

    name: str
    role: str
    offices: tuple[str, ...]
    words: str


PEOPLE = (
    Person("alke", "clerk", BOTH[:1], "Sachbearbeitung, Amt Moorwiek"),
    Person("bente", "second_clerk", BOTH[:1], "zweite Sachbearbeitung, Amt Moorwiek"),
    Person("cord", "clerk", BOTH[1:], "Sachbearbeitung, Amt Osterfehn"),
    Person("doerte", "officer", BOTH, "Automatisierung"),
    Person("enno", "manager", BOTH, "Leitung"),
    Person("frauke", "auditor", BOTH, "Revision"),
)


def add_people(passwords: Mapping[str, str], note: Path) -> None:
    """Make the accounts, and keep the passwords in a file only its owner reads (the demo's clerk logs in with it)."""
    from casework.actions import accounts

    for person in PEOPLE:
        accounts.add_user(person.name, role=person.role, offices=list(person.offices), password=passwords[person.name])
    with os.fdopen(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(dict(passwords), file)
