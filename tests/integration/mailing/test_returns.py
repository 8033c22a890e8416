"""Bounces and replies come back to their case."""

from __future__ import annotations

from typing import Any

import pytest

from casework.actions import audit, claims, intake, prepare
from casework.actions.prepare import Views
from casework.record.models import Answer, Case, Message
from casework.words.answers import AnswerState, Correspondence
from casework.words.mailbox import MailboxPlace
from casework.words.reading import DecidedBy, DocumentReading, FileReading, MessageHead
from casework.words.sender import SenderOutcome, SenderVerdict
from casework.words.states import State
from classifiers import Reader
from flows.stations.transfer import TransferDesk
from tests.integration.mailing.office import answer_of, by_hand, dog_case
from tests.integration.mailing.server import MailServer


def bounce_of(answer: Answer) -> bytes:
    """What the recipient's mail server sends back."""
    text = f"""From: MAILER-DAEMON@mx.example.org
To: post@amt.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Return-Path: <>
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mail could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; {answer.recipient}
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: {answer.message_id}

--b--
"""
    return text.replace("\n", "\r\n").encode()


def arrive(raw: bytes) -> Case:
    """A message taken in, in `new`."""
    uid = 9000 + Message.objects.count()
    recorded = intake.record_message(raw, office="amt-a", place=MailboxPlace("posteingang", "INBOX", 1, uid))
    return recorded.message.cases.get()


def read_as(case: Case, **head: Any) -> Case:
    """The case, claimed and recorded as read with this head."""
    claimed = claims.claim_new()
    assert claimed is not None and claimed.pk == case.pk
    document = DocumentReading(part="1", kind="unknown", decided_by=DecidedBy.NONE)
    prepare.record_reading(claimed, FileReading(head=MessageHead(**head), documents=[document]), Views())
    claimed.refresh_from_db()
    return claimed


def test_a_bounce_read_from_its_bytes_comes_back_to_its_case(desk: TransferDesk, server: MailServer) -> None:
    case = dog_case(state=State.DONE, reason="posted")
    answer = by_hand(case)
    desk.work_next()
    answer.refresh_from_db()
    came = arrive(bounce_of(answer))
    claimed = claims.claim_new()
    assert claimed is not None
    with Reader(processes=1) as reader:
        reading = reader.read(bounce_of(answer), "message.eml")
    prepare.record_reading(claimed, reading, Views())
    came.refresh_from_db()
    case.refresh_from_db()
    assert (came.state, came.reason) == (State.CLOSED, "bounce")
    assert (case.state, case.reason) == (State.REVIEW, "answer_bounced")
    assert answer_of(case).state == AnswerState.RETURNED
    assert case.events.get(code="moved_review", data__reason="answer_bounced").data["came"] == came.reference
    assert list(audit.verify(case)) == [] == list(audit.verify(came))
    assert case.postings.count() == 1, "no money moved: there is the answer, and nothing else"


def test_a_reply_brings_the_question_back_to_the_clerk(desk: TransferDesk) -> None:
    case = dog_case()
    answer = by_hand(case, "rueckfrage", body="Guten Tag,\n\nwie alt ist der Hund?\n")
    desk.work_next()
    came = read_as(
        arrive(b"From: anders@example.org\r\n\r\nHier."),
        sender="anders@example.org",
        correspondence=Correspondence(refers_to=(answer.message_id,)),
    )
    case.refresh_from_db()
    assert (came.state, came.reason) == (State.CLOSED, "answered_there")
    assert (case.state, case.held_until, case.reasons[-1]) == (State.REVIEW, None, "reply_received")
    told = case.events.get(code="answer_told").data
    assert told == {"reason": "reply_received", "answer": 1, "came": came.reference}


@pytest.mark.parametrize(
    ("sender", "outcome", "belongs"),
    [
        ("buergerin@example.org", SenderOutcome.PROVEN, True),
        ("buergerin@example.org", SenderOutcome.UNPROVEN, False),
        ("fremd@example.org", SenderOutcome.PROVEN, False),
    ],
)
def test_a_reference_in_the_subject_counts_from_the_same_proven_sender_only(
    settings: Any, monkeypatch: pytest.MonkeyPatch, sender: str, outcome: SenderOutcome, belongs: bool
) -> None:
    case = dog_case(state=State.DONE, reason="posted")
    verdict = SenderVerdict(address=sender, outcome=outcome)
    monkeypatch.setattr("casework.actions.senders.verdict_on", lambda *_: verdict)
    came = read_as(
        arrive(b"From: a@b.example\r\n\r\nNoch etwas."), sender=sender, subject=f"AW: Hund ({case.reference})"
    )
    case.refresh_from_db()
    assert (came.reason == "answered_there", case.state == State.REVIEW) == (belongs, belongs)


def test_an_absence_notice_moves_nothing(desk: TransferDesk) -> None:
    case = dog_case(state=State.DONE, reason="posted")
    answer = by_hand(case)
    desk.work_next()
    said = Correspondence(auto_submitted="auto-replied", refers_to=(answer.message_id,))
    came = read_as(arrive(b"From: a@b.example\r\n\r\nIm Urlaub."), sender="a@b.example", correspondence=said)
    case.refresh_from_db()
    assert case.state == State.DONE
    assert came.reason not in ("bounce", "answered_there")


def test_another_office_s_answers_are_not_ours(desk: TransferDesk) -> None:
    answer = by_hand(dog_case())
    Case.objects.filter(pk=answer.case_id).update(office="amt-b")
    said = Correspondence(refers_to=(answer.message_id,))
    came = read_as(arrive(b"From: a@b.example\r\n\r\nJa."), sender="a@b.example", correspondence=said)
    assert came.state == State.REVIEW


def test_while_a_bot_has_the_case_the_reply_waits_itself(desk: TransferDesk) -> None:
    case = dog_case()
    answer = by_hand(case)
    desk.work_next()
    Case.objects.filter(pk=case.pk).update(state=State.READY)
    said = Correspondence(refers_to=(answer.message_id,))
    came = read_as(arrive(b"From: a@b.example\r\n\r\nJa."), sender="a@b.example", correspondence=said)
    case.refresh_from_db()
    assert (case.state, came.state, came.reason) == (State.READY, State.REVIEW, "reply_received")


def test_a_person_may_say_that_it_is_a_matter_of_its_own(desk: TransferDesk) -> None:
    answer = by_hand(dog_case())
    case = arrive(b"From: a@b.example\r\n\r\nNeue Sache.")
    Case.objects.filter(pk=case.pk).update(fixed_kind="defect_report")
    said = Correspondence(refers_to=(answer.message_id,))
    assert read_as(case, sender="a@b.example", correspondence=said).state == State.REVIEW
