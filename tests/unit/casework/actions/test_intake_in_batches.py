"""Many messages at once: the same as one by one, in one transaction; dead letters; renumbered folders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DataError

from casework.actions import audit, decisions, intake, stuck
from casework.actions.intake import Stored
from casework.record.models import AuditEvent, Case, Message, StuckMessage
from casework.record.store import Store
from casework.words.mailbox import Arrival, FolderMark, Look, MailboxPlace
from tests import factories
from tests.unit.casework.actions.conftest import Watch

pytestmark = pytest.mark.django_db
RECEIVED = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)


def arrival(uid: int, *, validity: int = 7, size: int = 100, stored: bool = False) -> Arrival:
    return Arrival(MailboxPlace("posteingang", "INBOX", validity, uid), size, RECEIVED, stored)


def stored(uid: int, data: bytes | None = None, *, validity: int = 7) -> Stored:
    content = data or b"brief %d" % uid
    return Stored(arrival(uid, validity=validity), Store("amt-a").put(content), len(content))


def mark(validity: int = 7) -> FolderMark:
    return FolderMark("INBOX", validity, 100, 3)


def record(*batch: Stored) -> dict[int, intake.Recorded]:
    recorded = intake.record_messages(batch, office="amt-a")
    return {place.uid: each for place, each in recorded.items()}


def test_every_message_of_a_batch_has_its_case_and_its_chain() -> None:
    recorded = record(*map(stored, range(1, 6)))
    assert [each.new for each in recorded.values()] == [True] * 5
    assert Case.objects.filter(state="new").count() == 5
    assert [list(audit.verify(case)) for case in Case.objects.all()] == [[]] * 5
    case = recorded[3].message.cases.get()
    audit.write(case, "read", actor="prepare")
    assert list(audit.verify(case)) == []


def test_a_batch_a_second_time_records_nothing() -> None:
    record(stored(1), stored(2))
    assert [each.new for each in record(stored(1), stored(2), stored(3)).values()] == [False, False, True]
    assert (Message.objects.count(), Case.objects.count(), AuditEvent.objects.count()) == (3, 3, 3)


def test_the_statements_for_a_batch_do_not_grow_with_it(django_assert_max_num_queries: Any) -> None:
    batch = [stored(uid) for uid in range(1, 101)]
    with django_assert_max_num_queries(20):
        assert len(record(*batch)) == 100


def test_one_that_the_record_refuses_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    make = intake._message

    def refuse(office: str, given: Stored) -> Message:
        if given.arrival.place.uid == 2:
            raise DataError("value too long")
        return make(office, given)

    monkeypatch.setattr(intake, "_message", refuse)
    assert sorted(record(stored(1), stored(2), stored(3))) == [1, 3]
    assert Case.objects.count() == 2


def test_two_alike_in_a_renumbered_folder_stay_two() -> None:
    before = record(stored(1, b"alike"), stored(2, b"alike"), stored(3, b"other"))
    after = record(*(stored(uid, data, validity=8) for uid, data in ((4, b"alike"), (5, b"alike"), (6, b"alike"))))
    assert [each.new for each in after.values()] == [False, False, True]
    assert [after[4].message.pk, after[5].message.pk] == [before[1].message.pk, before[2].message.pk]
    assert Message.objects.filter(uidvalidity=8).count() == 3


def test_what_is_known_by_place_size_and_date_is_not_fetched() -> None:
    record(stored(1), stored(2))
    Message.objects.update(told_size=100)
    other_size, other_date = arrival(1, size=99), Arrival(arrival(2).place, 100, RECEIVED + timedelta(seconds=1))
    assert set(intake.already_recorded([arrival(1), arrival(2), arrival(3)], office="amt-a")) == {
        arrival(1).place,
        arrival(2).place,
    }
    assert intake.already_recorded([other_size, other_date], office="amt-a") == {}
    assert intake.already_recorded([arrival(1)], office="amt-b") == {}


def test_our_keyword_counts_only_where_the_record_knows_the_place() -> None:
    record(stored(1))
    Message.objects.update(told_size=100, received_at=None)
    found = intake.already_recorded([arrival(1, stored=True), arrival(2, stored=True)], office="amt-a")
    assert [place.uid for place in found] == [1]


def test_rewound_numbers_are_told_by_the_bytes() -> None:
    record(stored(1, b"first"))
    assert record(stored(1, b"second"))[1].new
    assert not record(stored(1, b"first"))[1].new


def test_what_is_gone_from_the_folder_was_moved() -> None:
    record(stored(1), stored(2), stored(3, validity=6))
    assert intake.record_gone(mark(), [arrival(2).place], office="amt-a", account="posteingang") == 1
    assert list(Message.objects.filter(moved_at=None).values_list("uid", flat=True)) == [2, 3]
    assert intake.record_renumbered_gone(mark(), office="amt-a", account="posteingang") == 1


def test_a_letter_that_never_comes_is_laid_before_a_clerk_once(watch: Watch) -> None:
    for _ in range(4):
        stuck.set_back(arrival(1), "NO damaged", office="amt-a", tries=3)
        watch.forward(8 * 3600)
    case = Case.objects.get()
    assert (case.state, case.reason, case.message.has_bytes) == ("review", "letter_unfetchable", False)
    assert StuckMessage.objects.get().tries == 4
    assert list(audit.verify(case)) == []


def test_the_disk_is_no_letters_fault(watch: Watch) -> None:
    for _ in range(9):
        stuck.set_back(arrival(1), "no space", office="amt-a", tries=None)
    assert not Case.objects.exists()


def test_each_try_waits_longer_and_the_others_do_not_wait(watch: Watch) -> None:
    waits = []
    for _ in range(8):
        row = stuck.set_back(arrival(1), "NO", office="amt-a", tries=9)
        waits.append((row.not_before - watch.moment).total_seconds())
    assert waits == [60, 120, 240, 480, 960, 1920, 3840, 7680]
    look = Look(mark(), (arrival(1), arrival(2)))
    assert stuck.resting(look, office="amt-a", account="posteingang") == {arrival(1).place}
    watch.forward(7680)
    assert stuck.resting(look, office="amt-a", account="posteingang") == set()


def test_what_somebody_took_away_is_forgotten(watch: Watch) -> None:
    stuck.set_back(arrival(1), "NO", office="amt-a", tries=9)
    stuck.resting(Look(mark(), (arrival(2),)), office="amt-a", account="posteingang")
    assert not StuckMessage.objects.exists()


@pytest.mark.parametrize(
    ("closed", "state", "reason"), [(False, "new", "stored"), (True, "review", "letter_came_late")]
)
def test_the_bytes_of_a_dead_letter_come_to_its_case(watch: Watch, closed: bool, state: str, reason: str) -> None:
    message = intake.record_unfetchable(arrival(1), office="amt-a")
    case = message.cases.get()
    if closed:
        decisions.close(case, decisions.Turn(factories.person("alke"), case.version, seconds=5), "done_by_hand")
    recorded = record(stored(1))[1]
    case.refresh_from_db()
    assert (recorded.message.pk, case.state, case.reason) == (message.pk, state, reason)
    assert Store("amt-a").get(recorded.message.address) == b"brief 1"
    assert list(audit.verify(case)) == []
    assert Message.objects.count() == 1


def test_a_dead_letter_of_a_renumbered_folder_is_known_by_size_and_date(watch: Watch) -> None:
    message = intake.record_unfetchable(arrival(1), office="amt-a")
    assert intake.record_unfetchable(arrival(9, validity=8), office="amt-a").pk == message.pk
    given = stored(9, validity=8)
    assert record(given)[9].message.pk == message.pk
