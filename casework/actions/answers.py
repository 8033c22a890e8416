"""Answers to senders by hand: what may be sent, who sends it, and what a person says of it afterwards.

An answer is a posting of its case beside the way of the case: it never moves the case on. How it leaves is
`casework.actions.sending`.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from casework.actions import answer_text, audit, claims, clock, journal
from casework.actions.decisions import Turn, process_of, take_turn
from casework.actions.force import current
from casework.actions.ordering import mail_system, why_not, write
from casework.configuration.answer_templates import AnswerTemplate, Rendered, is_unfinished, written
from casework.policies import moments, permissions
from casework.record.models import Answer, Case
from casework.words.addresses import same_address
from casework.words.answers import AnswerState
from casework.words.errors import AmtsboteError
from casework.words.states import OPEN_ATTEMPTS, Actor, State


class AnswerRefused(AmtsboteError):
    """This answer may not be given; `code` is the reason."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"this answer may not be sent: {code}")


def offered(case: Case) -> list[AnswerTemplate]:
    """The answers that a clerk may give in this case, in the order of its process; none without a mail account."""
    process = process_of(case)
    if process is None:
        return []
    known = current()
    found = [known.answer_for(case.office, each.answer) for each in process.process.answers]
    return [template for template in found if template and mail_system(case.office, template).is_set_up]


def draft(case: Case, template: AnswerTemplate) -> Rendered:
    """The answer as it would be sent if nobody changed a word. Raises `NeedsReview("answer_unsendable")`."""
    process = process_of(case)
    assert process is not None  # it offered the template
    return answer_text.text_for(case, process, template)


@transaction.atomic
def order(
    case: Case, turn: Turn, template: str, *, recipient: str, subject: str, body: str, confirmed: bool = False
) -> Answer:
    """A clerk has read these words and sends them; the case stays where it is, after a question back put aside.

    `confirmed`: the clerk typed another address than the letter's and said so twice. Raises `AnswerRefused`,
    `NeedsReview("answer_unsendable")`, `NotPermitted`, `WrongMoment` or `CaseChanged`.
    """
    permissions.check_decide(turn.user, case)
    moments.check_answer(case)
    chosen = next((each for each in offered(case) if each.id == template), None)
    if chosen is None:
        raise AnswerRefused("answer_unknown_template")
    typed = not same_address(recipient, case.message.sender)
    if typed and not confirmed:
        raise AnswerRefused("answer_other_address")
    reason = why_not(case, chosen, recipient, typed=typed)
    if reason:
        raise AnswerRefused(reason)
    text = written(subject, body)
    if is_unfinished(text):
        raise AnswerRefused("answer_unfinished")
    aside = chosen.hold_days if case.state == State.REVIEW else None
    take_turn(case, turn, **({"held_until": clock.now() + timedelta(days=aside)} if aside else {}))
    return write(case, chosen, recipient, text, user=turn.user)


@transaction.atomic
def withdraw(answer: Answer, turn: Turn) -> None:
    """Take an answer back that has not left. Raises `WrongMoment` when it is under way."""
    case = answer.case
    permissions.check_decide(turn.user, case)
    moments.check_withdraw_answer(answer)
    free = claims.unleased(Case.objects.filter(pk=case.pk), clock.now()).select_for_update()
    if not free.exists() or _is_open(answer):
        raise moments.WrongMoment("answer_under_way", f"answer {answer.number} of {case.reference} is being sent")
    take_turn(case, turn)
    _set(answer, AnswerState.WITHDRAWN)
    audit.write(case, "answer_withdrawn", actor=Actor.CLERK, user=turn.user, data={"answer": answer.number})


@transaction.atomic
def answer_arrived(answer: Answer, turn: Turn, *, arrived: bool) -> None:
    """The one question about an answer of unknown outcome: does the mail server's protocol have it?

    If so it counts as sent; if not it is sent once more, with the same Message-ID.
    """
    case = answer.case
    permissions.check_decide(turn.user, case)
    moments.check_answer_unknown(answer)
    attempt = journal.last_attempt(answer.posting) if answer.posting else None
    assert attempt is not None  # an answer becomes unknown by its attempt
    take_turn(case, turn)
    if arrived:
        journal.confirm(attempt, receipt=answer.message_id, actor=Actor.CLERK, user=turn.user)
        _set(answer, AnswerState.SENT, sent_at=attempt.sent_at or clock.now())
    else:
        journal.looked_for(attempt, actor=Actor.CLERK, user=turn.user)
        _set(answer, AnswerState.WAITING, not_before=None, tries=0)
    left = [code for code in case.reasons if code != "answer_unknown"]
    Case.objects.filter(pk=case.pk).update(reasons=left)
    case.refresh_from_db()


def _is_open(answer: Answer) -> bool:
    return answer.posting is not None and answer.posting.attempts.filter(state__in=OPEN_ATTEMPTS).exists()


def _set(answer: Answer, state: AnswerState, **columns: object) -> None:
    Answer.objects.filter(pk=answer.pk).update(state=state, reason="", **columns)
    answer.refresh_from_db()
