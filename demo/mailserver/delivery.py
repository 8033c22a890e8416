"""Put letters into Dovecot's mailboxes (IMAP APPEND): one verified connection per account, kept open."""

from __future__ import annotations

import contextlib
import imaplib
import ssl
import threading
from pathlib import Path
from typing import Protocol

from casework.words.errors import AmtsboteError

TIMEOUT_SECONDS = 30


class MailServer(Protocol):
    """What delivery needs to know of the server; `Dovecot` is one."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def ca_file(self) -> Path: ...
    def password(self, account: str) -> str: ...


class DeliveryFailed(AmtsboteError):
    """The letter is not in the mailbox (or nobody knows); the sender keeps it and tries again."""


class Delivery:
    """Delivers to the accounts of one server; safe to use from several threads."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._connections: dict[str, imaplib.IMAP4_SSL] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def deliver(self, account: str, letter: bytes, *, folder: str = "INBOX") -> None:
        """Append the letter; raises `DeliveryFailed` unless the server has confirmed it."""
        with self._guard:
            lock = self._locks.setdefault(account, threading.Lock())
        with lock:
            try:
                status, _ = self._connection(account).append(folder, "", "", letter)
            except (imaplib.IMAP4.error, OSError) as error:
                self._forget(account)
                raise DeliveryFailed(f"mailbox {account} is out of reach ({type(error).__name__})") from None
        if status != "OK":
            raise DeliveryFailed(f"mailbox {account} did not take the letter")

    def close(self) -> None:
        """Log out everywhere."""
        for account in list(self._connections):
            self._forget(account)

    def _connection(self, account: str) -> imaplib.IMAP4_SSL:
        """A living connection: asked first, because an APPEND that breaks could be repeated by nobody safely."""
        known = self._connections.get(account)
        if known is not None:
            try:
                known.noop()
                return known
            except (imaplib.IMAP4.error, OSError):
                self._forget(account)
        context = ssl.create_default_context(cafile=str(self._server.ca_file))
        new = imaplib.IMAP4_SSL(
            self._server.host, self._server.port, ssl_context=context, timeout=TIMEOUT_SECONDS
        )  # fmt: skip
        new.login(account, self._server.password(account))
        self._connections[account] = new
        return new

    def _forget(self, account: str) -> None:
        old = self._connections.pop(account, None)
        if old is None:
            return
        try:
            old.logout()
        except (imaplib.IMAP4.error, OSError):
            # it was gone already; what is left of it on our side is closed all the same
            with contextlib.suppress(OSError):
                old.shutdown()
