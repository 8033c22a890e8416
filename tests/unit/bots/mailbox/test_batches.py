from __future__ import annotations

from bots.mailbox.fetching import BATCH_BYTES, BATCH_MESSAGES, LARGE_BYTES, batches
from casework.words.mailbox import Arrival, MailboxPlace


def arrive(uid: int, *, size: int = 1000, folder: str = "INBOX", validity: int = 1) -> Arrival:
    return Arrival(place=MailboxPlace("a", folder, validity, uid), size=size)


def sizes(arrivals: list[Arrival]) -> list[list[int]]:
    return [[arrival.place.uid for arrival in batch] for batch in batches(arrivals)]


def test_a_batch_is_bounded_in_number_and_bytes() -> None:
    assert [len(batch) for batch in sizes([arrive(uid) for uid in range(250)])] == [BATCH_MESSAGES, BATCH_MESSAGES, 50]
    assert sizes([arrive(uid, size=LARGE_BYTES) for uid in range(5)]) == [[0, 1, 2, 3], [4]]
    assert BATCH_BYTES == 4 * LARGE_BYTES


def test_a_large_message_goes_alone() -> None:
    arrivals = [arrive(1), arrive(2, size=BATCH_BYTES + 1), arrive(3), arrive(4)]
    assert sizes(arrivals) == [[1], [2], [3, 4]]


def test_a_batch_is_of_one_folder() -> None:
    arrivals = [arrive(1), arrive(2, folder="Fax"), arrive(3, folder="Fax", validity=2)]
    assert sizes(arrivals) == [[1], [2], [3]]
