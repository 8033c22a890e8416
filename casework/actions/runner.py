"""The runner: one posting, exactly once, through the three verbs of an operation (DESIGN §5).

It knows only `Operation` and `Departure`, and writes journal and evidence. No transaction is open across a verb.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.db import InterfaceError, OperationalError

from casework.actions import claims, clock, evidence, journal
from casework.record.connections import hang_up
from casework.record.models import Attempt, Posting
from casework.words.errors import (
    LeaseLost,
    NeedsReview,
    NothingLeft,
    OutcomeUnknown,
    Rejected,
    TryAgainLater,
)
from casework.words.states import OPEN_ATTEMPTS, AttemptState, OperationClass
from casework.words.work import Operation, Receipt, Work


class Result(StrEnum):
    """How a posting ended for now."""

    CONFIRMED = "confirmed"
    SETTLING = "settling"
    BY_HAND = "done_by_hand"
    DRY_RUN = "dry_run"


@dataclass(frozen=True)
class Outcome:
    """The result of running a posting, its receipt, and the attempt it was made by."""

    result: Result
    receipt: str = ""
    attempt: Attempt | None = None


@dataclass(frozen=True)
class Terms:
    """What the catalogue says about a system: class of the operation, longest request and settle time in seconds."""

    operation_class: OperationClass
    longest_request: int = 120
    settle_seconds: int = 120
    versions: tuple[tuple[str, str], ...] = ()


log = logging.getLogger("amtsbote.evidence")
BLIND = (OperationClass.CREATE_BLIND, OperationClass.IRREVERSIBLE)


def run(
    posting: Posting, work: Work, operation: Operation, *, terms: Terms, token: int, dry_run: bool = False
) -> Outcome:
    """Bring a posting to its end, or as far as it can be known now.

    Raises `NeedsReview` (a clerk's turn), `TryAgainLater` (wrong moment, nothing armed) or `LeaseLost`.
    """
    if posting.confirmed_at is not None:
        return Outcome(Result.CONFIRMED, posting.receipt, journal.last_attempt(posting))
    last = journal.last_attempt(posting)
    if last is not None and last.state in OPEN_ATTEMPTS:
        settled = _settle(last, work, operation, terms=terms, token=token)
        if settled is not None:
            return settled
    if terms.operation_class not in BLIND:
        found = operation.find(work)
        if found is not None:
            return _already_there(posting, found, token=token)
    if dry_run:
        return _dry_run(operation, work)
    claims.renew(posting.case_id, token=token)
    return _attempt(posting, work, operation, terms=terms, token=token)


def _dry_run(operation: Operation, work: Work) -> Outcome:
    operation.enter(work)
    return Outcome(Result.DRY_RUN)


def _already_there(posting: Posting, found: Receipt, *, token: int) -> Outcome:
    """The target holds it before this attempt armed: ours from an earlier attempt, another case's, or a human's."""
    if found.ours:
        attempt = journal.open_attempt(posting, token=token)
        journal.confirm(attempt, receipt=found.number)
        return Outcome(Result.CONFIRMED, found.number, attempt)
    return _not_ours(found)


def _not_ours(found: Receipt, attempt: Attempt | None = None) -> Outcome:
    """Another case's entry is a clerk's question; a human's closes the case."""
    if found.marker and found.marker.startswith("AB-"):
        raise NeedsReview("already_posted", f"the target system holds {found.number} from another case")
    return Outcome(Result.BY_HAND, found.number, attempt)


def _attempt(posting: Posting, work: Work, operation: Operation, *, terms: Terms, token: int) -> Outcome:
    attempt = journal.open_attempt(posting, token=token)
    entered = operation.enter(work)
    evidence.keep_values(attempt, entered, versions=dict(terms.versions))
    evidence.keep_pictures(attempt, entered.pictures)
    claims.renew(posting.case_id, token=token)
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
        return _commit_failed(attempt, error, work, operation, terms=terms)
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
        return _wait_to_settle(attempt, terms)
    if found is None or not found.ours:
        return _wait_to_settle(attempt, terms)
    journal.confirm(attempt, receipt=receipt.number or found.number)
    return Outcome(Result.CONFIRMED, attempt.receipt, attempt)


def _commit_failed(attempt: Attempt, error: Exception, work: Work, operation: Operation, *, terms: Terms) -> Outcome:
    """What a failed commit means, by what the journal says left and what the error proves."""
    if isinstance(error, NothingLeft) and attempt.state == AttemptState.ARMED:
        journal.advance(attempt, AttemptState.PREPARED, reason=error.reason)
        raise TryAgainLater(error.reason) from error
    if isinstance(error, Rejected) and error.proves_not_done and attempt.state == AttemptState.SENT:
        return _rejected(attempt, error, work, operation, terms=terms)
    if isinstance(error, (NothingLeft, OutcomeUnknown, Rejected, TryAgainLater, NeedsReview)):
        return _wait_to_settle(attempt, terms)
    _wait_to_settle(attempt, terms)
    raise error


def _rejected(attempt: Attempt, error: Rejected, work: Work, operation: Operation, *, terms: Terms) -> Outcome:
    """The sign proves that nothing was stored; `find` is asked all the same before another attempt may open."""
    try:
        found = operation.find(work)
    except (TryAgainLater, NeedsReview):
        return _wait_to_settle(attempt, terms)
    if found is not None:
        if found.ours:
            journal.confirm(attempt, receipt=found.number)
            return Outcome(Result.CONFIRMED, found.number, attempt)
        journal.advance(attempt, AttemptState.REJECTED, reason=error.sign[:60])
        return _not_ours(found, attempt)
    journal.advance(attempt, AttemptState.REJECTED, reason=error.sign[:60])
    if error.try_again:
        raise TryAgainLater("record_locked", str(error)) from error
    raise NeedsReview("rejected", str(error)) from error


def _wait_to_settle(attempt: Attempt, terms: Terms) -> Outcome:
    """Nobody sleeps: the settle time stands on the row, the worker goes on with other cases."""
    until = clock.now() + timedelta(seconds=terms.settle_seconds)
    if not Attempt.objects.filter(pk=attempt.pk, token=attempt.token, state__in=OPEN_ATTEMPTS).update(
        settle_until=until
    ):
        raise LeaseLost(f"attempt {attempt.pk} is no longer ours; its settle time was not written")
    attempt.refresh_from_db()
    return Outcome(Result.SETTLING, attempt=attempt)


def _settle(attempt: Attempt, work: Work, operation: Operation, *, terms: Terms, token: int) -> Outcome | None:
    """Look up an attempt that may have left. Returns None when the operation may simply be done again (`set`)."""
    if attempt.settle_until is None or attempt.settle_until > clock.now():
        return Outcome(Result.SETTLING, attempt=attempt)
    journal.take_over(attempt, token=token)
    if terms.operation_class in BLIND:
        if attempt.state != AttemptState.UNKNOWN:
            journal.advance(attempt, AttemptState.UNKNOWN, reason="outcome_unknown")
        raise NeedsReview("outcome_unknown")
    found = operation.find(work)
    if found is not None and found.ours:
        journal.confirm(attempt, receipt=found.number)
        return Outcome(Result.CONFIRMED, found.number, attempt)
    if found is not None:
        journal.advance(attempt, AttemptState.ABSENT, reason="already_posted")
        raise NeedsReview("already_posted", f"the target system holds {found.number}, which is not ours")
    journal.advance(attempt, AttemptState.ABSENT, reason="outcome_unknown")
    if terms.operation_class is OperationClass.SET:
        return None
    raise NeedsReview("outcome_unknown")


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
