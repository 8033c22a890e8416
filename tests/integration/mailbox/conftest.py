"""A real Dovecot per test process, with a fresh account for every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bots.mailbox import Mailbox
from casework import configuration
from casework.configuration.mailboxes import MailboxSettings
from casework.words.mailbox import MailboxPlace
from demo.mailserver.delivery import Delivery
from demo.mailserver.dovecot import Dovecot
from tests.integration.mailbox.house import write_house
from tests.integration.mailbox.letters import make_settings

ACCOUNTS = [f"amt-{number}" for number in range(120)]


@pytest.fixture(scope="session")
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with Dovecot(tmp_path_factory.mktemp("dovecot"), ACCOUNTS) as server:
        yield server


@pytest.fixture(scope="session")
def delivery(dovecot: Dovecot) -> Iterator[Delivery]:
    delivery = Delivery(dovecot)
    yield delivery
    delivery.close()


@pytest.fixture(scope="session")
def unused_accounts() -> Iterator[str]:
    return iter(ACCOUNTS)


@pytest.fixture
def account(unused_accounts: Iterator[str]) -> str:
    return next(unused_accounts)


@pytest.fixture
def settings(dovecot: Dovecot, account: str) -> MailboxSettings:
    return make_settings(dovecot, account)


@pytest.fixture
def open_box(dovecot: Dovecot, settings: MailboxSettings) -> Iterator[Callable[[], Mailbox]]:
    opened: list[Mailbox] = []

    def open_one() -> Mailbox:
        opened.append(Mailbox.open(settings, dovecot.password(settings.account)))
        return opened[-1]

    yield open_one
    for box in opened:
        box.close()


@pytest.fixture
def box(open_box: Callable[[], Mailbox]) -> Mailbox:
    return open_box()


@pytest.fixture
def house(
    dovecot: Dovecot, account: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., None]]:
    """Writes the configuration of one office with this account; the test's connection stays open."""
    from flows.stations import receive, reconcile

    def write(**changes: object) -> None:
        for name, value in write_house(tmp_path / "configs", dovecot, account, **changes).items():
            monkeypatch.setenv(name, value)
        configuration.forget()

    for station in (receive, reconcile):
        monkeypatch.setattr(station, "hang_up", lambda: None)
    write()
    yield write
    configuration.forget()


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The UIDs whose bytes were asked for."""
    asked: list[int] = []
    many, pieces = Mailbox.fetch_many, Mailbox.pieces

    def fetch_many(self: Mailbox, arrivals: Any) -> Any:
        wanted = list(arrivals)
        asked.extend(arrival.place.uid for arrival in wanted)
        return many(self, wanted)

    def fetch_pieces(self: Mailbox, place: MailboxPlace, **options: Any) -> Any:
        asked.append(place.uid)
        return pieces(self, place, **options)

    monkeypatch.setattr(Mailbox, "fetch_many", fetch_many)
    monkeypatch.setattr(Mailbox, "pieces", fetch_pieces)
    return asked
