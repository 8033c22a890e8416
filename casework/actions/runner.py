"""The runner: the postings of a case in order, each exactly once, through the three verbs of an operation (DESIGN §5).

It knows only `Operation` and `Departure`, and writes journal and evidence. No transaction is open across a verb.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from django.db import InterfaceError, OperationalError, transaction

from casework.actions import claims, ending, evidence, health, journal, ordering, setbacks
from casework.actions.ending import BLIND, Outcome, Result, Terms
from casework.actions.move import move
from casework.configuration.answers import When
from casework.configuration.in_force import ProcessInForce
from casework.configuration.processes import PostingStep, placeholders
from casework.configuration.vocabulary import Stage
from casework.record.connections import hang_up
from casework.record.models import Attempt, Case, Posting
from casework.words.errors import LeaseLost, LoginRefused, MasksChanged, NeedsReview, TryAgainLater
from casework.words.states import OPEN_ATTEMPTS, Actor, AttemptState, Known, State
from casework.words.work import Operation, Receipt, Work

NOT_THE_SYSTEMS_FAULT = ("record_locked", "logins_busy")
"""Wrong moments that say nothing about the health of a system."""
RELEASING = ("released", "corrected", "in_target", "not_in_target")
"""Answers of a person after which the bots go on with a case."""
log = logging.getLogger("amtsbote.transfer")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Carrier:
    """What carries one step: the operation in its system, and the terms of the catalogue."""

    operation: Operation
    terms: Terms


class Carriers(Protocol):
    """Gives the carrier of a step and the work it carries; the flows wire it to bots and mapping."""

    def carrier(self, case: Case, step: PostingStep) -> Carrier:
        """The operation, logged in. Raises `TryAgainLater` or `LoginRefused`."""

    def work(self, case: Case, step: PostingStep, *, marker: str) -> Work:
        """What this step carries. Raises `NeedsReview`."""


def carry_over(case: Case, process: ProcessInForce, carriers: Carriers) -> None:
    """Run the postings of a claimed case in their order, each exactly once, and move it on.

    Raises what keeps it from going on; `setbacks.handled` knows what each error means for the case.
    """
    if not setbacks.has_open_attempts(case):
        _check_still_allowed(case, process)
    for number, step in enumerate(process.postings):
        outcome = _post(case, number, step, carriers)
        if outcome.result is Result.SETTLING:
            return setbacks.settle_later(case, outcome.attempt)
        if outcome.result is Result.BY_HAND:
            return setbacks.found_by_hand(case, number, outcome.receipt)
    with transaction.atomic():
        move(case, State.DONE, actor=Actor.TRANSFER, reason="posted", token=case.token)
        ordering.by_rule(case, process, When.DONE)


def _check_still_allowed(case: Case, process: ProcessInForce) -> None:
    """Does what the case became `ready` on still hold? The stage may have been set back since, the basis changed."""
    if case.basis and case.basis != process.digest:
        raise NeedsReview("basis_changed")
    if process.stage is Stage.OFF:
        raise NeedsReview("process_off")
    if process.stage is Stage.SHADOW:
        raise NeedsReview("shadow")
    if process.stage is Stage.ASSISTED and not _is_released(case):
        raise NeedsReview("release_required")


def _is_released(case: Case) -> bool:
    """Was a person the last to decide that it goes on?"""
    last = case.decisions.order_by("-pk").first()
    return last is not None and last.answer in RELEASING


def _post(case: Case, number: int, step: PostingStep, carriers: Carriers) -> Outcome:
    known = case.postings.filter(step=number).first()
    if known is not None and known.confirmed_at is not None:
        return Outcome(Result.CONFIRMED, known.receipt)
    if not health.usable(case.office, "system", step.system):
        raise setbacks.SystemPaused(health.usable_from(case.office, "system", step.system))
    claims.renew(case.pk, token=case.token)
    marker = journal.marker_for(case, number)
    work = carriers.work(case, step, marker=marker)
    carrier = counted(case.office, step.system, lambda: carriers.carrier(case, step))
    posting = journal.open_posting(
        case,
        step=number,
        system=step.system,
        operation=step.operation,
        operation_class=carrier.terms.operation_class,
        business_key=work.business_key,
        carries=_carried(step),
    )
    return run_counted(posting, work, carrier.operation, terms=carrier.terms, token=case.token)


def _carried(step: PostingStep) -> list[str]:
    """The names of the fields from which this step is filled."""
    templates = [template for _, template in step.templates()]
    return sorted({name for template in templates for names, _, _ in placeholders(template) for name in names})


def run_counted(posting: Posting, work: Work, operation: Operation, *, terms: Terms, token: int) -> Outcome:
    """`run`, with what it says about the health of the system noted."""
    outcome = counted(posting.office, posting.system, lambda: run(posting, work, operation, terms=terms, token=token))
    if outcome.result is Result.SETTLING:
        # only what this worker itself sent: to have asked too early is no fault of the system
        if outcome.attempt is not None and outcome.attempt.token == token:
            health.failed(posting.office, "system", posting.system, reason="outcome_unknown")
    else:
        health.succeeded(posting.office, "system", posting.system)
    return outcome


def run(posting: Posting, work: Work, operation: Operation, *, terms: Terms, token: int) -> Outcome:
    """Bring a posting to its end, or as far as it can be known now.

    Raises `NeedsReview` (a clerk's turn), `TryAgainLater` (wrong moment, nothing armed) or `LeaseLost`.
    """
    if posting.confirmed_at is not None:
        return Outcome(Result.CONFIRMED, posting.receipt, journal.last_attempt(posting))
    last = journal.last_attempt(posting)
    if last is not None and last.state in OPEN_ATTEMPTS:
        settled = ending.settle(last, work, operation, terms=terms, token=token)
        if settled is not None:
            return settled
        journal.carry_key(posting, work.business_key)
    seen, found = ending.look(work, operation, terms)
    if found is not None:
        return _already_there(posting, found, seen=seen, token=token)
    claims.renew(posting.case_id, token=token)
    attempt = journal.open_attempt(posting, token=token, seen=seen)
    return _attempt(attempt, work, operation, terms=terms)


def _attempt(attempt: Attempt, work: Work, operation: Operation, *, terms: Terms) -> Outcome:
    entered = operation.enter(work)
    evidence.keep_values(attempt, entered, versions=dict(terms.versions))
    evidence.keep_pictures(attempt, entered.pictures)
    token = attempt.token
    claims.renew(attempt.posting.case_id, token=token)
    journal.advance(attempt, AttemptState.ARMED)
    departure = journal.JournalDeparture(
        attempt, longest_request=terms.longest_request, settle_seconds=terms.settle_seconds
    )
    try:
        receipt = operation.commit(departure)
    except Exception as error:
        _read_again(attempt)
        if attempt.token != token:
            raise LeaseLost(f"attempt {attempt.pk} was taken over while its request was under way") from error
        return ending.commit_failed(attempt, error, work, operation, terms=terms)
    finally:
        _keep_quietly(lambda: evidence.keep_pictures(attempt, operation.pictures()))
    _read_again(attempt)
    return _received(attempt, receipt, work, operation, terms=terms)


def _received(attempt: Attempt, receipt: Receipt, work: Work, operation: Operation, *, terms: Terms) -> Outcome:
    """`confirmed` needs the receipt and `find`; where nothing can be found, the receipt alone."""
    if terms.operation_class in BLIND:
        journal.confirm(attempt, receipt=receipt.number)
        return Outcome(Result.CONFIRMED, receipt.number, attempt)
    try:
        found = operation.find(work)
    except (TryAgainLater, NeedsReview):
        return ending.wait_to_settle(attempt, terms)
    if found is None or not found.ours:
        return ending.wait_to_settle(attempt, terms)
    journal.confirm(attempt, receipt=receipt.number or found.number)
    return Outcome(Result.CONFIRMED, attempt.receipt, attempt)


def _already_there(posting: Posting, found: Receipt, *, seen: Known, token: int) -> Outcome:
    """The target holds it before this attempt armed: ours from an earlier attempt, another case's, or a human's."""
    if seen is not Known.OURS:
        return ending.not_ours(found)
    attempt = journal.open_attempt(posting, token=token, seen=seen)
    journal.confirm(attempt, receipt=found.number)
    return Outcome(Result.CONFIRMED, found.number, attempt)


def counted(office: str, system: str, call: Callable[[], Found]) -> Found:
    """The call, with what its failure says about the health of the system noted; the error goes on."""
    try:
        return call()
    except LoginRefused as error:
        health.failed(office, "system", system, reason="login_refused", words=str(error), needs_officer=True)
        raise
    except MasksChanged as error:
        health.failed(office, "system", system, reason="mask_changed", words=str(error), needs_officer=True)
        raise
    except TryAgainLater as error:
        if error.reason not in NOT_THE_SYSTEMS_FAULT:
            health.failed(office, "system", system, reason=error.reason, words=str(error))
        raise


def _read_again(attempt: Attempt) -> None:
    """The row as the gate left it; a connection that died during the long commit is replaced once."""
    try:
        attempt.refresh_from_db()
    except (OperationalError, InterfaceError):
        hang_up()
        attempt.refresh_from_db()


def _keep_quietly(keep: Callable[[], None]) -> None:
    """Pictures after the commit are worth having, but their loss must not change the outcome."""
    try:
        keep()
    except Exception as error:
        log.warning("pictures after the commit were lost: %s", type(error).__name__)
