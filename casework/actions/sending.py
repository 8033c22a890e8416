"""Sending an answer: a posting beside the way of its case, exactly once, while the case rests (ADR 7).

The case is leased as for any posting, so that nobody else sends, but it is never moved forward; what went wrong brings
it back to a clerk.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from casework.actions import audit, claims, clock, health, journal, setbacks
from casework.actions.ending import Outcome, Result
from casework.actions.move import move
from casework.actions.runner import Carrier, counted, run_counted
from casework.record.connections import RECORD_AWAY, hang_up
from casework.record.models import Answer, Attempt, Case, Posting
from casework.words.answers import FIRST_ANSWER_STEP, AnswerState
from casework.words.errors import LeaseLost, LoginRefused, NeedsReview, StoreError, TryAgainLater
from casework.words.states import OPEN_ATTEMPTS, Actor, State
from casework.words.work import Work

log = logging.getLogger("amtsbote.transfer")


class AnswerCarriers(Protocol):
    """Gives what carries an answer; the flows wire it to the bots."""

    def answer_carrier(self, answer: Answer) -> Carrier:
        """The operation of the office's mail account. Raises `TryAgainLater` or `LoginRefused`."""


def waiting(moment: datetime) -> QuerySet[Answer]:
    """Answers that can leave now, or whose outcome can be looked up: their time has come and their case rests."""
    due = Answer.objects.filter(state=AnswerState.WAITING).filter(Q(not_before=None) | Q(not_before__lte=moment))
    return due.filter(case__in=claims.at_rest(moment))


def claim(*, office: str | None = None, system: str | None = None, without: Collection[str] = ()) -> Answer | None:
    """The oldest answer that can leave now, its case leased; None when there is none. `without` names busy systems."""
    moment = clock.now()
    found = waiting(moment).exclude(system__in=without).select_related("case", "case__message")
    if office is not None:
        found = found.filter(case__office=office)
    if system is not None:
        found = found.filter(system=system)
    for answer in found.order_by("ordered_at", "pk")[: claims.CANDIDATES]:
        if not claims.take(answer.case, moment, seconds=claims.TRANSFER_SECONDS):
            continue
        if Answer.objects.filter(pk=answer.pk, state=AnswerState.WAITING).exists():
            return answer
        claims.let_go(answer.case)
    return None


def send(answer: Answer, carriers: AnswerCarriers) -> None:
    """Send a claimed answer, or settle what became of it, and let go of its case."""
    try:
        with _handled(answer):
            _ended(answer, _post(answer, carriers))
    finally:
        claims.let_go(answer.case)


def work_of(answer: Answer, *, marker: str) -> Work:
    """What the bot gets: the same for every try, so that the same letter leaves."""
    case = answer.case
    return Work(
        business_key=_key(answer),
        marker=marker,
        case=case.reference,
        fields={
            "to": answer.recipient,
            "subject": answer.subject,
            "body": answer.body,
            "message_id": answer.message_id,
            "date": timezone.localtime(answer.ordered_at).isoformat(timespec="seconds"),
            "in_reply_to": answer.in_reply_to,
            "references": answer.references,
            "auto_submitted": "auto-generated" if answer.ordered_by_id else "auto-replied",
        },
    )


def _post(answer: Answer, carriers: AnswerCarriers) -> Outcome:
    case = answer.case
    if not health.usable(case.office, "system", answer.system):
        raise setbacks.SystemPaused(health.usable_from(case.office, "system", answer.system))
    claims.renew(case.pk, token=case.token)
    carrier = counted(case.office, answer.system, lambda: carriers.answer_carrier(answer))
    posting = journal.open_posting(
        case,
        step=FIRST_ANSWER_STEP + answer.number,
        system=answer.system,
        operation=answer.operation,
        operation_class=carrier.terms.operation_class,
        business_key=_key(answer),
    )
    Answer.objects.filter(pk=answer.pk).update(posting=posting)
    answer.posting = posting
    _let_settle(posting, carrier.terms.settle_seconds)
    work = work_of(answer, marker=posting.marker)
    return run_counted(posting, work, carrier.operation, terms=carrier.terms, token=case.token)


def _key(answer: Answer) -> str:
    return f"{answer.case.reference}/{answer.template}/{answer.number}"


def _let_settle(posting: Posting, seconds: int) -> None:
    """What a worker that died had armed gets its settle time, unless it has one."""
    until = clock.now() + timedelta(seconds=seconds)
    posting.attempts.filter(state__in=OPEN_ATTEMPTS, settle_until=None).update(settle_until=until)


def _ended(answer: Answer, outcome: Outcome) -> None:
    if outcome.result is Result.SETTLING:
        settles = outcome.attempt.settle_until if outcome.attempt else None
        return _wait(answer, "settling", until=settles)
    moment = outcome.attempt.sent_at if outcome.attempt and outcome.attempt.sent_at else clock.now()
    _update(answer, state=AnswerState.SENT, sent_at=moment, reason="", not_before=None)


@contextmanager
def _handled(answer: Answer) -> Iterator[None]:
    """What every way of not getting on means for an answer: wait, settle, or a clerk."""
    try:
        yield
    except LeaseLost as error:
        log.warning("%s", error)
    except NeedsReview as error:
        _needs_person(answer, error.reason)
    except setbacks.SystemPaused as error:
        _wait(answer, error.reason, until=error.until)
    except LoginRefused:
        _wait(answer, "login_refused")
    except TryAgainLater as error:
        _try_later(answer, error.reason)
    except StoreError as error:
        log.warning("an answer of case %s waits for the store: %s", answer.case.reference, error)
        _try_later(answer, "store_failed")
    except RECORD_AWAY as error:
        log.warning("the record did not answer while case %s was answered: %s", answer.case.reference, error)
        hang_up()
        _wait(answer, "record_unreachable")
    except Exception:
        log.exception("an answer of case %s could not be sent", answer.case.reference)
        _try_later(answer, "posting_failed", tries=setbacks.TRIES)


def _needs_person(answer: Answer, reason: str) -> None:
    unknown = reason == "outcome_unknown"
    state = AnswerState.UNKNOWN if unknown else AnswerState.FAILED
    with transaction.atomic():
        _update(answer, state=state, reason=reason, not_before=None)
        tell(answer.case, "answer_unknown" if unknown else "answer_failed", actor=Actor.TRANSFER, answer=answer)


def _try_later(answer: Answer, reason: str, *, tries: int | None = None) -> None:
    """A growing wait; after too many tries a clerk looks. What may have left waits for its settle time."""
    counted_tries = answer.tries + 1 if tries is None else tries
    opened = Attempt.objects.filter(posting=answer.posting, state__in=OPEN_ATTEMPTS).order_by("-number").first()
    if opened is not None:
        return _wait(answer, reason, until=opened.settle_until)
    if counted_tries >= setbacks.TRIES and reason not in setbacks.UNCOUNTED:
        return _needs_person(answer, "tried_too_often" if tries is None else reason)
    _wait(answer, reason, tries=answer.tries if reason in setbacks.UNCOUNTED else counted_tries)


def _wait(answer: Answer, reason: str, *, until: datetime | None = None, tries: int | None = None) -> None:
    shortest = setbacks.FIRST_WAIT_SECONDS * 2 ** min(tries or 0, setbacks.TRIES)
    earliest = clock.now() + timedelta(seconds=min(shortest, setbacks.LONGEST_WAIT_SECONDS))
    changes: dict[str, Any] = {} if tries is None else {"tries": tries}
    _update(answer, reason=reason, not_before=max(until or earliest, earliest), **changes)


def _update(answer: Answer, **columns: Any) -> None:
    Answer.objects.filter(pk=answer.pk).update(**columns)
    answer.refresh_from_db()


def tell(case: Case, reason: str, *, actor: Actor, answer: Answer | None = None, came: str = "") -> None:
    """Say in the case what became of an answer, or what came back to it: to a clerk who has it, or has it again.

    What came in brings a finished case back to review, as nothing else but a person does; what did not go out stands in
    the list of answers that need somebody. No money moves: what the case posted stays posted.
    """
    told = {"reason": reason, **({"answer": answer.number} if answer else {}), **({"came": came} if came else {})}
    case.refresh_from_db()
    if case.state in (State.DONE, State.CLOSED) and actor is Actor.INTAKE:
        move(case, State.REVIEW, actor=actor, reason=reason, data=told, reasons=[reason], closed_at=None)
        return
    if case.state == State.REVIEW:
        reasons = [*(code for code in case.reasons if code != reason), reason]
        changed = {"version": F("version") + 1, "changed_at": clock.now()}
        Case.objects.filter(pk=case.pk).update(reasons=reasons, held_until=None, **changed)
        case.refresh_from_db()
    audit.write(case, "answer_told", actor=actor, data=told)
