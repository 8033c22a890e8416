"""How an attempt ends: what a failed commit means, the settle time, and what looking it up says afterwards.

Nothing here sends anything. What may have left is never sent again on a guess: `find` decides, or a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Self

from casework.actions import clock, journal
from casework.configuration.in_force import SystemCatalogue
from casework.record.models import Attempt
from casework.words.errors import LeaseLost, NeedsReview, NothingLeft, OutcomeUnknown, Rejected, TryAgainLater
from casework.words.states import OPEN_ATTEMPTS, AttemptState, Known, OperationClass, State, sequel, unseen
from casework.words.work import Operation, Receipt, Work

BLIND = (OperationClass.CREATE_BLIND, OperationClass.IRREVERSIBLE)
"""Classes of operations that `find` cannot look up."""
_REFUSABLE = (AttemptState.ARMED, AttemptState.SENT)


class Result(StrEnum):
    """How a posting ended for now."""

    CONFIRMED = "confirmed"
    SETTLING = "settling"
    BY_HAND = "done_by_hand"


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
    longest_request: int
    settle_seconds: int
    versions: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, catalogue: SystemCatalogue, operation: str, *, versions: tuple[tuple[str, str], ...] = ()) -> Self:
        """The terms of an operation as the catalogue of its system names them."""
        return cls(
            operation_class=OperationClass(catalogue.operations[operation].operation_class),
            longest_request=int(catalogue.longest_request_s),
            settle_seconds=int(catalogue.settle_s),
            versions=versions,
        )


def look(work: Work, operation: Operation, terms: Terms) -> tuple[Known, Receipt | None]:
    """What the target holds of this work, as the table of sequels names it; what cannot be found is not looked for."""
    if terms.operation_class in BLIND:
        return Known.CANNOT_SEE, None
    found = operation.find(work)
    return (unseen(terms.operation_class) if found is None else _whose(found)), found


def settle(attempt: Attempt, work: Work, operation: Operation, *, terms: Terms, token: int) -> Outcome | None:
    """Look up an attempt that may have left. Returns None when the next attempt may open."""
    if attempt.settle_until is None or attempt.settle_until > clock.now():
        return Outcome(Result.SETTLING, attempt=attempt)
    journal.take_over(attempt, token=token)
    known, found = look(work, operation, terms)
    row = sequel(attempt.state, known)
    if found is not None and row.becomes is AttemptState.CONFIRMED:
        journal.confirm(attempt, receipt=found.number)
        return Outcome(Result.CONFIRMED, found.number, attempt)
    if row.becomes is not None and row.becomes != attempt.state:
        journal.advance(attempt, row.becomes, reason=row.reason)
    if row.case is State.REVIEW:
        raise NeedsReview(row.reason, f"the target system holds {found.number}, which is not ours" if found else "")
    return None


def commit_failed(attempt: Attempt, error: Exception, work: Work, operation: Operation, *, terms: Terms) -> Outcome:
    """What a failed commit means, by what the journal says left and what the error proves."""
    if isinstance(error, NothingLeft) and attempt.state == AttemptState.ARMED:
        journal.advance(attempt, AttemptState.PREPARED, reason=error.reason)
        raise TryAgainLater(error.reason) from error
    # armed and refused: the system said no before the request was let out
    if isinstance(error, Rejected) and error.proves_not_done and attempt.state in _REFUSABLE:
        return _rejected(attempt, error, work, operation, terms=terms)
    if isinstance(error, (NothingLeft, OutcomeUnknown, Rejected, TryAgainLater, NeedsReview)):
        return wait_to_settle(attempt, terms)
    wait_to_settle(attempt, terms)
    raise error


def _rejected(attempt: Attempt, error: Rejected, work: Work, operation: Operation, *, terms: Terms) -> Outcome:
    """The sign proves that nothing was stored; `find` is asked all the same before another attempt may open."""
    try:
        found = operation.find(work)
    except (TryAgainLater, NeedsReview):
        return wait_to_settle(attempt, terms)
    if found is not None:
        if found.ours:
            journal.confirm(attempt, receipt=found.number)
            return Outcome(Result.CONFIRMED, found.number, attempt)
        journal.advance(attempt, AttemptState.REJECTED, reason=error.sign[:60])
        return not_ours(found, attempt)
    journal.advance(attempt, AttemptState.REJECTED, reason=error.sign[:60])
    if error.try_again:
        raise TryAgainLater("record_locked", str(error)) from error
    raise NeedsReview("rejected", str(error)) from error


def wait_to_settle(attempt: Attempt, terms: Terms) -> Outcome:
    """Nobody sleeps: the settle time stands on the row, the worker goes on with other cases."""
    until = clock.now() + timedelta(seconds=terms.settle_seconds)
    if not Attempt.objects.filter(pk=attempt.pk, token=attempt.token, state__in=OPEN_ATTEMPTS).update(
        settle_until=until
    ):
        raise LeaseLost(f"attempt {attempt.pk} is no longer ours; its settle time was not written")
    attempt.refresh_from_db()
    return Outcome(Result.SETTLING, attempt=attempt)


def not_ours(found: Receipt, attempt: Attempt | None = None) -> Outcome:
    """Another case's entry is a clerk's question; a human's closes the case."""
    row = sequel(attempt.state if attempt else None, _whose(found))
    if row.case is State.REVIEW:
        raise NeedsReview(row.reason, f"the target system holds {found.number} from another case")
    return Outcome(Result.BY_HAND, found.number, attempt)


def _whose(found: Receipt) -> Known:
    if found.ours:
        return Known.OURS
    return Known.ANOTHERS if found.marker and found.marker.startswith("AB-") else Known.BY_HAND
