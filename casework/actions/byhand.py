"""A posting ordered by hand: the same case, journal and claim as for the post, so that it cannot happen twice either.

The order's bytes are kept as a message of the account `BY_HAND_ACCOUNT`; a second order with the same business key
finds the first one's posting. Only an order carries such a case; what a letter carries is decided in the console.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Max

from casework.actions import audit, claims, health, journal
from casework.actions.intake import record_message
from casework.actions.move import FINAL, move
from casework.record.models import Attempt, Case, Message, Pause, Posting
from casework.words.errors import AmtsboteError, NeedsReview, TryAgainLater
from casework.words.mailbox import BY_HAND_ACCOUNT, MailboxPlace
from casework.words.states import OPEN_ATTEMPTS, Actor, AttemptState, OperationClass, State, needs_person
from casework.words.work import Work


class NeedsAnotherLook(AmtsboteError):
    """An earlier attempt of this posting ended without certainty; only a human may open another."""


class CarriedElsewhere(AmtsboteError):
    """The business key belongs to a case that no order given by hand may touch."""


@dataclass(frozen=True)
class Order:
    """What is to be posted where; `again` is the reason a human gave for another attempt, empty for none."""

    office: str
    system: str
    operation: str
    operation_class: OperationClass
    work: Work
    again: str = ""


def check_may_begin(office: str, system: str) -> None:
    """Raises `TryAgainLater` while everything, the office or the system is paused, or the system must be left alone."""
    paused = Pause.objects.filter(ended_at=None)
    if paused.filter(scope="all").exists() or paused.filter(scope="office", name=office).exists():
        raise TryAgainLater("system_paused", f"{office} is paused: nothing new is begun until it is resumed")
    if not health.usable(office, "system", system):
        words = "it is paused, failed several times, or waits for an officer; look at `amtsbote status`"
        raise TryAgainLater("system_paused", f"{system} is left alone: {words}")


def posting_for(order: Order) -> Posting:
    """The posting of this order, with its case under our lease; an earlier order's when the business key is known.

    Raises `TryAgainLater` when another worker has it, `NeedsAnotherLook` when its outcome is a human's question,
    `CarriedElsewhere` when a letter carries the key or its case has ended.
    """
    known = _known(order)
    if known is None:
        try:
            return _new(order)
        except (NeedsReview, IntegrityError):
            # somebody gave the same order at this moment
            known = _known(order)
            if known is None:
                raise
    _check_ours(known)
    _open_again(known, order.again)
    if known.confirmed_at is None or known.case.state not in FINAL:
        _claim(known.case)
    known.refresh_from_db()
    return known


def _known(order: Order) -> Posting | None:
    key = journal.key_digest(order.office, order.system, order.operation, order.work.business_key)
    known = Posting.objects.filter(office=order.office, system=order.system, operation=order.operation, key_digest=key)
    return known.select_related("case__message").first()


def _check_ours(posting: Posting) -> None:
    case = posting.case
    ended = f"it is {case.state} ({case.reason})" if case.state in FINAL else "decide it in the console"
    if case.message.account != BY_HAND_ACCOUNT:
        raise CarriedElsewhere(f"case {case.reference} of a letter carries this key; {ended}")
    if posting.confirmed_at is None and case.state in FINAL:
        raise CarriedElsewhere(f"case {case.reference} of an earlier order carries this key; {ended}")


@transaction.atomic
def _new(order: Order) -> Posting:
    """Message, case, move and claim at once, so that nobody ever sees a case of ours without its lease."""
    data = order.work.model_dump_json().encode()
    last = Message.objects.filter(office=order.office, account=BY_HAND_ACCOUNT).aggregate(last=Max("uid"))["last"] or 0
    place = MailboxPlace(BY_HAND_ACCOUNT, "orders", 1, last + 1)
    recorded = record_message(data, office=order.office, place=place)
    if not recorded.new:
        raise NeedsReview("business_key_taken")
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
    """What a person says with `--again` stands on the attempt, where the table of sequels asks for it."""
    attempt = journal.last_attempt(posting)
    if attempt is None or posting.confirmed_at is not None or not _is_asked(posting, attempt):
        return
    if not again:
        raise NeedsAnotherLook(
            f"attempt {attempt.number} ended {attempt.state}: look into the target system, then use --again REASON"
        )
    if attempt.state != AttemptState.REJECTED:
        journal.looked_for(attempt, actor=Actor.OFFICER)
    audit.write(posting.case, "attempt_opened_again", actor=Actor.OFFICER, data={"posting": posting.pk})


def _is_asked(posting: Posting, attempt: Attempt) -> bool:
    """Armed and sent are looked up first; after a refusal, too, nothing is tried again that nobody asked for."""
    if attempt.state in (AttemptState.ARMED, AttemptState.SENT):
        return False
    asked = needs_person(attempt.state, reason=attempt.reason, kind=posting.operation_class)
    return asked or attempt.state == AttemptState.REJECTED


@transaction.atomic
def _claim(case: Case) -> None:
    case.refresh_from_db()
    if case.state == State.REVIEW:
        move(case, State.READY, actor=Actor.CLERK, reason="try_again")
    if not claims.claim_this(case):
        raise TryAgainLater("claimed", f"another worker carries case {case.reference}; try again later")


def put_down(posting: Posting, *, reason: str) -> None:
    """Move the case of an order to where its posting ended, and let go of it."""
    case = posting.case
    token = case.token
    posting.refresh_from_db()
    case.refresh_from_db()
    if case.state != State.POSTING or case.token != token:
        return
    if posting.confirmed_at is not None:
        move(case, State.DONE, actor=Actor.TRANSFER, reason="posted", token=token)
    elif reason == "done_by_hand":
        move(case, State.CLOSED, actor=Actor.TRANSFER, reason="done_by_hand", token=token)
    elif posting.attempts.filter(state__in=OPEN_ATTEMPTS).exclude(state=AttemptState.UNKNOWN).exists():
        claims.let_go(case)
    else:
        move(case, State.REVIEW, actor=Actor.TRANSFER, reason=reason, token=token, reasons=[reason])
