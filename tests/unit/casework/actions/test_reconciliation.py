"""The daily reconciliation in the record: when it is due, what is unexplained, how far the store was walked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from casework.actions import intake, leases, reconciliation
from casework.configuration import home
from casework.record.models import Erasure, LetterText, Message, MessagePart, Reconciliation, StoreWalk
from casework.record.store import Store
from casework.words.mailbox import Arrival, FolderMark, Look, MailboxPlace
from tests import factories
from tests.unit.casework.actions.conftest import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
NIGHT = datetime(2026, 11, 3, 2, 30, tzinfo=UTC)
"""Half past three in Berlin, twenty minutes after the usual time."""


def taken_in(office: str = "amt-a", uid: int = 1) -> Message:
    place = MailboxPlace("posteingang", "INBOX", 1, uid)
    return intake.record_message(b"brief %d" % uid, office=office, place=place).message


def compared(office: str = "amt-a") -> Reconciliation:
    """A whole reconciliation as its last step leaves it."""
    return reconciliation.begin(office).end()


def found(round_: reconciliation.Round) -> list[tuple[str, int | None]]:
    return sorted((row.code, row.message_id) for row in round_.found)


def test_an_office_is_due_once_a_day_when_its_time_has_come(watch: Watch) -> None:
    taken_in()
    watch.moment = NIGHT - timedelta(minutes=21)
    assert reconciliation.due(watch.moment) == []
    watch.moment = NIGHT
    assert reconciliation.due(watch.moment) == ["amt-a"], "the other office has had no post yet"
    compared()
    assert reconciliation.due(watch.moment) == []
    assert reconciliation.due(NIGHT + timedelta(days=1)) == ["amt-a"]


def test_it_is_not_due_while_one_runs_and_again_when_that_one_died(watch: Watch) -> None:
    taken_in()
    watch.moment = NIGHT
    with leases.held(reconciliation.lease_name("amt-a"), office="amt-a", seconds=600):
        reconciliation.begin("amt-a")
        assert reconciliation.due(watch.moment) == []
    assert reconciliation.due(watch.moment) == ["amt-a"]


def test_one_that_dies_again_and_again_is_left_to_the_next_day(watch: Watch) -> None:
    taken_in()
    watch.moment = NIGHT
    for _ in range(reconciliation.MOST_TRIES):
        reconciliation.begin("amt-a")
    assert reconciliation.due(watch.moment) == []
    assert reconciliation.due(NIGHT + timedelta(days=1)) == ["amt-a"]


def test_a_read_letter_with_a_part_without_reason_or_without_any_part_is_named() -> None:
    good, bare, partless = (factories.message() for _ in range(3))
    for message, reason in ((good, "attached"), (bare, "")):
        MessagePart.objects.create(
            message=message, part="1", type="text/plain", size=1, digest="0" * 64, fate="kept", reason=reason
        )
    factories.message("amt-b")
    factories.message(address="", erased_at=datetime.now(UTC))
    taken_in(uid=999)
    round_ = reconciliation.begin("amt-a")
    reconciliation.compare_parts(round_)
    assert found(round_) == [("unexplained_part", bare.pk), ("unexplained_part", partless.pk)]


def test_a_large_store_is_walked_over_several_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    for uid in range(1, 8):
        taken_in(uid=uid)
    clock = iter(range(1000))
    monkeypatch.setattr(reconciliation.time, "monotonic", lambda: next(clock))
    checked: list[str] = []
    monkeypatch.setattr(Store, "check", lambda _, address: checked.append(address))
    rounds = [reconciliation.begin("amt-a") for _ in range(3)]
    for round_ in rounds:
        reconciliation.compare_store(round_, seconds=4)
        round_.end()
    assert [(round_.compared, round_.of) for round_ in rounds] == [(3, 7), (3, 7), (1, 7)]
    assert checked == sorted(Message.objects.values_list("address", flat=True))
    walk = StoreWalk.objects.get()
    assert (walk.cursor, walk.came_round_at is not None) == ("", True)


def test_what_is_missing_is_named_even_where_nothing_is_decrypted() -> None:
    message = taken_in()
    next((path for path in _files_of(message)), None).unlink()  # type: ignore[union-attr]
    round_ = reconciliation.begin("amt-a")
    reconciliation.compare_store(round_, seconds=0)
    assert found(round_) == [("missing_in_store", message.pk)]


def test_the_words_of_a_letter_that_are_missing_are_named_too() -> None:
    message = taken_in()
    text = Store("amt-a").put(b"the words by which a second letter is found")
    LetterText.objects.create(case=message.cases.get(), office="amt-a", address=text)
    (home().store / "amt-a" / text[:2] / text).unlink()
    round_ = reconciliation.begin("amt-a")
    reconciliation.compare_store(round_, seconds=9)
    assert found(round_) == [("missing_in_store", message.pk)]


def test_the_copy_of_an_erased_letter_that_goes_later_is_no_stray() -> None:
    """On a server that tells no places it is known by its bytes alone, which the record has forgotten by then."""
    message = taken_in()
    place = MailboxPlace("posteingang", "Eingelesen", 1, 7)
    copy = {"place": "", "address": message.address, "size": message.size}
    Erasure.objects.create(office="amt-a", message=message, scope="letter", ordered_at=datetime.now(UTC), copy=copy)
    Message.objects.update(address="", erased_at=datetime.now(UTC))
    round_, arrival = reconciliation.begin("amt-a", "posteingang"), Arrival(place, message.size)
    reconciliation.remember(round_, [(arrival, message.address)])
    look = Look(FolderMark("Eingelesen", 1, 8, 1), (arrival,))
    assert reconciliation.compare_done(round_, look) == []
    Erasure.objects.update(copy_gone_at=datetime.now(UTC), copy={})
    assert reconciliation.compare_done(round_, look) == [arrival]


def test_the_latest_of_every_door_and_store_is_shown() -> None:
    for account in ("posteingang", "posteingang", ""):
        reconciliation.begin("amt-a", account).end()
    running = reconciliation.begin("amt-a", "posteingang")
    shown = reconciliation.latest(["amt-a", "amt-b"])
    assert [row.account for row in shown] == ["", "posteingang"]
    assert running.row not in shown


def _files_of(message: Message) -> list:  # type: ignore[type-arg]
    from casework.configuration import home

    return [home().store / message.office / message.address[:2] / message.address]
