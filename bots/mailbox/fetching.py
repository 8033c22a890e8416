"""Bytes out of a mailbox: small messages many at a time, large ones in pieces."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bots.mailbox.connection import Answer, Connection
from bots.mailbox.folders import Folders
from bots.mailbox.responses import Fetched, compress_uids, read_fetches
from casework.words.mailbox import Arrival, MailboxPlace, MessageGone

LARGE_BYTES = 1024 * 1024
BATCH_BYTES = 4 * 1024 * 1024
BATCH_MESSAGES = 100
UNDER_WAY = 2
"""So many batches are asked for at once: while one is stored, the next is on its way."""

Item = TypeVar("Item")


@dataclass
class _Asked:
    arrivals: list[Arrival]
    answer: Answer
    come: bool = False


class Fetching:
    """Asks for messages of the folder their place names.

    A server may say what belongs to the second command before it ends the first (Dovecot does): so bodies are told
    apart by their UID, and nothing else is asked while some are under way.
    """

    def __init__(self, connection: Connection, folders: Folders) -> None:
        self._connection = connection
        self._folders = folders
        self._under_way: deque[_Asked] = deque()
        self._bodies: dict[int, bytes] = {}

    def ask(self, doing: str, uids: Sequence[int], what: str) -> list[Fetched]:
        """One UID FETCH in the open folder and its answers."""
        self.settle()
        return list(read_fetches(self._begin(doing, uids, what).wait()))

    def settle(self) -> None:
        """Wait for what is under way, so that further answers belong to the next command."""
        for asked in self._under_way:
            self._wait_for(asked)

    def many(self, arrivals: Iterable[Arrival]) -> Iterator[tuple[Arrival, bytes]]:
        """The messages in the order given; those that are gone by now are left out."""
        self.settle()
        self._under_way.clear()
        self._bodies.clear()
        for batch in batches(arrivals):
            if self._under_way and _home(batch[0]) != _home(self._under_way[0].arrivals[0]):
                yield from self._hand_out(until=0)
            self._folders.enter(batch[0].place)
            answer = self._begin("fetching messages", [item.place.uid for item in batch], "(UID BODY.PEEK[])")
            self._under_way.append(_Asked(batch, answer))
            yield from self._hand_out(until=UNDER_WAY - 1)
        yield from self._hand_out(until=0)

    def pieces(self, place: MailboxPlace, piece_bytes: int) -> Iterator[bytes]:
        """The message piece by piece; raises `MessageGone`.

        Ends at a piece shorter than asked for: the size a server names is not always the one it sends.
        """
        self._folders.enter(place)
        position = 0
        while True:
            what = f"(UID BODY.PEEK[]<{position}.{piece_bytes}>)"
            body = _body_of(place, self.ask("fetching a message", [place.uid], what))
            if body:
                yield body
            position += len(body)
            if len(body) < piece_bytes:
                return

    def _begin(self, doing: str, uids: Sequence[int], what: str) -> Answer:
        return self._connection.begin(doing, "uid", "FETCH", compress_uids(uids), what)

    def _hand_out(self, *, until: int) -> Iterator[tuple[Arrival, bytes]]:
        """The oldest batches, until so many are left under way."""
        while len(self._under_way) > until:
            asked = self._under_way[0]
            self._wait_for(asked)
            self._under_way.popleft()
            for arrival in asked.arrivals:
                body = self._bodies.pop(arrival.place.uid, None)
                if body is not None:
                    yield arrival, body

    def _wait_for(self, asked: _Asked) -> None:
        if not asked.come:
            asked.come = True
            for answer in read_fetches(asked.answer.wait()):
                if answer.body is not None:
                    self._bodies[answer.uid] = answer.body


def chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in runs of `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))


def batches(arrivals: Iterable[Arrival]) -> Iterator[list[Arrival]]:
    """Neighbours of one folder that fit into one answer; a large message goes alone."""
    batch: list[Arrival] = []
    filled = 0
    for arrival in arrivals:
        full = filled + arrival.size > BATCH_BYTES or len(batch) == BATCH_MESSAGES
        if batch and (full or arrival.size > LARGE_BYTES or _home(arrival) != _home(batch[0])):
            yield batch
            batch, filled = [], 0
        batch.append(arrival)
        filled += arrival.size
    if batch:
        yield batch


def _home(arrival: Arrival) -> tuple[str, int]:
    return (arrival.place.folder, arrival.place.uidvalidity)


def _body_of(place: MailboxPlace, answers: Sequence[Fetched]) -> bytes:
    for answer in answers:
        if answer.uid == place.uid and answer.body is not None:
            return answer.body
    raise MessageGone(f"message {place.uid} is no longer in folder {place.folder!r} of {place.account!r}")
