"""What pages show of the answers to senders: those of a case, what came back to it, and what needs somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from casework.configuration.in_force import ProcessInForce
from casework.policies import moments, permissions
from casework.record.models import Answer, AuditEvent, Case
from casework.words.answers import AnswerState
from casework.words.states import State

if TYPE_CHECKING:
    from django.contrib.auth.models import User

BACK = ("answer_bounced", "reply_received")
MOST = 20


def answering_of(user: User, case: Case, process: ProcessInForce | None) -> dict[str, Any]:
    """The case page's short view: answers so far, what came back, and whether this person may write one."""
    sent = list(case.answers.all())
    back = came_back(case) if sent or set(BACK) & set(case.reasons) else []
    may_answer = permissions.can_decide(user, case) and moments.can_answer(case) and _has_answers(process)
    return {
        "answers": sent,
        "came_back": back,
        "may_answer": may_answer,
        "shown": may_answer or bool(sent) or bool(back),
    }


def _has_answers(process: ProcessInForce | None) -> bool:
    """Does the process know answers, and has the office a mail account to send them by?"""
    if process is None or not process.process.answers:
        return False
    return any(overlay.host for overlay in process.office.systems.values())


def needing_somebody(cases: QuerySet[Case]) -> Sequence[Answer]:
    """Answers that did not go out, or of which nobody knows, in cases that no longer wait in the review list."""
    found = Answer.objects.filter(case__in=cases, state__in=(AnswerState.FAILED, AnswerState.UNKNOWN)).exclude(
        case__state=State.REVIEW
    )
    return list(found.select_related("case").order_by("ordered_at")[:MOST])


def came_back(case: Case) -> list[Mapping[str, str]]:
    """What came back to this case: reference of the mail's own case, and why it belongs here."""
    events = AuditEvent.objects.filter(case=case, data__reason__in=BACK).order_by("number")
    return [
        {"reference": event.data["came"], "reason": event.data["reason"]} for event in events if "came" in event.data
    ]
