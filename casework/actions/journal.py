"""The posting journal: every write is one guarded UPDATE, by the state before and the fencing token.

`prepared → armed → sent → confirmed | rejected | absent | unknown` (DESIGN §5). A row count of zero means that another
worker took over: `LeaseLost`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from casework.actions import audit, clock
from casework.record.connections import hang_up
from casework.record.keys import office_key
from casework.record.models import Attempt, Case, Posting
from casework.words.errors import LeaseLost, NeedsReview
from casework.words.states import (
    NOT_IN_TARGET,
    OPEN_ATTEMPTS,
    Actor,
    AttemptState,
    Known,
    Opening,
    OperationClass,
    knowing,
    sequel,
)
from casework.words.work import Permit, Refusal

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOVES: dict[AttemptState, tuple[AttemptState, ...]] = {
    AttemptState.ARMED: (AttemptState.PREPARED,),
    AttemptState.SENT: (AttemptState.ARMED,),
    AttemptState.PREPARED: (AttemptState.ARMED,),
    AttemptState.CONFIRMED: (AttemptState.PREPARED, AttemptState.ARMED, AttemptState.SENT, AttemptState.UNKNOWN),
    AttemptState.REJECTED: (AttemptState.ARMED, AttemptState.SENT),
    AttemptState.ABSENT: (AttemptState.ARMED, AttemptState.SENT, AttemptState.UNKNOWN),
    AttemptState.UNKNOWN: (AttemptState.ARMED, AttemptState.SENT),
}
"""From which states each state may be reached; `prepared` again only when the gate proves that nothing left."""

ENDED = (AttemptState.CONFIRMED, AttemptState.REJECTED, AttemptState.ABSENT)


def marker_for(case: Case, step: int) -> str:
    """What is written into a free field of the target to find a posting again: `AB-` and twelve characters."""
    digest = office_key(case.office).digest(f"{case.reference}/{step}")
    return "AB-" + digest[:12].upper()


def open_posting(
    case: Case,
    *,
    step: int,
    system: str,
    operation: str,
    operation_class: OperationClass,
    business_key: str,
    carries: Sequence[str] = (),
) -> Posting:
    """The posting of this case and step; made at first, the same one ever after, even when the key is corrected.

    Raises `NeedsReview("business_key_taken")` when another case carries the same business key there, and
    `NeedsReview("basis_changed")` when the step that opened it was another operation.
    """
    posting = Posting.objects.filter(office=case.office, case=case, step=step).first()
    if posting is not None and (posting.system, posting.operation) != (system, operation):
        raise NeedsReview("basis_changed", f"step {step} was {posting.system} {posting.operation} when it was opened")
    if posting is None:
        with _once_per_key():
            return Posting.objects.create(
                office=case.office,
                case=case,
                step=step,
                system=system,
                operation=operation,
                operation_class=operation_class,
                key_digest=key_digest(case.office, system, operation, business_key),
                keys=[business_key],
                carries=list(carries),
                marker=marker_for(case, step),
            )
    # the class says whether a person has to look, so it follows the catalogue
    Posting.objects.filter(pk=posting.pk).update(operation_class=operation_class)
    carry_key(posting, business_key, carries=carries)
    posting.refresh_from_db()
    return posting


@contextmanager
def _once_per_key() -> Iterator[None]:
    """One transaction; two postings with one business key are a clerk's question."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise NeedsReview("business_key_taken") from error


def key_digest(office: str, system: str, operation: str, business_key: str) -> str:
    """What a posting is known by: the business key in its system and operation, keyed for the office."""
    return office_key(office).digest(f"{system}/{operation}/{business_key}")


@_once_per_key()
def carry_key(posting: Posting, business_key: str, *, carries: Sequence[str] | None = None) -> None:
    """Let the posting carry this key from now on; the former ones stay, because `find` looks for them too.

    Nothing changes while an attempt is open: it is settled by what it was sent under.
    """
    digest = key_digest(posting.office, posting.system, posting.operation, business_key)
    taken = posting.carries if carries is None else list(carries)
    if (posting.key_digest, posting.carries) == (digest, taken):
        return
    keys = [*(key for key in posting.keys if key != business_key), business_key]
    is_open = posting.attempts.filter(state__in=OPEN_ATTEMPTS).values("posting")
    guard = Posting.objects.filter(pk=posting.pk, key_digest=posting.key_digest, confirmed_at=None)
    if not guard.exclude(pk__in=is_open).update(key_digest=digest, keys=keys, carries=taken):
        return
    if posting.key_digest != digest:
        data = {"posting": posting.pk, "step": posting.step, "key": audit.keyed(posting.case, business_key)}
        audit.write(posting.case, "key_corrected", actor=Actor.TRANSFER, data=data)


def keys_of(case: Case, *, marker: str) -> list[str]:
    """Every business key that the posting with this marker has carried so far."""
    return [key for keys in case.postings.filter(marker=marker).values_list("keys", flat=True) for key in keys]


def last_attempt(posting: Posting) -> Attempt | None:
    """The newest row of a posting's journal."""
    return posting.attempts.order_by("-number").first()


def open_attempt(posting: Posting, *, token: int, seen: Known) -> Attempt:
    """The attempt to work on, as the table of sequels has it: the `prepared` one of a dead worker, or the next number.

    `seen` is what `find` says of the target now. Raises `NeedsReview` when a person has to look first.
    """
    last = last_attempt(posting)
    state = last.state if last else None
    if last is not None and (last.state in OPEN_ATTEMPTS or last.state == AttemptState.CONFIRMED):
        raise LeaseLost(f"attempt {last.pk} is {last.state}; it must be settled before another is opened")
    row = sequel(state, knowing(seen, state, reason=last.reason if last else ""))
    if row.opens is Opening.NO:
        raise NeedsReview(row.reason)
    if last is not None and row.opens is Opening.SAME:
        if not Attempt.objects.filter(pk=last.pk, state=AttemptState.PREPARED).update(token=token):
            raise LeaseLost(f"attempt {last.pk} was taken over by another worker")
        last.refresh_from_db()
        return last
    number = last.number + 1 if last else 1
    return Attempt.objects.create(posting=posting, number=number, token=token, prepared_at=clock.now())


@transaction.atomic
def looked_for(attempt: Attempt, *, actor: Actor, user: User | None = None) -> None:
    """A person looked into the target system: it is not there, so that the next attempt may open.

    What the person said stands on the attempt that was asked about, and on no other.
    """
    if attempt.state in OPEN_ATTEMPTS:
        advance(attempt, AttemptState.ABSENT, reason=NOT_IN_TARGET, actor=actor, user=user)
        return
    ended = Attempt.objects.filter(pk=attempt.pk, token=attempt.token, state=AttemptState.ABSENT)
    if not ended.update(reason=NOT_IN_TARGET):
        raise LeaseLost(f"attempt {attempt.pk} is no longer ours; {NOT_IN_TARGET} was not written")
    attempt.refresh_from_db()
    _note(attempt, actor=actor, user=user)


def take_over(attempt: Attempt, *, token: int) -> None:
    """Fence the former worker off an open attempt before its outcome is looked up."""
    if not Attempt.objects.filter(pk=attempt.pk, state=attempt.state, token=attempt.token).update(token=token):
        raise LeaseLost(f"attempt {attempt.pk} was taken over by another worker")
    attempt.refresh_from_db()


@transaction.atomic
def advance(
    attempt: Attempt,
    state: AttemptState,
    *,
    reason: str = "",
    actor: Actor = Actor.TRANSFER,
    user: User | None = None,
    **columns: Any,
) -> None:
    """Write the next state of an attempt with its audit event; raises `LeaseLost` when the row is no longer ours."""
    # the case before the attempt, as everybody does: the chain of its events is appended under the same lock
    Case.objects.select_for_update().get(pk=attempt.posting.case_id)
    moment = clock.now()
    if state is AttemptState.ARMED:
        columns["armed_at"] = moment
    elif state in ENDED:
        columns["ended_at"] = moment
    guard = Attempt.objects.filter(pk=attempt.pk, token=attempt.token, state__in=MOVES[state])
    if not guard.update(state=state, reason=reason, **columns):
        raise LeaseLost(f"attempt {attempt.pk} is no longer ours; {state} was not written")
    attempt.refresh_from_db()
    _note(attempt, actor=actor, user=user)


def _note(attempt: Attempt, *, actor: Actor, user: User | None) -> None:
    case = attempt.posting.case
    data = {"attempt": attempt.pk, "number": attempt.number, "step": attempt.posting.step, "reason": attempt.reason}
    if attempt.receipt:
        data["receipt"] = audit.keyed(case, attempt.receipt)
    audit.write(case, f"attempt_{attempt.state}", actor=actor, user=user, data=data)


@transaction.atomic
def confirm(attempt: Attempt, *, receipt: str, actor: Actor = Actor.TRANSFER, user: User | None = None) -> None:
    """The target system holds the posting: attempt and posting are confirmed, the fields it carried are locked."""
    advance(attempt, AttemptState.CONFIRMED, actor=actor, user=user, receipt=receipt[:200])
    posting = attempt.posting
    Posting.objects.filter(pk=posting.pk).update(confirmed_at=clock.now(), receipt=receipt[:200])
    posting.case.fields.filter(name__in=posting.carries).update(locked=True)


class JournalDeparture:
    """Lets the one irrevocable request leave after `sent` stands durably in the journal (DESIGN §5).

    The gate calls it from a thread of its own, whose connection is closed again. If `sent` cannot be written, nothing
    leaves.
    """

    def __init__(self, attempt: Attempt, *, longest_request: int, settle_seconds: int) -> None:
        """Times in seconds; after `settle_seconds`, at least the longest request, it takes no effect any more."""
        self._attempt = attempt
        self._longest_request = longest_request
        self._thread = threading.get_ident()
        self._settle_seconds = max(longest_request, settle_seconds)

    def may_leave(self, sign: str, digest: str) -> Permit | Refusal:
        """Write `sent` if the attempt is armed and ours and enough lease is left; refuse otherwise."""
        try:
            return self._write_sent(sign, digest)
        finally:
            if threading.get_ident() != self._thread:
                hang_up()

    def _write_sent(self, sign: str, digest: str) -> Permit | Refusal:
        moment = clock.now()
        case = self._attempt.posting.case
        enough = moment + timedelta(seconds=self._longest_request)
        with transaction.atomic():
            held = Case.objects.filter(pk=case.pk, token=self._attempt.token, lease_until__gte=enough)
            # locked, so that nobody takes the case over between this look and the write
            if not held.select_for_update().exists():
                return Refusal("the lease is lost or too short")
            sent = Attempt.objects.filter(
                pk=self._attempt.pk, token=self._attempt.token, state=AttemptState.ARMED
            ).update(
                state=AttemptState.SENT,
                sent_at=moment,
                sign=sign[:120],
                request_digest=digest[:64],
                settle_until=moment + timedelta(seconds=self._settle_seconds),
            )
            if not sent:
                return Refusal("the attempt is not armed for this worker")
            data = {"attempt": self._attempt.pk, "sign": sign, "request": digest}
            audit.write(case, "attempt_sent", actor=Actor.TRANSFER, data=data)
        return Permit()
