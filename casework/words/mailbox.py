"""Mail as it stands in a mailbox: where it is, how large it is, what is wrong with the mailbox."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from casework.words.errors import AmtsboteError, ConfigurationError, TryAgainLater


@dataclass(frozen=True, order=True, slots=True)
class MailboxPlace:
    """Where a message stands: names it for good, because UIDs are used again only under another UIDVALIDITY."""

    account: str
    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that waits in the inbox folder; `size` in bytes as the server says, `received` with time zone.

    `stored`: it carries our keyword, so it was recorded before and only its move is missing.
    """

    place: MailboxPlace
    size: int
    received: datetime | None = None
    stored: bool = False


@dataclass(frozen=True, slots=True)
class MailboxLack:
    """Something the mailbox does not offer: `code` for the books, `text` in plain words, `fatal` if nothing works."""

    code: str
    text: str
    fatal: bool = False


class Door(Protocol):
    """How messages come in, whatever the transport: a mailbox today, a watched folder tomorrow."""

    def new(self) -> list[Arrival]:
        """What waits, oldest first."""

    def fetch(self, place: MailboxPlace) -> bytes:
        """The whole message; raises `MessageGone`."""

    def fetch_many(self, arrivals: Iterable[Arrival]) -> Iterator[tuple[Arrival, bytes]]:
        """The messages in the order given; those that are gone by now are left out."""

    def done(self, places: Iterable[MailboxPlace]) -> Mapping[MailboxPlace, MailboxPlace | None]:
        """Take the messages out of the way; the new place of each, None where the server does not tell it."""


class MessageGone(AmtsboteError):
    """The message is no longer where it stood: somebody moved it, or the folder was made anew."""


class MailboxUnreachable(TryAgainLater):
    """The mail server is out of reach, too slow or has hung up."""


class CertificateUntrusted(ConfigurationError):
    """The mail server's certificate (Zertifikat) is not to be trusted; no password was sent."""
