"""Mails that answer ours: a bounce or a reply goes to the case it belongs to, and its own case is closed there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from casework.actions import sending
from casework.actions.move import move
from casework.policies import answering, moments
from casework.record.models import Answer, Case, Message
from casework.words.answers import AnswerState, Correspondence
from casework.words.sender import SenderOutcome
from casework.words.states import Actor, State

MOST_REFERENCES = 5
_REFERENCE = re.compile(r"(?<![A-Z0-9])[A-Z2-7]{10}(?![A-Z0-9])")


@dataclass(frozen=True)
class Link:
    """The case a mail belongs to, the answer of ours it names if any, and whether it is that answer coming back."""

    case: Case
    answer: Answer | None
    bounced: bool


def link_of(message: Message) -> Link | None:
    """To which case does this mail come back? None for one that belongs to no earlier case."""
    said = Correspondence.model_validate(message.correspondence)
    if said.is_report and not said.failed:
        return None
    answer = _answer(message, said.refers_to)
    if said.is_report:
        return Link(answer.case, answer, bounced=True) if answer else None
    if said.auto_submitted or said.listed:
        return None
    case = answer.case if answer else _named_case(message)
    return Link(case, answer, bounced=False) if case is not None else None


def bring_back(case: Case, link: Link) -> None:
    """Close the new mail's case with a word where it went, and the earlier one goes to a clerk; or wait for one.

    Runs in the transaction in which the mail was read.
    """
    earlier = Case.objects.select_for_update().get(pk=link.case.pk)
    told, speaks = {"belongs_to": earlier.reference}, "answer_bounced" if link.bounced else "reply_received"
    if link.bounced and link.answer is not None:
        Answer.objects.filter(pk=link.answer.pk).update(state=AnswerState.RETURNED, reason=speaks)
    if not moments.can_answer(earlier):
        # a bot has it, and nobody would see it there: this mail waits for a clerk itself
        return move(case, State.REVIEW, actor=Actor.PREPARE, reason=speaks, reasons=[speaks], data=told)
    reason = "bounce" if link.bounced else "answered_there"
    move(case, State.CLOSED, actor=Actor.PREPARE, reason=reason, data=told)
    sending.tell(earlier, speaks, actor=Actor.INTAKE, answer=link.answer, came=case.reference)


def _answer(message: Message, ids: tuple[str, ...]) -> Answer | None:
    """Ours that the mail names, the nearest first; never one of the mail's own case."""
    ours = Answer.objects.filter(case__office=message.office, message_id__in=ids).exclude(case__message=message)
    known = {answer.message_id: answer for answer in ours.select_related("case")}
    return next((known[each] for each in ids if each in known), None)


def _named_case(message: Message) -> Case | None:
    """The case whose reference stands in the subject, when the mail is proven to come from the same sender."""
    proven = (message.sender_verdict or {}).get("outcome") == SenderOutcome.PROVEN
    names = _REFERENCE.findall(message.subject.upper())[:MOST_REFERENCES]
    cases = Case.objects.filter(office=message.office, reference__in=names).exclude(message=message)
    return next((case for case in cases if answering.is_same_sender(case, message.sender, proven=proven)), None)
