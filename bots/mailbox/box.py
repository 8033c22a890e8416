"""The mailbox of an office: what is new, its bytes, and out of the way when recorded.

with Mailbox.open(settings, password) as box:
    for arrival, raw in box.fetch_many(box.new()):
        …store and record first…
        box.done([arrival.place])
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import TypeVar

from bots.mailbox.connection import ANSWER_SECONDS, Connection, read_words
from bots.mailbox.responses import Fetched, compress_uids, encode_folder, read_copyuid, read_fetches, read_uids
from casework.configuration.offices import MailboxSettings
from casework.words.errors import ConfigurationError, TryAgainLater
from casework.words.mailbox import Arrival, MailboxPlace, MessageGone

KEYWORD = "$AmtsboteStored"
SLICE_BYTES = 1024 * 1024
SMALL_BYTES = 256 * 1024
BATCH_BYTES = 4 * 1024 * 1024
BATCH_MESSAGES = 50
UIDS_PER_COMMAND = 500
LONGEST_IDLE_SECONDS = 9 * 60
POLL_SECONDS = 15
LOOK_SECONDS = 0.25

Item = TypeVar("Item")


class Mailbox:
    """An open inbox folder. Used by one thread; `notes` says in which older way a server had to be worked."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.settings = connection.settings
        self.notes: list[str] = []
        self._validity = 0
        self._keywords_allowed = False
        self._done_folder_known = False

    @classmethod
    def open(cls, settings: MailboxSettings, password: str, *, timeout: float = ANSWER_SECONDS) -> Mailbox:
        """Connect, log in, select the inbox folder.

        Raises `MailboxUnreachable` (wrong moment), `CertificateUntrusted`, `LoginRefused`, `ConfigurationError`.
        """
        box = cls(Connection.open(settings, password, timeout=timeout))
        try:
            box._select()
        except BaseException:
            box.close()
            raise
        return box

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

    @property
    def keywords_allowed(self) -> bool:
        """May we set keywords in this folder?"""
        return self._keywords_allowed

    def new(self) -> list[Arrival]:
        """All messages in the inbox folder that nobody marked as deleted, oldest first."""
        self._connection.take("EXISTS")
        self._connection.demand("looking for new messages", "noop")
        # what is announced from here on is not in the answer of SEARCH: it stays noted, so that `idle` sees it
        self._connection.take("EXISTS")
        uids = read_uids(self._connection.demand("looking for new messages", "uid", "SEARCH", "UNDELETED"))
        arrivals = []
        for chunk in _chunks(uids, UIDS_PER_COMMAND):
            what = "(UID FLAGS INTERNALDATE RFC822.SIZE)"
            answers = {answer.uid: answer for answer in self._fetch("asking for sizes", chunk, what)}
            arrivals += [self._make_arrival(answers[uid]) for uid in chunk if uid in answers]
        return arrivals

    def slices(self, place: MailboxPlace, *, slice_bytes: int = SLICE_BYTES) -> Iterator[bytes]:
        """The message in slices, so that no more than one is in memory; raises `MessageGone`.

        Ends at a slice shorter than asked for: the size a server names is not always the one it sends.
        """
        self._check_validity(place)
        position = 0
        while True:
            what = f"(UID BODY.PEEK[]<{position}.{slice_bytes}>)"
            body = self._read_body(place, self._fetch("fetching a message", [place.uid], what))
            if body:
                yield body
            position += len(body)
            if len(body) < slice_bytes:
                return

    def fetch(self, place: MailboxPlace) -> bytes:
        """The whole message; raises `MessageGone`."""
        return b"".join(self.slices(place))

    def fetch_many(self, arrivals: Iterable[Arrival]) -> Iterator[tuple[Arrival, bytes]]:
        """The messages in the order given, small ones many at a time; those that are gone by now are left out."""
        for batch in _batches(arrivals):
            if len(batch) == 1:
                yield from self._fetch_one(batch[0])
                continue
            for arrival in batch:
                self._check_validity(arrival.place)
            answers = self._fetch("fetching messages", [item.place.uid for item in batch], "(UID BODY.PEEK[])")
            bodies = {answer.uid: answer.body for answer in answers}
            for arrival in batch:
                body = bodies.pop(arrival.place.uid, None)
                if body is not None:
                    yield arrival, body

    def done(self, places: Iterable[MailboxPlace]) -> dict[MailboxPlace, MailboxPlace | None]:
        """Mark the messages with our keyword and move them to the done folder (made when missing).

        The new place of each, None where the server does not tell it or the message is no longer there.
        """
        moved: dict[MailboxPlace, MailboxPlace | None] = {}
        wanted = list(places)
        for place in wanted:
            self._check_validity(place)
        for chunk in _chunks(wanted, UIDS_PER_COMMAND):
            uids = compress_uids(place.uid for place in chunk)
            if self._keywords_allowed:
                self._connection.demand("marking messages", "uid", "STORE", uids, "+FLAGS.SILENT", f"({KEYWORD})")
            copied = self._move(uids)
            moved |= {place: self._place_after(place, copied) for place in chunk}
        return moved

    def idle(self, timeout: float) -> bool:
        """Wait until the server announces new messages: True; False after `timeout` seconds.

        A hint only: look with `new` either way. Never waits longer than nine minutes, so that a dead line is noticed.
        """
        deadline = time.monotonic() + min(timeout, LONGEST_IDLE_SECONDS)
        while not self._connection.take("EXISTS"):
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            if "IDLE" in self.capabilities:
                self._idle_once(left)
            else:
                time.sleep(min(left, POLL_SECONDS))
                self._connection.demand("asking for news", "noop")
        return True

    def ensure_done_folder(self) -> None:
        """Make the done folder when it is missing."""
        if self._done_folder_known:
            return
        name = self._folder_name(self.settings.done_folder)
        known = self._connection.demand("looking for the done folder", "list", '""', name)
        if not any(known):
            self._connection.demand(f"making folder {self.settings.done_folder!r}", "create", name)
            self._connection.ask("subscribing the done folder", "subscribe", name)
        self._done_folder_known = True

    def ask_rights(self, folder: str) -> str | None:
        """Our rights on a folder as the server's letters (RFC 4314); None when it has no ACL or does not tell."""
        if "ACL" not in self.capabilities:
            return None
        status, data = self._connection.ask("asking for rights", "myrights", self._folder_name(folder))
        words = data[-1].split() if status == "OK" and data and isinstance(data[-1], bytes) else []
        return words[-1].decode("ascii", "replace") if words else None

    def _select(self) -> None:
        folder = self.settings.folder
        status, data = self._connection.ask(f"opening folder {folder!r}", "select", self._folder_name(folder))
        if status != "OK":
            raise ConfigurationError(
                f"{self.settings.origin}: mailbox {self.settings.account!r} cannot open folder {folder!r}: "
                f"{read_words(data)}; correct folder, or grant the account access"
            )
        validity = self._connection.take("UIDVALIDITY")
        if not validity:
            raise TryAgainLater("mailbox_refused", f"mailbox {self.settings.account!r} names no UIDVALIDITY")
        self._validity = int(validity[-1])
        flags = b" ".join(self._connection.take("PERMANENTFLAGS"))
        self._keywords_allowed = b"\\*" in flags or KEYWORD.encode() in flags
        if not self._keywords_allowed:
            self._note("the folder takes no keywords: a message is recognised by its place and bytes alone")

    def _fetch(self, doing: str, uids: Sequence[int], what: str) -> list[Fetched]:
        return list(read_fetches(self._connection.demand(doing, "uid", "FETCH", compress_uids(uids), what)))

    def _fetch_one(self, arrival: Arrival) -> Iterator[tuple[Arrival, bytes]]:
        try:
            body = self.fetch(arrival.place)
        except MessageGone:
            return
        yield arrival, body

    def _read_body(self, place: MailboxPlace, answers: Sequence[Fetched]) -> bytes:
        for answer in answers:
            if answer.uid == place.uid and answer.body is not None:
                return answer.body
        raise MessageGone(f"message {place.uid} is no longer in folder {place.folder!r} of {place.account!r}")

    def _make_arrival(self, answer: Fetched) -> Arrival:
        place = MailboxPlace(self.settings.account, self.settings.folder, self._validity, answer.uid)
        return Arrival(
            place=place, size=answer.size or 0, received=answer.received,
            stored=any(flag.lower() == KEYWORD.lower() for flag in answer.flags),
        )  # fmt: skip

    def _check_validity(self, place: MailboxPlace) -> None:
        if (place.folder, place.uidvalidity) != (self.settings.folder, self._validity):
            raise MessageGone(
                f"folder {place.folder!r} of {place.account!r} was made anew (UIDVALIDITY {self._validity} instead of "
                f"{place.uidvalidity}): its messages have to be found by their bytes"
            )

    def _move(self, uids: str) -> tuple[int, dict[int, int]] | None:
        self.ensure_done_folder()
        target = self._folder_name(self.settings.done_folder)
        self._connection.take("COPYUID")
        if "MOVE" in self.capabilities:
            self._connection.demand("moving messages", "uid", "MOVE", uids, target)
        else:
            self._note("the server has no MOVE: messages are copied, then removed")
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
            self._note("the server has no UIDPLUS: copied messages stay in the inbox folder, marked as deleted")

    def _place_after(self, place: MailboxPlace, copied: tuple[int, dict[int, int]] | None) -> MailboxPlace | None:
        if copied is None or place.uid not in copied[1]:
            return None
        return MailboxPlace(place.account, self.settings.done_folder, copied[0], copied[1][place.uid])

    def _idle_once(self, seconds: float) -> None:
        """IDLE until the server says anything or `seconds` are over.

        imaplib2 misses an announcement that comes together with the server's "+": so EXISTS is looked for meanwhile.
        """
        ended = threading.Event()
        deadline = time.monotonic() + seconds
        self._connection.ask("starting IDLE", "idle", LONGEST_IDLE_SECONDS, callback=lambda _: ended.set())
        while not ended.wait(min(LOOK_SECONDS, max(0.0, deadline - time.monotonic()))):
            if self._connection.has("EXISTS") or time.monotonic() >= deadline:
                break
        self._connection.demand("ending IDLE", "noop")

    def _folder_name(self, folder: str) -> str:
        try:
            return encode_folder(folder)
        except ValueError as error:
            raise ConfigurationError(f"{self.settings.origin}: folder {folder!r}: {error}") from None

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def _chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _batches(arrivals: Iterable[Arrival]) -> Iterator[list[Arrival]]:
    """Neighbours that fit into one answer; a large message always goes alone."""
    batch: list[Arrival] = []
    filled = 0
    for arrival in arrivals:
        large = arrival.size > SMALL_BYTES
        if batch and (large or filled + arrival.size > BATCH_BYTES or len(batch) == BATCH_MESSAGES):
            yield batch
            batch, filled = [], 0
        batch.append(arrival)
        filled += arrival.size
        if large:
            yield batch
            batch, filled = [], 0
    if batch:
        yield batch
