from __future__ import annotations

import pytest

from casework.actions import audit, intake
from casework.record.models import AuditEvent, Case, Message
from casework.record.store import Store
from casework.words.mailbox import MailboxPlace

LETTER = b"Subject: Rechnung\r\n\r\nGuten Tag"
PLACE = MailboxPlace("posteingang", "INBOX", 7, 1)


@pytest.mark.django_db
def test_a_message_is_stored_and_opens_one_case_in_new() -> None:
    recorded = intake.record_message(LETTER, office="amt-a", place=PLACE)
    assert recorded.new
    assert Store("amt-a").get(recorded.message.address) == LETTER
    assert [case.state for case in Case.objects.all()] == ["new"]


@pytest.mark.django_db
def test_the_same_place_is_recorded_once() -> None:
    intake.record_message(LETTER, office="amt-a", place=PLACE)
    assert not intake.record_message(LETTER, office="amt-a", place=PLACE).new
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_the_same_bytes_at_another_uid_are_another_message() -> None:
    intake.record_message(LETTER, office="amt-a", place=PLACE)
    assert intake.record_message(LETTER, office="amt-a", place=MailboxPlace("posteingang", "INBOX", 7, 2)).new


@pytest.mark.django_db
def test_a_renumbered_mailbox_is_known_again_by_the_bytes() -> None:
    intake.record_message(LETTER, office="amt-a", place=PLACE)
    again = intake.record_message(LETTER, office="amt-a", place=MailboxPlace("posteingang", "INBOX", 8, 5))
    assert not again.new
    assert Message.objects.get().uidvalidity == 8


@pytest.mark.django_db
def test_the_chain_of_events_tells_a_change() -> None:
    case = intake.record_message(LETTER, office="amt-a", place=PLACE).message.cases.get()
    assert list(audit.verify(case)) == []
    AuditEvent.objects.filter(case=case).update(code="closed")
    assert list(audit.verify(case)) == ["event 1 was changed"]
