"""One morning's post for all tests here; it is deterministic, so sharing it shares no state."""

from __future__ import annotations

import datetime as dt
import email
from collections.abc import Callable
from email.message import EmailMessage, Message
from email.policy import default

import pytest

from demo.letters import Letter, morning

DAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="session")
def letters() -> list[Letter]:
    return morning(seed=7, day=DAY)


@pytest.fixture(scope="session")
def of_recipe(letters: list[Letter]) -> Callable[[str], list[Letter]]:
    """All letters of one recipe."""

    def pick(recipe: str) -> list[Letter]:
        found = [letter for letter in letters if letter.truth.recipe == recipe]
        assert found, recipe
        return found

    return pick


@pytest.fixture(scope="session")
def parsed() -> Callable[[Letter], EmailMessage]:
    """The letter as Python's own mail parser reads it."""

    def parse(letter: Letter) -> EmailMessage:
        message = email.message_from_bytes(letter.raw, policy=default)
        assert isinstance(message, EmailMessage)
        return message

    return parse


@pytest.fixture(scope="session")
def files(parsed: Callable[[Letter], EmailMessage]) -> Callable[[Letter], dict[str, bytes]]:
    """The attachments of a letter by file name, inline pictures left out."""

    def unpack(letter: Letter) -> dict[str, bytes]:
        parts = [part for part in parsed(letter).walk() if part.get_content_disposition() == "attachment"]
        return {str(part.get_filename()): _bytes_of(part) for part in parts}

    return unpack


def _bytes_of(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    return data
