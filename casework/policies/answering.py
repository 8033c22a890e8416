"""Who may be answered: never a machine, a list, a stranger's victim or ourselves. Every no is a reason code."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from casework.configuration.systems import MailSystem
from casework.record.models import Answer, Case
from casework.words.addresses import is_address, is_no_reply, same_address
from casework.words.answers import AnswerState, Correspondence
from casework.words.sender import SenderOutcome

DAY = timedelta(days=1)
COUNTED = (AnswerState.WAITING, AnswerState.SENT, AnswerState.UNKNOWN, AnswerState.RETURNED)
"""Answers that are, or may be, on their way to somebody."""


def why_not(
    case: Case, recipient: str, system: MailSystem, *, own: Collection[str], moment: datetime, typed: bool = False
) -> str:
    """The reason code for which this recipient gets no answer about this case; empty when one may be sent.

    `own` are the office's own addresses. `typed`: a clerk typed and confirmed another address than the mail's From, so
    that what the mail says about itself does not speak of it.
    """
    if not system.is_set_up:
        return "answers_not_set_up"
    if not is_address(recipient):
        return "answer_no_address"
    if any(same_address(recipient, address) for address in (system.sender, system.reply_to, *own) if address):
        return "answer_to_ourselves"
    if is_no_reply(recipient):
        return "answer_to_no_reply"
    if not typed and (reason := _by_its_mail(case, recipient)):
        return reason
    since = moment - DAY
    sent = Answer.objects.filter(
        case__office=case.office, recipient__iexact=recipient, ordered_at__gt=since, state__in=COUNTED
    )
    return "answer_too_many" if sent.count() >= system.most_per_day else ""


def _by_its_mail(case: Case, recipient: str) -> str:
    """What the mail says of itself and of its sender."""
    message = case.message
    if not same_address(recipient, message.sender):
        return "answer_other_address"
    said = Correspondence.model_validate(message.correspondence)
    if said.auto_submitted or said.is_report:
        return "answer_to_machine"
    if said.listed:
        return "answer_to_list"
    if said.no_return:
        return "answer_no_return"
    verdict = message.sender_verdict or {}
    if verdict.get("outcome") == SenderOutcome.CONTRADICTED:
        return "answer_sender_contradicted"
    return ""


def is_same_sender(case: Case, sender: str, *, proven: bool) -> bool:
    """May a mail that only names the case's reference speak in its matter? Its sender is proven, and the same."""
    return proven and is_address(sender) and same_address(sender, case.message.sender)
