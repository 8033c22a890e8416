from __future__ import annotations

import pytest
from django.db import transaction

from casework.actions import audit
from casework.record.models import AuditEvent, EffortEntry, Message
from casework.register import books
from casework.words.mailbox import BY_HAND_ACCOUNT
from casework.words.states import Actor
from tests import factories


def _entries() -> list[tuple[str, int, str]]:
    return sorted(EffortEntry.objects.values_list("kind", "seconds", "known"))


def test_a_done_case_saves_its_baseline_and_costs_the_measured_time(house: None) -> None:
    factories.done(seconds=45)
    assert books.write_up() == 2
    assert _entries() == [("clerk", 45, "measured"), ("saved", 17 * 60, "table")]
    assert EffortEntry.objects.get(kind="saved").baseline == "invoice_table_2025"


def test_writing_up_again_adds_nothing(house: None) -> None:
    factories.done(seconds=45)
    books.write_up()
    assert (books.write_up(), EffortEntry.objects.count()) == (0, 2)


def test_a_case_that_is_done_twice_saves_once(house: None) -> None:
    case = factories.done()
    books.write_up()
    with transaction.atomic():
        audit.write(case, "moved_done", actor=Actor.TRANSFER, data={"to": "done"})
    books.write_up()
    assert EffortEntry.objects.filter(kind="saved").count() == 1


@pytest.mark.parametrize("reason", ["outcome_unknown", "rejected", "mask_changed"])
def test_time_on_what_machinery_caused_is_handling_of_a_failure(house: None, reason: str) -> None:
    factories.done(seconds=90, reason=reason)
    books.write_up()
    assert ("failure", 90, "measured") in _entries()


def test_an_order_by_hand_saves_nothing_but_time_on_it_counts(house: None) -> None:
    case = factories.done(seconds=20, process="posteingang")
    Message.objects.filter(pk=case.message_id).update(account=BY_HAND_ACCOUNT)
    books.write_up()
    assert _entries() == [("clerk", 20, "measured")]


def test_a_case_closed_by_hand_saves_nothing(house: None) -> None:
    case = factories.case()
    with transaction.atomic():
        audit.write(case, "effort_clerk", actor=Actor.CLERK, data={"seconds": 30, "reason": "release_required"})
        audit.write(case, "moved_closed", actor=Actor.CLERK, data={"to": "closed"})
    books.write_up()
    assert _entries() == [("clerk", 30, "measured")]


def test_a_process_without_a_baseline_saves_nothing_but_still_costs(house: None) -> None:
    factories.done(process="gone", seconds=20)
    books.write_up()
    assert _entries() == [("clerk", 20, "measured")]


def test_housekeeping_goes_on_from_the_newest_entry_and_a_report_looks_at_everything(house: None) -> None:
    first = factories.done(seconds=10)
    factories.done(seconds=20)
    assert books.go_on() == 4
    AuditEvent.objects.filter(case=first).update(at=factories.ago(days=5))
    EffortEntry.objects.filter(case=first, kind="saved").delete()
    assert [books.go_on(), books.write_up()] == [0, 1]


def test_more_than_one_batch_is_booked(house: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "BATCH", 2)
    for seconds in (0, 10, 20):
        factories.done(process="gone", seconds=seconds)
    factories.done(seconds=30)
    assert books.go_on() == 4
