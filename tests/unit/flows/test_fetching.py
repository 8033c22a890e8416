"""One bad message is told apart from a bad line, and neither stops the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from casework.words.errors import TryAgainLater
from casework.words.mailbox import Arrival, FolderMark, Look, MailboxPlace, MailboxUnreachable, MessageGone
from flows.stations.fetching import BATCH_BYTES, BATCH_MESSAGES, LARGE_BYTES, NOT_GIVEN, Fetcher, batches


def arrival(uid: int, size: int = 10) -> Arrival:
    return Arrival(MailboxPlace("post", "INBOX", 1, uid), size)


class Shelf:
    """A door in memory: `bad` are refused by the server, `breaking` break the line, `silent` come without bytes."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.bad: set[int] = set()
        self.breaking: set[int] = set()
        self.silent: set[int] = set()
        self.asked: list[list[int]] = []

    def fetch_many(self, arrivals: Iterable[Arrival]) -> Iterator[tuple[Arrival, bytes]]:
        wanted = list(arrivals)
        self.asked.append([item.place.uid for item in wanted])
        for item in wanted:
            self._trouble(item.place)
            if item.place.uid not in self.silent:
                yield item, b"brief %d" % item.place.uid

    def done(self, places: Iterable[MailboxPlace]) -> dict[MailboxPlace, MailboxPlace | None]:
        wanted = list(places)
        self.asked.append([place.uid for place in wanted])
        for place in wanted:
            self._trouble(place)
        return dict.fromkeys(wanted)

    def _trouble(self, place: MailboxPlace) -> None:
        if place.uid in self.bad:
            raise TryAgainLater("mailbox_refused", f"NO message {place.uid}")
        if place.uid in self.breaking:
            raise MailboxUnreachable("mailbox_unreachable", "the line broke")

    def look(self, folder: str, known: FolderMark | None = None) -> Look:
        raise NotImplementedError

    def taken(self, known: FolderMark | None = None) -> Look:
        raise NotImplementedError

    def pieces(self, place: MailboxPlace) -> Iterator[bytes]:
        raise MessageGone(str(place))

    def remove(self, place: MailboxPlace) -> None:
        raise NotImplementedError

    def idle(self, seconds: float) -> bool:
        return False

    def close(self) -> None:
        return None


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def came(got: list[tuple[Arrival, bytes]]) -> list[int]:
    return [item.place.uid for item, _ in got]


def test_a_refused_batch_is_asked_for_one_by_one_from_where_it_stopped(shelf: Shelf) -> None:
    fetcher, shelf.bad = Fetcher(), {3}
    assert came(fetcher.small(shelf, [arrival(uid) for uid in range(1, 6)])) == [1, 2, 4, 5]
    assert shelf.asked == [[1, 2, 3, 4, 5], [3], [4], [5]]
    assert fetcher.refused() == [(arrival(3), "NO message 3")]
    assert (fetcher.refused(), fetcher.lost) == ([], None)


def test_what_came_before_the_line_broke_is_kept_and_the_rest_is_asked_for_alone(shelf: Shelf) -> None:
    fetcher, shelf.breaking = Fetcher(), {3}
    letters = [arrival(uid) for uid in range(1, 6)]
    assert came(fetcher.small(shelf, letters)) == [1, 2]
    assert fetcher.lost is not None
    assert fetcher.refused() == []
    assert came(fetcher.small(shelf, letters[2:])) == []
    assert fetcher.refused() == [(arrival(3), "the line broke")]
    del shelf.asked[:]
    assert came(fetcher.small(shelf, letters[3:])) == [4, 5]
    assert (fetcher.lost, shelf.asked) == (None, [[4], [5]])
    fetcher.small(shelf, letters[3:])
    assert shelf.asked[2:] == [[4, 5]], "once they came they are no longer suspected"


def test_one_without_bytes_is_told(shelf: Shelf) -> None:
    fetcher, shelf.silent = Fetcher(), {2}
    assert came(fetcher.small(shelf, [arrival(1), arrival(2)])) == [1]
    assert fetcher.refused() == [(arrival(2), NOT_GIVEN)]


def test_a_large_one_that_is_gone_is_told(shelf: Shelf) -> None:
    fetcher = Fetcher()
    with fetcher.fetching(arrival(1)):
        list(shelf.pieces(arrival(1).place))
    assert fetcher.refused() == [(arrival(1), NOT_GIVEN)]


def test_one_that_cannot_be_moved_leaves_the_others_moved_in_few_commands(shelf: Shelf) -> None:
    shelf.bad = {7}
    moved, troubles = Fetcher().moved(shelf, [arrival(uid).place for uid in range(1, 33)])
    assert sorted(place.uid for place in moved) == [uid for uid in range(1, 33) if uid != 7]
    assert {place.uid: str(error) for place, error in troubles.items()} == {7: "NO message 7"}
    assert len(shelf.asked) == 11


def test_a_line_that_breaks_while_moving_is_no_letters_fault(shelf: Shelf) -> None:
    shelf.breaking = {1}
    with pytest.raises(MailboxUnreachable):
        Fetcher().moved(shelf, [arrival(1).place, arrival(2).place])


def test_batches_are_small_enough_for_memory_and_large_ones_count_nothing() -> None:
    many = list(batches(arrival(uid) for uid in range(1, BATCH_MESSAGES + 2)))
    assert [len(batch) for batch in many] == [BATCH_MESSAGES, 1]
    half = BATCH_BYTES // 8 + 1
    assert [len(batch) for batch in batches(arrival(uid, half) for uid in range(8))] == [7, 1]
    assert [len(batch) for batch in batches(arrival(uid, LARGE_BYTES + 1) for uid in range(8))] == [8]
