"""Answers of cases over a real mail server: each once, beside the way of the case, whatever happens on the line."""

from __future__ import annotations

import email
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest

from casework.actions import answers, audit, clock, ordering, sending
from casework.actions.decisions import Turn
from casework.actions.force import in_force
from casework.configuration.answers import When
from casework.policies import moments
from casework.record.models import Answer, Attempt, Case
from casework.words.answers import AnswerState, Correspondence
from casework.words.errors import NeedsReview
from casework.words.states import AttemptState, State
from flows.stations import transfer
from flows.stations.transfer import TransferDesk
from tests import factories
from tests.integration.mailing.conftest import Watch
from tests.integration.mailing.office import answer_of, by_hand, dog_case
from tests.integration.mailing.server import MailServer
from tests.ledger_target import WorkerKilled


def mails(server: MailServer) -> list[EmailMessage]:
    read = [email.message_from_bytes(content, policy=policy.default) for content in server.script.letters]
    return [each for each in read if isinstance(each, EmailMessage)]


def test_what_the_clerk_saw_is_what_leaves_and_the_case_stays_where_it_is(
    desk: TransferDesk, server: MailServer
) -> None:
    case = dog_case()
    answer = by_hand(case, body="Guten Tag,\r\n\r\nalles da – danke.\r\n")
    assert desk.work_next()
    (mail,) = mails(server)
    assert mail.get_content().replace("\r\n", "\n").encode() == answer.body.encode()
    assert (mail["Subject"], mail["To"], mail["In-Reply-To"]) == (
        answer.subject,
        answer.recipient,
        "<anmeldung@example.org>",
    )
    assert (mail["Message-ID"], mail["Auto-Submitted"]) == (answer.message_id, "auto-generated")
    answer.refresh_from_db()
    case.refresh_from_db()
    posting = case.postings.get()
    assert (answer.state, answer.posting, posting.receipt, posting.step) == ("sent", posting, "4AE81C", 1001)
    assert (case.state, case.lease_until) == (State.REVIEW, None)
    assert list(audit.verify(case)) == []
    assert not desk.work_next()


def test_answers_of_a_batch_go_over_one_line(desk: TransferDesk, server: MailServer) -> None:
    for _ in range(3):
        by_hand(dog_case())
    assert [desk.work_next() for _ in range(4)] == [True, True, True, False]
    assert (len(server.script.letters), server.script.connections) == (3, 1)


def test_a_lost_line_after_the_dot_is_never_sent_again_but_asked(
    desk: TransferDesk, server: MailServer, watch: Watch
) -> None:
    server.script.drop = "dot"
    case = dog_case()
    answer = by_hand(case)
    assert desk.work_next()
    assert not desk.work_next()
    watch.forward(200)
    server.script.drop = ""
    assert desk.work_next()
    answer.refresh_from_db()
    case.refresh_from_db()
    assert (answer.state, len(server.script.letters)) == (AnswerState.UNKNOWN, 1)
    assert case.reasons[-1] == "answer_unknown"
    assert moments.asked_attempt_of(case) is None, "the case itself can be decided all the same"
    watch.forward(10_000)
    assert not desk.work_next()
    answers.answer_arrived(answer, Turn(factories.person("alke"), case.version), arrived=True)
    assert (answer.state, Attempt.objects.get().state) == (AnswerState.SENT, AttemptState.CONFIRMED)
    assert list(audit.verify(case)) == []


def test_what_the_server_never_got_is_sent_once_more_under_the_same_id(
    desk: TransferDesk, server: MailServer, watch: Watch
) -> None:
    server.script.drop = "dot"
    case = dog_case()
    answer = by_hand(case)
    desk.work_next()
    server.script.letters.clear()  # the letter was lost on the way after all
    server.script.drop = ""
    watch.forward(200)
    desk.work_next()
    answer.refresh_from_db()
    case.refresh_from_db()
    answers.answer_arrived(answer, Turn(factories.person("alke"), case.version), arrived=False)
    assert desk.work_next()
    (mail,) = mails(server)
    assert (mail["Message-ID"], answer_of(case).state) == (answer.message_id, AnswerState.SENT)
    assert list(Attempt.objects.order_by("number").values_list("state", flat=True)) == ["absent", "confirmed"]


@pytest.mark.parametrize("point", ["before_sent", "after_sent"])
def test_a_worker_killed_at_the_door_leaves_a_question_never_a_second_letter(
    settings: Any, server: MailServer, watch: Watch, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    from bots.mailing.outbox import SendOperation
    from casework.actions.journal import JournalDeparture

    case = dog_case()
    answer = by_hand(case)
    with monkeypatch.context() as patched, TransferDesk() as desk:

        def killed(*arguments: Any, **options: Any) -> None:
            raise WorkerKilled

        name = ("may_leave", JournalDeparture) if point == "before_sent" else ("_handed_over", SendOperation)
        patched.setattr(name[1], name[0], killed)
        with pytest.raises(WorkerKilled):
            desk.work_next()
    Case.objects.filter(pk=case.pk).update(lease_until=None, lease_holder="")
    with TransferDesk() as desk:
        desk.work_next()
        watch.forward(400)
        desk.work_next()
    answer.refresh_from_db()
    assert (answer.state, server.script.letters) == (AnswerState.UNKNOWN, [])


def test_a_refused_recipient_is_told_and_nothing_left(desk: TransferDesk, server: MailServer) -> None:
    server.script.rcpt = "550 5.1.1 no such user"
    case = dog_case()
    by_hand(case)
    desk.work_next()
    case.refresh_from_db()
    assert (answer_of(case).state, case.reasons[-1]) == (AnswerState.FAILED, "answer_failed")
    assert Attempt.objects.get().state == AttemptState.REJECTED
    assert server.script.letters == []


def test_a_server_that_says_later_is_asked_later(desk: TransferDesk, server: MailServer, watch: Watch) -> None:
    server.script.rcpt = "451 4.2.1 busy"
    case = dog_case()
    by_hand(case)
    assert desk.work_next()
    assert not desk.work_next()
    server.script.rcpt = "250 OK"
    watch.forward(60)
    assert desk.work_next()
    assert (answer_of(case).state, len(server.script.letters)) == (AnswerState.SENT, 1)


def test_a_failed_answer_of_a_finished_case_does_not_reopen_it(desk: TransferDesk, server: MailServer) -> None:
    server.script.rcpt = "550 no"
    case = dog_case(state=State.DONE, reason="posted")
    by_hand(case)
    desk.work_next()
    case.refresh_from_db()
    assert (case.state, answer_of(case).state) == (State.DONE, AnswerState.FAILED)


def test_while_a_bot_has_the_case_nothing_is_answered(desk: TransferDesk, server: MailServer) -> None:
    case = dog_case()
    by_hand(case)
    Case.objects.filter(pk=case.pk).update(state=State.READY, not_before=clock.now() + timedelta(hours=1))
    assert not desk.work_next()
    with pytest.raises(moments.WrongMoment):
        by_hand(case)
    assert server.script.letters == []


def test_the_clerk_may_decide_while_an_answer_leaves(desk: TransferDesk, server: MailServer) -> None:
    """Whoever releases the case takes it from the answer's worker: what has not left yet stays."""
    case = dog_case()
    answer = by_hand(case)
    claimed = sending.claim()
    assert claimed is not None
    Case.objects.filter(pk=case.pk).update(state=State.POSTING, token=claimed.case.token + 1)
    sending.send(claimed, transfer._AnswerCarriers(desk))
    answer.refresh_from_db()
    assert (answer.state, server.script.letters) == (AnswerState.WAITING, [])


def test_a_withdrawn_answer_never_leaves(desk: TransferDesk, server: MailServer) -> None:
    case = dog_case()
    answer = by_hand(case)
    case.refresh_from_db()
    answers.withdraw(answer, Turn(factories.person("alke"), case.version))
    assert not desk.work_next()
    assert (answer_of(case).state, server.script.letters) == (AnswerState.WITHDRAWN, [])


@pytest.mark.parametrize(
    ("said", "verdict", "reason"),
    [
        (Correspondence(auto_submitted="auto-replied"), {}, "answer_to_machine"),
        (Correspondence(auto_submitted="auto-generated"), {}, "answer_to_machine"),
        (Correspondence(is_report=True), {}, "answer_to_machine"),
        (Correspondence(listed=True), {}, "answer_to_list"),
        (Correspondence(no_return=True), {}, "answer_no_return"),
        (Correspondence(), {"outcome": "contradicted"}, "answer_sender_contradicted"),
    ],
)
def test_machines_lists_and_borrowed_names_are_never_answered(
    settings: Any, said: Correspondence, verdict: dict[str, str], reason: str
) -> None:
    settings(answers="rule")
    case = dog_case(said=said, verdict=verdict)
    with pytest.raises(answers.AnswerRefused) as caught:
        by_hand(case)
    assert caught.value.code == reason
    ordering.by_rule(case, in_force("amt-a", "dog_registration"), When.ALWAYS)
    assert not case.answers.exists()
    assert case.events.get(code="answer_not_given").data["reason"] == reason


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("post@amt.example", "answer_to_ourselves"),
        ("POST@amt.example", "answer_to_ourselves"),
        ("no-reply@shop.example", "answer_to_no_reply"),
        ("a@b.example, c@d.example", "answer_no_address"),
        ("a@b.example\r\nBcc: c@d.example", "answer_no_address"),
    ],
)
def test_some_addresses_are_never_written_to(settings: Any, address: str, reason: str) -> None:
    with pytest.raises(answers.AnswerRefused) as caught:
        by_hand(dog_case(), recipient=address, confirmed=True)
    assert caught.value.code == reason


def test_another_address_needs_a_second_word(settings: Any) -> None:
    case = dog_case()
    with pytest.raises(answers.AnswerRefused) as caught:
        by_hand(case, recipient="anders@example.org")
    assert caught.value.code == "answer_other_address"
    assert by_hand(case, recipient="anders@example.org", confirmed=True).recipient == "anders@example.org"


def test_no_sender_is_answered_without_end(settings: Any, watch: Watch) -> None:
    settings(most=2)
    for _ in range(2):
        by_hand(dog_case())
    with pytest.raises(answers.AnswerRefused) as caught:
        by_hand(dog_case())
    assert caught.value.code == "answer_too_many"
    watch.forward(25 * 3600)
    by_hand(dog_case())


def test_by_rule_only_where_the_office_says_so_and_once(settings: Any) -> None:
    case = dog_case()
    process = in_force("amt-a", "dog_registration")
    ordering.by_rule(case, process, When.ALWAYS)
    assert not case.answers.exists()
    settings(answers="rule")
    for _ in range(2):
        ordering.by_rule(case, in_force("amt-a", "dog_registration"), When.ALWAYS)
    answer = case.answers.get()
    assert (answer.template, answer.ordered_by) == ("eingang_hundesteuer", None)
    assert "Bello" in answer.body and case.reference in answer.subject


def test_a_guessed_kind_is_not_confirmed_to_anybody(settings: Any) -> None:
    settings(answers="rule")
    case = dog_case()
    Case.objects.filter(pk=case.pk).update(decided_by="model")
    case.refresh_from_db()
    ordering.by_rule(case, in_force("amt-a", "dog_registration"), When.ALWAYS)
    assert not case.answers.exists()


@pytest.mark.parametrize("verdict", [{"outcome": "unproven"}, {}], ids=["nobody vouches", "not judged"])
def test_whom_nothing_proves_is_answered_by_hand_alone(settings: Any, verdict: dict[str, str]) -> None:
    settings(answers="rule")
    case = dog_case(verdict=verdict)
    ordering.by_rule(case, in_force("amt-a", "dog_registration"), When.ALWAYS)
    assert case.events.get(code="answer_not_given").data["reason"] == "sender_unproven"
    assert by_hand(case).recipient == "buergerin@example.org"


def test_what_came_encrypted_is_not_told_by_rule(settings: Any) -> None:
    settings(answers="rule")
    case = dog_case()
    case.message.parts.create(part="9", type="message/rfc822", size=1, digest="d", fate="kept", reason="decrypted")
    ordering.by_rule(case, in_force("amt-a", "dog_registration"), When.ALWAYS)
    assert not case.answers.exists()
    assert case.events.get(code="answer_not_given").data["reason"] == "decrypted"


def test_strangers_words_come_as_one_short_line_without_links(settings: Any) -> None:
    case = dog_case()
    case.fields.filter(name="dog_name").update(value="Bello\r\nBcc: x@example.org https://boese.example/" + "x" * 400)
    chosen = answers.offered(case)[0]
    text = answers.draft(case, chosen)
    assert "https://" not in text.body and "\nBcc" not in text.body
    assert len(text.body) < 1000


def test_a_question_back_puts_the_case_aside(settings: Any) -> None:
    case = dog_case()
    by_hand(case, "rueckfrage", body="Guten Tag,\n\nwie alt ist der Hund?\n")
    case.refresh_from_db()
    assert case.held_until is not None and case.state == State.REVIEW


def test_an_online_service_gets_no_answer_whoever_types_its_address(settings: Any) -> None:
    case = dog_case()
    with pytest.raises(answers.AnswerRefused) as caught:
        by_hand(case, recipient="Antrag@Online-Dienst.example", confirmed=True)
    assert caught.value.code == "answer_to_machine"


def test_a_question_back_in_which_nothing_is_asked_is_not_sent(settings: Any) -> None:
    case = dog_case()
    with pytest.raises(answers.AnswerRefused) as caught:
        by_hand(case, "rueckfrage")
    assert caught.value.code == "answer_unfinished"
    assert not Answer.objects.exists()


def test_what_cannot_be_sent_is_not_ordered(settings: Any) -> None:
    with pytest.raises(NeedsReview):
        by_hand(dog_case(), body=" \r\n ")
    assert not Answer.objects.exists()
