"""The mailbox of an office: what waits, its bytes, and out of the way when recorded. It implements `Door`.

with Mailbox.open(settings, password) as box:
    look = box.look("INBOX", known)
    for arrival, raw in box.fetch_many(look.arrivals):
        …store and record first…
    box.done(arrival.place for arrival in look.arrivals)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from types import TracebackType

from bots.mailbox.connection import ANSWER_SECONDS, Connection
from bots.mailbox.fetching import Fetching, chunks
from bots.mailbox.folders import KEYWORD, Folders
from bots.mailbox.responses import compress_uids, read_copyuid, read_uids
from bots.mailbox.waiting import wait_for_news
from casework.configuration.mailboxes import MailboxSettings
from casework.words.mailbox import Arrival, FolderMark, Look, MailboxPlace

SLICE_BYTES = 1024 * 1024
UIDS_PER_COMMAND = 500


class Mailbox:
    """An open mailbox. Used by one thread; `notes` says in which older way a server had to be worked."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.settings = connection.settings
        self.notes: list[str] = []
        self._looked: dict[str, FolderMark] = {}
        self.folders = Folders(connection, self.notes)
        self._fetching = Fetching(connection, self.folders)

    @classmethod
    def open(cls, settings: MailboxSettings, secret: str, *, timeout: float = ANSWER_SECONDS) -> Mailbox:
        """Connect and log in; `secret` is the password, or the OAuth 2 client's secret.

        Raises `MailboxUnreachable` (wrong moment), `CertificateUntrusted`, `LoginRefused`, `ConfigurationError`.
        """
        return cls(Connection.open(settings, secret, timeout=timeout))

    def __enter__(self) -> Mailbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Log out; never raises."""
        self._connection.close()

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server announced after login."""
        return self._connection.capabilities

    def look(self, folder: str, known: FolderMark | None = None) -> Look:
        """What waits in a folder and nobody marked as deleted, oldest first; one round trip when it stands as `known`.

        The mark is older than the list, so that what came in between is seen by the next look.
        """
        return self._look(folder, known, readonly=False)

    def taken(self, known: FolderMark | None = None) -> Look:
        """What lies in the done folder, for the daily reconciliation; like `look`. Makes the folder when missing."""
        self.folders.ensure_done_folder()
        return self._look(self.settings.done_folder, known, readonly=True)

    def fetch_many(self, arrivals: Iterable[Arrival]) -> Iterator[tuple[Arrival, bytes]]:
        """The messages in the order given, many at a time; those that are gone by now are left out."""
        return self._fetching.many(arrivals)

    def pieces(self, place: MailboxPlace, *, piece_bytes: int = SLICE_BYTES) -> Iterator[bytes]:
        """One message in pieces, so that no more than one is in memory; raises `MessageGone`."""
        return self._fetching.pieces(place, piece_bytes)

    def done(self, places: Iterable[MailboxPlace]) -> dict[MailboxPlace, MailboxPlace | None]:
        """Mark the messages with our keyword and move them to the done folder (made when missing).

        The new place of each, None where the server does not tell it or the message is no longer there.
        Raises `MessageGone` before anything is moved when their folder was made anew.
        """
        self._fetching.settle()
        moved: dict[MailboxPlace, MailboxPlace | None] = {}
        for _, group in groupby(sorted(places), key=lambda place: (place.folder, place.uidvalidity)):
            wanted = list(group)
            self.folders.enter(wanted[0], writable=True)
            for chunk in chunks(wanted, UIDS_PER_COMMAND):
                uids = compress_uids(place.uid for place in chunk)
                self._mark(uids)
                copied = self._move(uids)
                moved |= {place: self._place_after(place, copied) for place in chunk}
        return moved

    def remove(self, place: MailboxPlace) -> None:
        """Delete one message for good; the caller has compared its bytes. Raises `MessageGone`."""
        self.folders.enter(place, writable=True)
        self._remove(str(place.uid))

    def idle(self, seconds: float) -> bool:
        """Wait until the server announces new messages in the first folder: True; False after `seconds`.

        A hint only: look either way. Of further folders a server tells nothing. Never waits longer than nine minutes,
        so that a dead line is noticed.
        """
        first = self.settings.all_folders[0]
        if self.folders.current != first and self.folders.open(first) != self._looked.get(first):
            return True
        return wait_for_news(self._connection, seconds)

    def _look(self, folder: str, known: FolderMark | None, *, readonly: bool) -> Look:
        self._fetching.settle()
        mark = self._looked[folder] = self.folders.open(folder, readonly=readonly)
        if mark == known and mark.uidnext:
            return Look(mark)
        uids = read_uids(self._connection.demand("looking for new messages", "uid", "SEARCH", "UNDELETED"))
        half_moved = () if readonly or len(uids) >= mark.messages else tuple(self._half_moved(mark))
        return Look(mark, tuple(self._arrivals(mark, uids)), half_moved)

    def _half_moved(self, mark: FolderMark) -> Iterator[MailboxPlace]:
        """Without UIDPLUS they cannot be taken away one by one, and stay as they are."""
        if not self.folders.keywords_allowed or "UIDPLUS" not in self.capabilities:
            return
        found = self._connection.demand("looking for half-done moves", "uid", "SEARCH", "DELETED", "KEYWORD", KEYWORD)
        for uid in read_uids(found):
            yield MailboxPlace(self.settings.account, mark.folder, mark.uidvalidity, uid)

    def _arrivals(self, mark: FolderMark, uids: list[int]) -> Iterator[Arrival]:
        for chunk in chunks(uids, UIDS_PER_COMMAND):
            what = "(UID FLAGS INTERNALDATE RFC822.SIZE)"
            answers = {answer.uid: answer for answer in self._fetching.ask("asking for sizes", chunk, what)}
            for answer in (answers[uid] for uid in chunk if uid in answers):
                yield Arrival(
                    place=MailboxPlace(self.settings.account, mark.folder, mark.uidvalidity, answer.uid),
                    size=answer.size or 0,
                    received=answer.received,
                    stored=any(flag.lower() == KEYWORD.lower() for flag in answer.flags),
                )

    def _mark(self, uids: str) -> None:
        if self.folders.keywords_allowed:
            self._connection.demand("marking messages", "uid", "STORE", uids, "+FLAGS.SILENT", f"({KEYWORD})")

    def _move(self, uids: str) -> tuple[int, dict[int, int]] | None:
        target = self.folders.ensure_done_folder()
        self._connection.take("COPYUID")
        if "MOVE" in self.capabilities:
            self._connection.demand("moving messages", "uid", "MOVE", uids, target)
        else:
            self.folders.note("the server has no MOVE: messages are copied, then removed")
            self._connection.demand("copying messages", "uid", "COPY", uids, target)
        copied = read_copyuid(self._connection.take("COPYUID"))
        if "MOVE" not in self.capabilities:
            self._remove(uids)
        return copied

    def _remove(self, uids: str) -> None:
        """Only these: a plain EXPUNGE would remove what other people marked as deleted."""
        self._connection.demand("marking copied messages", "uid", "STORE", uids, "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self.capabilities:
            self._connection.demand("removing copied messages", "uid", "EXPUNGE", uids)
        else:
            self.folders.note("the server has no UIDPLUS: copied messages stay in their folder, marked as deleted")

    def _place_after(self, place: MailboxPlace, copied: tuple[int, dict[int, int]] | None) -> MailboxPlace | None:
        if copied is None or place.uid not in copied[1]:
            return None
        return MailboxPlace(place.account, self.settings.done_folder, copied[0], copied[1][place.uid])
