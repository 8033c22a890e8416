"""Mail as it stands in a mailbox: where it is, how large it is, what is wrong with the mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework.words.errors import AmtsboteError, ConfigurationError, TryAgainLater

BY_HAND_ACCOUNT = "by-hand"
"""The account of messages that are orders given by hand: their cases are carried by whoever gave the order alone."""


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


class MessageGone(AmtsboteError):
    """The message is no longer where it stood: somebody moved it, or the folder was made anew."""


class MailboxUnreachable(TryAgainLater):
    """The mail server is out of reach, too slow or has hung up."""


class CertificateUntrusted(ConfigurationError):
    """The mail server's certificate (Zertifikat) is not to be trusted; no password was sent."""
