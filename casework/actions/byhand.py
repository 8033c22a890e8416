"""A posting ordered by hand: the same case, journal and claim as for the post, so that it cannot happen twice either.

The order's bytes are kept as a message of the account `by-hand`; a second order with the same business key finds the
first one's posting.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from casework.actions import audit, claims, journal
from casework.actions.intake import record_message
from casework.actions.move import move
from casework.record.keys import office_key
from casework.record.models import Case, Message, Posting
from casework.words.errors import AmtsboteError, TryAgainLater
from casework.words.mailbox import MailboxPlace
from casework.words.states import OPEN_ATTEMPTS, Actor, AttemptState, OperationClass, State
from casework.words.work import Work

ACCOUNT = "by-hand"


class NeedsAnotherLook(AmtsboteError):
    """An earlier attempt of this posting ended without certainty; only a human may open another."""


@dataclass(frozen=True)
class Order:
    """What is to be posted where; `again` is the reason a human gave for another attempt, empty for none."""

    office: str
    system: str
    operation: str
    operation_class: OperationClass
    work: Work
    again: str = ""


def posting_for(order: Order) -> Posting:
    """The posting of this order, with its case under our lease; an earlier order's when the business key is known.

    Raises `TryAgainLater` when another worker has it, `NeedsAnotherLook` when its outcome is a human's question.
    """
    known = _known(order)
    if known is None:
        return _new(order)
    _open_again(known, order.again)
    if known.confirmed_at is None:
        _claim(known.case)
    known.refresh_from_db()
    return known


def _known(order: Order) -> Posting | None:
    key = office_key(order.office).digest(f"{order.system}/{order.operation}/{order.work.business_key}")
    return Posting.objects.filter(
        office=order.office, system=order.system, operation=order.operation, key_digest=key
    ).first()


def _new(order: Order) -> Posting:
    data = order.work.model_dump_json().encode()
    last = Message.objects.filter(office=order.office, account=ACCOUNT).aggregate(last=Max("uid"))["last"] or 0
    recorded = record_message(data, office=order.office, place=MailboxPlace(ACCOUNT, "orders", 1, last + 1))
    case = recorded.message.cases.get()
    Case.objects.filter(pk=case.pk).update(part="order", kind="unknown", decided_by="form")
    case.refresh_from_db()
    move(case, State.READY, actor=Actor.PREPARE, reason="released")
    _claim(case)
    return journal.open_posting(
        case,
        step=0,
        system=order.system,
        operation=order.operation,
        operation_class=order.operation_class,
        business_key=order.work.business_key,
    )


@transaction.atomic
def _open_again(posting: Posting, again: str) -> None:
    attempt = journal.last_attempt(posting)
    if attempt is None or posting.confirmed_at is not None:
        return
    if attempt.state in (AttemptState.ABSENT, AttemptState.UNKNOWN, AttemptState.REJECTED):
        if not again:
            raise NeedsAnotherLook(
                f"attempt {attempt.number} ended {attempt.state}: look into the target system, then use --again REASON"
            )
        if attempt.state == AttemptState.UNKNOWN:
            journal.advance(attempt, AttemptState.ABSENT, reason="not_in_target", actor=Actor.OFFICER)
        audit.write(posting.case, "attempt_opened_again", actor=Actor.OFFICER, data={"posting": posting.pk})


def _claim(case: Case) -> None:
    case.refresh_from_db()
    if case.state == State.REVIEW:
        move(case, State.READY, actor=Actor.CLERK, reason="try_again")
    if not claims.claim_this(case):
        raise TryAgainLater("claimed", f"another worker carries case {case.reference}; try again later")


def put_down(posting: Posting, *, reason: str) -> None:
    """Move the case of an order to where its posting ended, and let go of it."""
    case = posting.case
    posting.refresh_from_db()
    case.refresh_from_db()
    if case.state != State.POSTING:
        return
    if posting.confirmed_at is not None:
        move(case, State.DONE, actor=Actor.TRANSFER, reason="posted", token=case.token)
    elif reason == "done_by_hand":
        move(case, State.CLOSED, actor=Actor.TRANSFER, reason="done_by_hand", token=case.token)
    elif posting.attempts.filter(state__in=OPEN_ATTEMPTS).exclude(state=AttemptState.UNKNOWN).exists():
        claims.let_go(case)
    else:
        move(case, State.REVIEW, actor=Actor.TRANSFER, reason=reason, token=case.token, reasons=[reason])
