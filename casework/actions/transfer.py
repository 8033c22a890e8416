"""Carrying one claimed case over: its postings in order, and what every way they can end means for the case."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from django.db import InterfaceError, OperationalError

from casework.actions import audit, claims, clock, health, journal, runner
from casework.actions.move import move
from casework.configuration.configuration import ProcessInForce
from casework.configuration.processes import PostingStep
from casework.record.connections import hang_up
from casework.record.models import Attempt, Case
from casework.words.errors import LeaseLost, LoginRefused, MasksChanged, NeedsReview, TryAgainLater
from casework.words.states import OPEN_ATTEMPTS, Actor, State
from casework.words.work import Operation, Work

TRIES = 8
FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 600
NOT_THE_SYSTEMS_FAULT = ("record_locked", "logins_busy")
"""Wrong moments that say nothing about the health of a system."""
UNCOUNTED = ("system_paused", "login_refused", "logins_busy", "record_unreachable")
"""Wrong moments that are no try of the case itself."""
log = logging.getLogger("amtsbote.transfer")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Carrier:
    """What carries one step: the operation in its system, and the terms of the catalogue."""

    operation: Operation
    terms: runner.Terms


class SystemPaused(TryAgainLater):
    """The system is left alone for now; `until` is when its breaker closes, None while a person holds it."""

    def __init__(self, until: datetime | None) -> None:
        self.until = until
        super().__init__("system_paused")


class Carriers(Protocol):
    """Gives the carrier of a step and the work it carries; the flows wire it to bots and mapping."""

    def carrier(self, case: Case, step: PostingStep) -> Carrier:
        """The operation, logged in. Raises `TryAgainLater` or `LoginRefused`."""

    def work(self, case: Case, step: PostingStep, *, marker: str) -> Work:
        """What this step carries. Raises `NeedsReview`."""


def transfer_case(case: Case, process: ProcessInForce, carriers: Carriers) -> State:
    """Run the postings of a claimed case and move it to where they ended; returns its state now.

    Never raises for what one case did; `LeaseLost` is told to the log, because nothing may be written then.
    """
    try:
        _transfer(case, process, carriers)
    except LeaseLost as error:
        log.warning("%s", error)
    except NeedsReview as error:
        _to_review(case, error.reason)
    except SystemPaused as error:
        _wrong_moment(case, error.reason, not_before=error.until)
    except LoginRefused:
        _wrong_moment(case, "login_refused")
    except TryAgainLater as error:
        _wrong_moment(case, error.reason)
    except (OperationalError, InterfaceError) as error:
        log.warning("the record's database did not answer while case %s was carried over: %s", case.reference, error)
        hang_up()
        _wrong_moment(case, "record_unreachable")
    except Exception:
        log.exception("case %s could not be carried over", case.reference)
        _unexpected(case)
    case.refresh_from_db()
    return State(case.state)


def _transfer(case: Case, process: ProcessInForce, carriers: Carriers) -> None:
    if case.basis and case.basis != process.digest and not _open_attempts(case):
        raise NeedsReview("basis_changed")
    for number, step in enumerate(process.postings):
        outcome = _post(case, number, step, carriers)
        if outcome.result is runner.Result.SETTLING:
            return _settle_later(case, outcome.attempt)
        if outcome.result is runner.Result.BY_HAND:
            return _found_by_hand(case, number, outcome.receipt)
    move(case, State.DONE, actor=Actor.TRANSFER, reason="posted", token=case.token)


def _post(case: Case, number: int, step: PostingStep, carriers: Carriers) -> runner.Outcome:
    known = case.postings.filter(step=number).first()
    if known is not None and known.confirmed_at is not None:
        return runner.Outcome(runner.Result.CONFIRMED, known.receipt)
    if not health.usable(case.office, "system", step.system):
        raise SystemPaused(health.usable_from(case.office, "system", step.system))
    claims.renew(case.pk, token=case.token)
    marker = journal.marker_for(case, number)
    work = carriers.work(case, step, marker=marker)
    carrier = _counted(case, step, lambda: carriers.carrier(case, step))
    posting = journal.open_posting(
        case,
        step=number,
        system=step.system,
        operation=step.operation,
        operation_class=carrier.terms.operation_class,
        business_key=work.business_key,
    )
    outcome = _counted(
        case,
        step,
        lambda: runner.run(posting, work, carrier.operation, terms=carrier.terms, token=case.token),
    )
    health.succeeded(case.office, "system", step.system)
    return outcome


def _counted(case: Case, step: PostingStep, call: Callable[[], Found]) -> Found:
    try:
        return call()
    except LoginRefused as error:
        health.failed(case.office, "system", step.system, reason="login_refused", words=str(error), needs_officer=True)
        raise
    except MasksChanged as error:
        health.failed(case.office, "system", step.system, reason="mask_changed", words=str(error), needs_officer=True)
        raise
    except TryAgainLater as error:
        if error.reason not in NOT_THE_SYSTEMS_FAULT:
            health.failed(case.office, "system", step.system, reason=error.reason, words=str(error))
        raise


def _settle_later(case: Case, attempt: Attempt | None) -> None:
    """The case stays in `posting` without a lease until its outcome may be looked up."""
    until = attempt.settle_until if attempt else None
    updated = Case.objects.filter(pk=case.pk, token=case.token, state=State.POSTING)
    updated.update(not_before=until, reason="settling", lease_until=None, lease_holder="")


def _found_by_hand(case: Case, number: int, receipt: str) -> None:
    if number > 0:
        raise NeedsReview("already_posted")
    data = {"receipt": audit.keyed(case, receipt)}
    move(case, State.CLOSED, actor=Actor.TRANSFER, reason="done_by_hand", token=case.token, data=data)


def _to_review(case: Case, reason: str) -> None:
    _guarded(case, State.REVIEW, reason=reason, reasons=[reason])


def _wrong_moment(case: Case, reason: str, *, not_before: datetime | None = None) -> None:
    """Back to `ready` with a growing wait; after too many tries a clerk decides. What may have left waits to settle."""
    if _open_attempts(case):
        return _after_sent(case)
    tries = case.tries + 1
    if tries >= TRIES and reason not in UNCOUNTED:
        return _guarded(case, State.REVIEW, reason="tried_too_often", reasons=["tried_too_often", reason], tries=tries)
    counted = case.tries if reason in UNCOUNTED else tries
    again = max(not_before or clock.now(), clock.now() if reason == "logins_busy" else _next_try(tries))
    _guarded(case, State.READY, reason=reason, tries=counted, not_before=again)


def _unexpected(case: Case) -> None:
    if _open_attempts(case):
        return _after_sent(case)
    _guarded(case, State.REVIEW, reason="posting_failed", reasons=["posting_failed"])


def _after_sent(case: Case) -> None:
    """Something may have left: looking it up failed for now, so it is looked up again later."""
    waiting = Case.objects.filter(pk=case.pk, token=case.token, state=State.POSTING)
    waiting.update(not_before=_next_try(case.tries + 1), reason="settling", lease_until=None, lease_holder="")
    attempts = Attempt.objects.filter(posting__case=case, state__in=OPEN_ATTEMPTS, settle_until=None)
    attempts.update(settle_until=clock.now() + timedelta(seconds=claims.TRANSFER_SECONDS))


def _guarded(case: Case, end: State, *, reason: str, **changes: Any) -> None:
    try:
        move(case, end, actor=Actor.TRANSFER, reason=reason, token=case.token, **changes)
    except LeaseLost as error:
        log.warning("%s", error)


def _open_attempts(case: Case) -> bool:
    return Attempt.objects.filter(posting__case=case, state__in=OPEN_ATTEMPTS).exists()


def _next_try(tries: int) -> datetime:
    return clock.now() + timedelta(seconds=min(FIRST_WAIT_SECONDS * 2 ** (tries - 1), LONGEST_WAIT_SECONDS))
