"""The posting journal: every write is one guarded UPDATE, by the state before and the fencing token.

`prepared → armed → sent → confirmed | rejected | absent | unknown` (DESIGN §5). A row count of zero means that another
worker took over: `LeaseLost`.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from casework.actions import audit, clock
from casework.record.connections import hang_up
from casework.record.keys import office_key
from casework.record.models import Attempt, Case, Posting
from casework.words.errors import LeaseLost, NeedsReview
from casework.words.states import Actor, AttemptState, OperationClass
from casework.words.work import Permit, Refusal

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOVES: dict[AttemptState, tuple[AttemptState, ...]] = {
    AttemptState.ARMED: (AttemptState.PREPARED,),
    AttemptState.SENT: (AttemptState.ARMED,),
    AttemptState.PREPARED: (AttemptState.ARMED,),
    AttemptState.CONFIRMED: (AttemptState.PREPARED, AttemptState.ARMED, AttemptState.SENT, AttemptState.UNKNOWN),
    AttemptState.REJECTED: (AttemptState.SENT,),
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
    case: Case, *, step: int, system: str, operation: str, operation_class: OperationClass, business_key: str
) -> Posting:
    """The posting of this case and step; made at first, the same one ever after, even when the key is corrected.

    Raises `NeedsReview("business_key_taken")` when another case carries the same business key there.
    """
    key = office_key(case.office).digest(f"{system}/{operation}/{business_key}")
    posting = Posting.objects.filter(office=case.office, case=case, step=step).first()
    try:
        with transaction.atomic():
            if posting is None:
                posting = Posting.objects.create(
                    office=case.office,
                    case=case,
                    step=step,
                    system=system,
                    operation=operation,
                    operation_class=operation_class,
                    key_digest=key,
                    marker=marker_for(case, step),
                )
            elif posting.key_digest != key:
                Posting.objects.filter(pk=posting.pk).update(key_digest=key)
                posting.key_digest = key
    except IntegrityError as error:
        raise NeedsReview("business_key_taken") from error
    return posting


def last_attempt(posting: Posting) -> Attempt | None:
    """The newest row of a posting's journal."""
    return posting.attempts.order_by("-number").first()


def open_attempt(posting: Posting, *, token: int) -> Attempt:
    """The attempt to work on: the `prepared` one that a dead worker left, else the next number."""
    last = last_attempt(posting)
    if last is not None and last.state == AttemptState.PREPARED:
        if not Attempt.objects.filter(pk=last.pk, state=AttemptState.PREPARED).update(token=token):
            raise LeaseLost(f"attempt {last.pk} was taken over by another worker")
        last.refresh_from_db()
        return last
    if last is not None and last.state not in ENDED:
        raise LeaseLost(f"attempt {last.pk} is {last.state}; it must be settled before another is opened")
    number = last.number + 1 if last else 1
    return Attempt.objects.create(posting=posting, number=number, token=token, prepared_at=clock.now())


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
    moment = clock.now()
    if state is AttemptState.ARMED:
        columns["armed_at"] = moment
    elif state in ENDED:
        columns["ended_at"] = moment
    guard = Attempt.objects.filter(pk=attempt.pk, token=attempt.token, state__in=MOVES[state])
    if not guard.update(state=state, reason=reason, **columns):
        raise LeaseLost(f"attempt {attempt.pk} is no longer ours; {state} was not written")
    attempt.refresh_from_db()
    data = {"attempt": attempt.pk, "number": attempt.number, "step": attempt.posting.step, "reason": reason}
    audit.write(attempt.posting.case, f"attempt_{state}", actor=actor, user=user, data=data)


@transaction.atomic
def confirm(attempt: Attempt, *, receipt: str, actor: Actor = Actor.TRANSFER, user: User | None = None) -> None:
    """The target system holds the posting: attempt and posting become confirmed, the case's fields are locked."""
    advance(attempt, AttemptState.CONFIRMED, actor=actor, user=user, receipt=receipt[:200])
    posting = attempt.posting
    Posting.objects.filter(pk=posting.pk).update(confirmed_at=clock.now(), receipt=receipt[:200])
    posting.case.fields.update(locked=True)


class JournalDeparture:
    """Lets the one irrevocable request leave after `sent` stands durably in the journal (DESIGN §5).

    The gate calls it from a thread of its own, whose connection is closed again. If `sent` cannot be written, nothing
    leaves.
    """

    def __init__(self, attempt: Attempt, *, longest_request: int, settle_seconds: int = 0) -> None:
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
