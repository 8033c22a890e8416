"""The folders of a mailbox: which one is open, how it stands, what we may do there."""

from __future__ import annotations

from bots.mailbox.connection import Connection, read_words
from bots.mailbox.responses import Quota, encode_folder, read_number, read_quotas
from casework.words.errors import ConfigurationError, TryAgainLater
from casework.words.mailbox import FolderMark, MailboxPlace, MailboxUnreachable, MessageGone

KEYWORD = "$AmtsboteStored"
WRONG_MOMENT = ("[UNAVAILABLE]", "[INUSE]", "[SERVERBUG]")
"""Refusals that say that the folder itself is well (RFC 5530)."""
OLDER_WAYS = {
    "CONDSTORE": "the server has no CONDSTORE: an unchanged folder is known by UIDNEXT and its number of messages",
    "UIDNEXT": "the server tells no UIDNEXT: a folder is listed at every look",
    "keywords": "a folder takes no keywords: a message is recognised by its place and bytes alone",
}


class Folders:
    """Opens one folder at a time and knows how it stood then; `notes` collects older ways of working."""

    def __init__(self, connection: Connection, notes: list[str]) -> None:
        self._connection = connection
        self._settings = connection.settings
        self._notes = notes
        self._open: FolderMark | None = None
        self._writable = False
        self._done_folder_known = False
        self.keywords_allowed = False

    @property
    def current(self) -> str | None:
        """The open folder."""
        return self._open.folder if self._open else None

    def open(self, folder: str, *, readonly: bool = False) -> FolderMark:
        """Open a folder, or look at the open one anew: one round trip that also tells how it stands.

        SELECT serves the open folder as well as the others; STATUS should not be asked about the open one (RFC 3501).
        Raises `ConfigurationError` when it is missing or closed to the account.
        """
        self._open = None
        name = self.wire_name(folder) + (" (CONDSTORE)" if "CONDSTORE" in self._connection.capabilities else "")
        try:
            status, data = self._connection.ask(f"opening folder {folder!r}", "select", name, readonly)
        except MailboxUnreachable:
            self._connection.take("READ-ONLY")  # else imaplib2 refuses every further command
            raise
        if status != "OK" and any(code in read_words(data) for code in WRONG_MOMENT):
            raise TryAgainLater("mailbox_refused", f"folder {folder!r} is not to be had now: {read_words(data)}")
        if status != "OK":
            raise ConfigurationError(
                f"{self._settings.origin}: mailbox {self._settings.account!r} cannot open folder {folder!r}: "
                f"{read_words(data)}; correct folder, or grant the account access"
            )
        self._writable = not readonly
        self._note_keywords()
        self._open = self._read_mark(folder, read_number(data))
        return self._open

    def enter(self, place: MailboxPlace, *, writable: bool = False) -> None:
        """Have the folder of this place open; raises `MessageGone` when it was made anew since."""
        if self._open is None or self._open.folder != place.folder or (writable and not self._writable):
            self.open(place.folder)
        announced = read_number(self._connection.take("UIDVALIDITY"))
        now = announced or (self._open.uidvalidity if self._open else 0)
        if now != place.uidvalidity:
            self._open = None
            raise MessageGone(
                f"folder {place.folder!r} of {place.account!r} was made anew (UIDVALIDITY {now} instead of "
                f"{place.uidvalidity}): its messages have to be found by their bytes"
            )

    def ensure_done_folder(self) -> str:
        """The done folder's name on the wire; it is made when missing."""
        name = self.wire_name(self._settings.done_folder)
        if not self._done_folder_known:
            known = self._connection.demand("looking for the done folder", "list", '""', name)
            if not any(known):
                self._connection.demand(f"making folder {self._settings.done_folder!r}", "create", name)
                self._connection.ask("subscribing the done folder", "subscribe", name)
            self._done_folder_known = True
        return name

    def ask_rights(self, folder: str) -> str | None:
        """Our rights on a folder as the server's letters (RFC 4314); None when it has no ACL or does not tell."""
        if "ACL" not in self._connection.capabilities:
            return None
        status, data = self._connection.ask("asking for rights", "myrights", self.wire_name(folder))
        words = data[-1].split() if status == "OK" and data and isinstance(data[-1], bytes) else []
        return words[-1].decode("ascii", "replace") if words else None

    def ask_quota(self, folder: str) -> list[Quota]:
        """The bounds of the mailbox (RFC 9208); [] when the server has none or does not tell."""
        if "QUOTA" not in self._connection.capabilities:
            return []
        status, data = self._connection.ask("asking for the quota", "getquotaroot", self.wire_name(folder))
        return list(read_quotas(data[1])) if status == "OK" and len(data) == 2 else []

    def wire_name(self, folder: str) -> str:
        """The folder's name as it goes to the server; raises `ConfigurationError`."""
        try:
            return encode_folder(folder)
        except ValueError as error:
            raise ConfigurationError(f"{self._settings.origin}: folder {folder!r}: {error}") from None

    def note(self, text: str) -> None:
        """Say once in which older way the server has to be worked."""
        if text not in self._notes:
            self._notes.append(text)

    def _read_mark(self, folder: str, messages: int) -> FolderMark:
        validity = read_number(self._connection.take("UIDVALIDITY"))
        if not validity:
            raise TryAgainLater("mailbox_refused", f"mailbox {self._settings.account!r} names no UIDVALIDITY")
        uidnext = read_number(self._connection.take("UIDNEXT"))
        highest = read_number(self._connection.take("HIGHESTMODSEQ")) or None
        if not uidnext:
            self.note(OLDER_WAYS["UIDNEXT"])
        if highest is None:
            self.note(OLDER_WAYS["CONDSTORE"])
        return FolderMark(folder, validity, uidnext, messages, highest)

    def _note_keywords(self) -> None:
        flags = b" ".join(self._connection.take("PERMANENTFLAGS"))
        self.keywords_allowed = b"\\*" in flags or KEYWORD.encode() in flags
        if self._writable and not self.keywords_allowed:
            self.note(OLDER_WAYS["keywords"])
