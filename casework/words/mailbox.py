"""What stands before a door of the house, a mailbox or a watched folder, and what may be wrong with the door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from casework.words.errors import AmtsboteError, ConfigurationError, TryAgainLater

BY_HAND_ACCOUNT = "by-hand"
"""The account of messages that are orders given by hand: their cases are carried by whoever gave the order alone."""
MAIL_NAME = "message.eml"
"""The name of a message that came as a mail; a file drop has the name of its file."""


@dataclass(frozen=True, order=True, slots=True)
class MailboxPlace:
    """Where a message stands: names it for good, because UIDs are used again only under another UIDVALIDITY."""

    account: str
    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class FolderMark:
    """How a folder stood when everything in it had been taken in (RFC 3501, RFC 7162).

    As long as the server tells the same, nothing has come. `highestmodseq` None: a server without CONDSTORE.
    """

    folder: str
    uidvalidity: int
    uidnext: int
    messages: int
    highestmodseq: int | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that waits at a door; `size` in bytes as the server says, `received` with time zone.

    `stored`: it carries our keyword, so it was recorded before and only its move is missing.
    """

    place: MailboxPlace
    size: int
    received: datetime | None = None
    stored: bool = False
    name: str = MAIL_NAME


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a folder showed: `arrivals` oldest first; none of them when `mark` is the one given.

    `half_moved`: they carry our keyword and are marked as deleted. A server that fell in the middle of a move had
    copied them and did not come to take them away.
    """

    mark: FolderMark
    arrivals: tuple[Arrival, ...] = ()
    half_moved: tuple[MailboxPlace, ...] = ()


class Door(Protocol):
    """One way by which post comes in; an intake works it without knowing whether it is a mailbox or a folder.

    Every call raises `TryAgainLater` for a wrong moment, `ConfigurationError` or `LoginRefused` for what a person has
    to mend.
    """

    notes: list[str]

    def look(self, folder: str, known: FolderMark | None = None) -> Look:
        """What waits in a folder; one round trip when nothing changed since `known`."""

    def fetch_many(self, arrivals: Iterable[Arrival]) -> Iterator[tuple[Arrival, bytes]]:
        """The small ones in the order given, many at a time; those that are gone by now are left out."""

    def pieces(self, place: MailboxPlace) -> Iterator[bytes]:
        """One large message in pieces, so that no more than one is in memory; raises `MessageGone`."""

    def done(self, places: Iterable[MailboxPlace]) -> dict[MailboxPlace, MailboxPlace | None]:
        """Out of the way, because they are recorded; the new place of each where the door tells it."""

    def taken(self, known: FolderMark | None = None) -> Look:
        """What lies in the done folder, for the daily reconciliation; like `look`."""

    def remove(self, place: MailboxPlace) -> None:
        """Delete one message of the done folder for good; the caller has compared its bytes."""

    def idle(self, seconds: float) -> bool:
        """Wait for news at most that long: a hint only."""

    def close(self) -> None:
        """Leave; never raises."""


@dataclass(frozen=True, slots=True)
class MailboxLack:
    """Something the mailbox does not offer: `code` for the books, `text` in plain words, `fatal` if nothing works."""

    code: str
    text: str
    fatal: bool = False


class MessageGone(AmtsboteError):
    """The message is no longer where it stood: somebody moved it, or the folder was made anew."""


class MailboxUnreachable(TryAgainLater):
    """The mail server is out of reach, too slow or has hung up."""


class CertificateUntrusted(ConfigurationError):
    """The mail server's certificate (Zertifikat) is not to be trusted; no password was sent."""
