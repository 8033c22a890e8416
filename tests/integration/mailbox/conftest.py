"""A real Dovecot per test process, with a fresh account for every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bots.mailbox import Mailbox
from casework.configuration.offices import MailboxSettings
from demo.mailserver.delivery import Delivery
from demo.mailserver.dovecot import Dovecot
from tests.integration.mailbox.letters import make_settings

ACCOUNTS = [f"amt-{number}" for number in range(60)]


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
