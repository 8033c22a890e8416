"""Intake of one door: what waits there goes into the record, then out of the way. Nothing is judged.

The order of steps is: bytes in the store, then the record, then the move, then the mark of the folder. After a crash
behind any of them the next look goes on where this one ended.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from types import TracebackType

from casework.actions import doors as known_doors, health, intake, leases, stuck
from casework.actions.force import current
from casework.actions.intake import Stored
from casework.record.connections import RECORD_AWAY, hang_up
from casework.record.models import Message
from casework.record.store import Store
from casework.words.errors import AmtsboteError, ConfigurationError, LoginRefused, StoreError, TryAgainLater
from casework.words.mailbox import Arrival, Door, FolderMark, MailboxPlace, MessageGone
from flows.stations import doors
from flows.stations.fetching import LARGE_BYTES, Fetcher, batches

LEASE_SECONDS = 660
"""Longer than the longest IDLE; the lease of a process that died is freed at once."""
RENEW_SECONDS = 60
POLL_SECONDS = 60.0
"""IDLE hears of one folder: with several of them, or while a message is stuck, the others are looked at so often."""
TROUBLES = (TryAgainLater, ConfigurationError, LoginRefused, StoreError)
log = logging.getLogger("amtsbote.intake")


class Receiver:
    """One door of an office, worked by one intake at a time (a lease in the record decides which)."""

    def __init__(self, office: str, account: str) -> None:
        self._office = office
        self._account = account
        self._folders = doors.folders(office, account)
        self._tries = current().office(office).intake.tries
        self._lease = f"mailbox:{office}:{account}"
        self._token: int | None = None
        self._renewed = 0.0
        self._door: Door | None = None
        self._fetcher = Fetcher()
        self._trouble: AmtsboteError | None = None

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
        """Take in everything that waits; returns how many messages were new. 0 when another intake holds the door.

        Raises `TryAgainLater` when the server or the record is out of reach, `ConfigurationError` or `LoginRefused`
        when a person has to mend something, `StoreError` when the bytes cannot be kept (then nothing was moved). What
        concerns one folder or message is raised after all the others were worked off. Only a refused login waits for an
        officer: to try it again could lock the account, while any other trouble may be tried for ever.
        """
        try:
            return self._drain_all()
        except TROUBLES as error:
            self._hang_up()
            self._note(error)
            raise
        except RECORD_AWAY as error:
            self._hang_up()
            hang_up()
            words = f"the record does not answer ({type(error).__name__}); tried again later"
            raise TryAgainLater("record_unreachable", words) from error

    def wait(self, seconds: float) -> bool:
        """Wait for mail at most that long (IDLE as a hint); True when something may have come."""
        if self._door is None:
            time.sleep(min(seconds, 1.0))
            return True
        try:
            return self._door.idle(min(seconds, self._patience()))
        except TryAgainLater:
            self._hang_up()
            return True

    def _drain_all(self) -> int:
        if not self._hold():
            return 0
        self._trouble, door = None, self._opened()
        # the first folder last: it stays open, and IDLE hears of it
        new = sum(self._drain_folder(door, folder) for folder in reversed(self._folders))
        if self._trouble is not None:
            raise self._trouble
        health.succeeded(self._office, "mailbox", self._account)
        hang_up()
        return new

    def _drain_folder(self, door: Door, folder: str) -> int:
        """A folder that cannot be opened is told of when the others are worked off."""
        try:
            return self._drain(door, folder)
        except ConfigurationError as error:
            self._trouble = self._trouble or error
            return 0

    def _drain(self, door: Door, folder: str) -> int:
        known = known_doors.mark_of(self._office, self._account, folder)
        look = door.look(folder, known)
        if look.mark == known and not look.arrivals:
            known_doors.looked_again(self._office, self._account, folder)
            return 0
        there = [arrival.place for arrival in look.arrivals]
        intake.record_gone(look.mark, there, office=self._office, account=self._account)
        for place in intake.recorded_places(look.half_moved, office=self._office):
            door.remove(place)
        self._settle_former(door, look.mark)
        resting = stuck.resting(look, office=self._office, account=self._account)
        new, moved = 0, 0
        for batch in batches(arrival for arrival in look.arrivals if arrival.place not in resting):
            self._renew()
            taken, gone = self._take_in(door, batch)
            new, moved = new + taken, moved + gone
        waiting = len(there) - moved
        if not waiting:
            intake.record_renumbered_gone(look.mark, office=self._office, account=self._account)
        known_doors.looked(self._office, self._account, look.mark, waiting=waiting, notes=door.notes)
        return new

    def _settle_former(self, door: Door, mark: FolderMark) -> None:
        """Before letters of a renumbered folder are known again by their bytes: which of them had already left it?

        Else a second, identical letter would be taken for one that was moved just before the house fell.
        """
        former = intake.former_waiting(mark, office=self._office, account=self._account)
        if not former:
            return
        named, copies = intake.named_places(self._office, self._account), defaultdict(list)
        sizes = {size for message in former for size in (message.size, message.told_size)}
        store = Store(self._office)
        for arrival in door.taken().arrivals:
            if arrival.size not in sizes or intake.done_words(arrival.place) in named:
                continue
            try:
                copies[store.address_of_pieces(self._renewing(door.pieces(arrival.place)))].append(arrival.place)
            except MessageGone:
                continue  # somebody took it away meanwhile
        intake.record_left(former, copies)

    def _take_in(self, door: Door, batch: Sequence[Arrival]) -> tuple[int, int]:
        """One batch through all steps; how many were new, and how many are out of the way."""
        messages = intake.already_recorded(batch, office=self._office)
        wanted = [arrival for arrival in batch if arrival.place not in messages]
        stored = self._store(door, wanted)
        recorded = intake.record_messages(stored, office=self._office)
        self._set_back([item.arrival for item in stored if item.arrival.place not in recorded], "the record refuses it")
        messages |= {place: each.message for place, each in recorded.items()}
        if self._fetcher.lost is not None:
            raise self._fetcher.lost
        moved = self._move(door, messages, {arrival.place: arrival for arrival in batch})
        return sum(each.new for each in recorded.values()), moved

    def _store(self, door: Door, arrivals: Sequence[Arrival]) -> list[Stored]:
        """Fetch and seal them; what does not come is set back, and what came before the line broke is kept."""
        store = Store(self._office)
        small = [arrival for arrival in arrivals if arrival.size <= LARGE_BYTES]
        fetched = self._fetcher.small(door, small)
        addresses = store.put_many([data for _, data in fetched]) if fetched else []
        stored = [
            Stored(arrival, address, len(data)) for (arrival, data), address in zip(fetched, addresses, strict=True)
        ]
        del fetched
        for arrival in arrivals:
            if arrival.size > LARGE_BYTES and self._fetcher.lost is None:
                stored += self._store_large(door, store, arrival)
        for arrival, words in self._fetcher.refused():
            self._set_back([arrival], words)
        return stored

    def _store_large(self, door: Door, store: Store, arrival: Arrival) -> list[Stored]:
        try:
            with self._fetcher.fetching(arrival):
                address, size = store.put_pieces(self._renewing(door.pieces(arrival.place)))
                return [Stored(arrival, address, size)]
        except StoreError as error:
            # a smaller one may still fit: the others go on, and no clerk is told of what is the disk's fault
            stuck.set_back(arrival, str(error), office=self._office, tries=None)
            self._trouble = self._trouble or error
        return []

    def _move(self, door: Door, messages: dict[MailboxPlace, Message], arrivals: dict[MailboxPlace, Arrival]) -> int:
        moved, troubles = self._fetcher.moved(door, list(messages))
        intake.record_moved(moved, messages)
        stuck.came_through(moved, office=self._office)
        for place, error in troubles.items():
            stuck.set_back(arrivals[place], str(error), office=self._office, tries=None)
            self._trouble = self._trouble or error
        return len(moved)

    def _set_back(self, arrivals: Sequence[Arrival], words: str) -> None:
        for arrival in arrivals:
            row = stuck.set_back(arrival, words, office=self._office, tries=self._tries)
            log.warning("message %d of %s did not come, try %d: %s", arrival.place.uid, self._account, row.tries, words)

    def _note(self, error: Exception) -> None:
        reason = "store_failed" if isinstance(error, StoreError) else getattr(error, "reason", "mailbox_refused")
        refused = isinstance(error, LoginRefused)
        health.failed(self._office, "mailbox", self._account, reason=reason, words=str(error), needs_officer=refused)

    def _opened(self) -> Door:
        if self._door is None:
            self._door = doors.open_door(self._office, self._account)
        return self._door

    def _hang_up(self) -> None:
        if self._door is not None:
            self._door.close()
            self._door = None

    def _patience(self) -> float:
        """How long one may wait for mail before the next look."""
        try:
            again = stuck.next_try(self._office, self._account)
        except RECORD_AWAY:
            again = None  # the next look will meet it, and tell
        hang_up()
        longest = POLL_SECONDS if len(self._folders) > 1 else float(LEASE_SECONDS)
        if again is None:
            return longest
        return min(longest, max(1.0, (again - datetime.now(UTC)).total_seconds()))

    def _hold(self) -> bool:
        self._renewed = time.monotonic()
        if self._token is not None and leases.renew(self._lease, self._token, seconds=LEASE_SECONDS):
            return True
        self._token = leases.acquire(self._lease, office=self._office, seconds=LEASE_SECONDS)
        return self._token is not None

    def _renew(self) -> None:
        self._renewed = time.monotonic()
        if self._token is None or not leases.renew(self._lease, self._token, seconds=LEASE_SECONDS):
            raise TryAgainLater("mailbox_taken", f"another intake took over {self._account}; this one stops")

    def _renewing(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """A large message over a slow line may take longer than the lease."""
        for piece in pieces:
            if time.monotonic() - self._renewed > RENEW_SECONDS:
                self._renew()
            yield piece
