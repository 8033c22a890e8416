"""Intake of one mailbox: what waits there goes into the record, then out of the way. Nothing is judged."""

from __future__ import annotations

import logging
import time
from types import TracebackType

from bots.mailbox import Mailbox
from casework.actions import health, leases
from casework.actions.force import current
from casework.actions.intake import record_message, record_moved
from casework.configuration import secrets
from casework.configuration.offices import MailboxSettings
from casework.record.connections import hang_up
from casework.record.models import Message
from casework.words.errors import ConfigurationError, LoginRefused, StoreError, TryAgainLater
from casework.words.mailbox import MailboxPlace

LEASE_SECONDS = 660
"""Longer than the longest IDLE; the lease of a process that died is freed at once."""
BATCH = 50
log = logging.getLogger("amtsbote.intake")


class Receiver:
    """One mailbox of an office, worked by one intake at a time (a lease in the record decides which)."""

    def __init__(self, office: str, account: str) -> None:
        self._office = office
        self._settings = _settings(office, account)
        self._lease = f"mailbox:{office}:{account}:{self._settings.folder}"
        self._token: int | None = None
        self._box: Mailbox | None = None

    def __enter__(self) -> Receiver:
        leases.free_dead()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()
        if self._token is not None:
            leases.release(self._lease, self._token)
        hang_up()

    def drain(self) -> int:
        """Take in everything that waits; returns how many messages were new. 0 when another intake holds the mailbox.

        Raises `TryAgainLater` when the server is out of reach, `ConfigurationError` or `LoginRefused` when a person
        has to mend something, `StoreError` when the bytes cannot be kept (then nothing was moved). Only a refused login
        waits for an officer: to try it again could lock the account, while any other trouble may be tried for ever.
        """
        if not self._hold():
            return 0
        try:
            new = self._drain(self._connected())
        except (TryAgainLater, ConfigurationError, LoginRefused, StoreError) as error:
            self._hang_up()
            self._note(error)
            raise
        health.succeeded(self._office, "mailbox", self._settings.account)
        hang_up()
        return new

    def wait(self, seconds: float) -> bool:
        """Wait for mail at most that long (IDLE as a hint); True when something may have come."""
        if self._box is None:
            time.sleep(min(seconds, 1.0))
            return True
        try:
            return self._box.idle(seconds)
        except TryAgainLater:
            self._hang_up()
            return True

    def _note(self, error: Exception) -> None:
        reason = "store_failed" if isinstance(error, StoreError) else getattr(error, "reason", "mailbox_refused")
        refused = isinstance(error, LoginRefused)
        name = self._settings.account
        health.failed(self._office, "mailbox", name, reason=reason, words=str(error), needs_officer=refused)

    def _drain(self, box: Mailbox) -> int:
        arrivals, new = box.new(), 0
        for start in range(0, len(arrivals), BATCH):
            stored: dict[MailboxPlace, Message] = {}
            for arrival, data in box.fetch_many(arrivals[start : start + BATCH]):
                recorded = record_message(data, office=self._office, place=arrival.place)
                stored[arrival.place] = recorded.message
                new += recorded.new
            self._renew()
            for place, target in box.done(stored).items():
                record_moved(stored[place], target)
        return new

    def _connected(self) -> Mailbox:
        if self._box is None:
            self._box = Mailbox.open(self._settings, secrets.secret(self._settings.secret))
        return self._box

    def _hang_up(self) -> None:
        if self._box is not None:
            self._box.close()
            self._box = None

    def _hold(self) -> bool:
        if self._token is not None and leases.renew(self._lease, self._token, seconds=LEASE_SECONDS):
            return True
        self._token = leases.acquire(self._lease, office=self._office, seconds=LEASE_SECONDS)
        return self._token is not None

    def _renew(self) -> None:
        if self._token is None or not leases.renew(self._lease, self._token, seconds=LEASE_SECONDS):
            raise TryAgainLater("mailbox_taken", f"another intake took over {self._settings.account}; this one stops")


def _settings(office: str, account: str) -> MailboxSettings:
    found = next((box for box in current().office(office).mailboxes if box.account == account), None)
    if found is None:
        raise ConfigurationError(f"office {office} has no mailbox {account!r}; see its file in offices/")
    return found
