"""Working a door in batches, with one bad message told apart from a bad line.

What a server refuses while it still answers is the matter of one message: the batch is tried one by one. A line that
breaks concerns them all; what had not come is then asked for one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from casework.words.errors import TryAgainLater
from casework.words.mailbox import Arrival, Door, MailboxPlace, MailboxUnreachable, MessageGone

LARGE_BYTES = 1024 * 1024
"""Above this a message comes in pieces, by itself."""
BATCH_BYTES = 4 * 1024 * 1024
BATCH_MESSAGES = 200
NOT_GIVEN = "the server names it and does not give its bytes"

Moved = dict[MailboxPlace, MailboxPlace | None]


class Fetcher:
    """Fetches and moves; remembers what broke the line, so that it is asked for by itself the next time."""

    def __init__(self) -> None:
        self.lost: MailboxUnreachable | None = None
        self._suspects: set[MailboxPlace] = set()
        self._refused: list[tuple[Arrival, str]] = []

    def small(self, door: Door, arrivals: Sequence[Arrival]) -> list[tuple[Arrival, bytes]]:
        """The bytes of those that came. `refused` tells the others, `lost` is set when the line broke."""
        self.lost = None
        alone = [arrival for arrival in arrivals if arrival.place in self._suspects]
        got, rest = self._together(door, [arrival for arrival in arrivals if arrival.place not in self._suspects])
        for arrival in rest + alone:
            if self.lost is None:
                with self.fetching(arrival):
                    got += _only(arrival, door.fetch_many([arrival]))
        return got

    def refused(self) -> list[tuple[Arrival, str]]:
        """What did not come since the last time, with the reason."""
        told, self._refused = self._refused, []
        return told

    @contextmanager
    def fetching(self, arrival: Arrival) -> Iterator[None]:
        """A single message is asked for: what goes wrong is held against it."""
        try:
            yield
            self._suspects.discard(arrival.place)
        except MessageGone:
            self._refused.append((arrival, NOT_GIVEN))
        except MailboxUnreachable as error:
            self._refused.append((arrival, str(error)))
            self.lost = error
        except TryAgainLater as error:
            if error.reason != "mailbox_refused":
                raise
            self._refused.append((arrival, str(error)))

    def moved(self, door: Door, places: Sequence[MailboxPlace]) -> tuple[Moved, dict[MailboxPlace, TryAgainLater]]:
        """Those that are out of the way, and what stands against the others. Raises `MailboxUnreachable`."""
        if not places:
            return {}, {}
        try:
            return door.done(places), {}
        except MessageGone:
            return {}, {}  # the folder was made anew; the next look finds them by their bytes
        except MailboxUnreachable:
            raise
        except TryAgainLater as error:
            if len(places) == 1:
                return {}, {places[0]: error}
        half = len(places) // 2
        first, second = self.moved(door, places[:half]), self.moved(door, places[half:])
        return first[0] | second[0], first[1] | second[1]

    def _together(self, door: Door, arrivals: list[Arrival]) -> tuple[list[tuple[Arrival, bytes]], list[Arrival]]:
        """What came of a batch, and what is to be asked for one by one because the server refused the whole."""
        got: list[tuple[Arrival, bytes]] = []
        try:
            got.extend(door.fetch_many(arrivals) if arrivals else ())
        except MessageGone:
            return got, []  # the folder was made anew; the next look tells what is there
        except MailboxUnreachable as error:
            self.lost = error
            self._suspects |= {arrival.place for arrival in _missing(arrivals, got)}
            return got, []
        except TryAgainLater as error:
            if error.reason != "mailbox_refused":
                raise
            return got, _missing(arrivals, got)
        self._refused += [(arrival, NOT_GIVEN) for arrival in _missing(arrivals, got)]
        return got, []


def batches(arrivals: Iterable[Arrival]) -> Iterator[list[Arrival]]:
    """What fits into memory at once; a large one comes in pieces and takes next to none."""
    batch: list[Arrival] = []
    filled = 0
    for arrival in arrivals:
        size = 0 if arrival.size > LARGE_BYTES else arrival.size
        if batch and (filled + size > BATCH_BYTES or len(batch) == BATCH_MESSAGES):
            yield batch
            batch, filled = [], 0
        batch.append(arrival)
        filled += size
    if batch:
        yield batch


def _missing(arrivals: Iterable[Arrival], got: Iterable[tuple[Arrival, bytes]]) -> list[Arrival]:
    came = {arrival.place for arrival, _ in got}
    return [arrival for arrival in arrivals if arrival.place not in came]


def _only(arrival: Arrival, fetched: Iterable[tuple[Arrival, bytes]]) -> list[tuple[Arrival, bytes]]:
    """The one that was asked for; raises `MessageGone` when it did not come."""
    got = list(fetched)
    if not got:
        raise MessageGone(f"message {arrival.place.uid} of {arrival.place.folder!r} did not come")
    return got
