"""Taking a case into work: one guarded UPDATE of state, lease and fencing token, then its row count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from casework.actions import audit, clock, leases
from casework.actions.move import move
from casework.record.models import Attempt, Case, Pause, Posting
from casework.words.errors import LeaseLost
from casework.words.states import OPEN_ATTEMPTS, Actor, AttemptState, State

PREPARE_SECONDS = 300
TRANSFER_SECONDS = 180
"""Renewed before every verb; the gate refuses when less than the longest request is left of it."""
CANDIDATES = 20


def claim_new() -> Case | None:
    """The oldest case in `new` that nobody works on, under a lease; None when there is none."""
    moment = clock.now()
    waiting = _not_paused(_free(Case.objects.filter(state=State.NEW), moment)).order_by("-priority", "opened_at")
    for case in waiting[:CANDIDATES]:
        if _take(case, moment, seconds=PREPARE_SECONDS):
            return case
    return None


def claim_ready(*, office: str | None = None, processes: set[str] | None = None) -> Case | None:
    """The next case in `ready` whose time has come, moved to `posting` under a lease."""
    moment = clock.now()
    waiting = _free(Case.objects.filter(state=State.READY), moment).filter(
        Q(not_before=None) | Q(not_before__lte=moment)
    )
    for case in _narrow(_not_paused(waiting), office, processes).order_by("-priority", "due", "opened_at")[:CANDIDATES]:
        with transaction.atomic():
            if not _take(case, moment, seconds=TRANSFER_SECONDS):
                continue
            move(case, State.POSTING, actor=Actor.TRANSFER, reason="claimed", token=case.token)
        return case
    return None


def claim_this(case: Case) -> bool:
    """Claim exactly this case, in `ready` or unleased in `posting`; False when another worker has it."""
    moment = clock.now()
    with transaction.atomic():
        if case.state not in (State.READY, State.POSTING) or not _take(case, moment, seconds=TRANSFER_SECONDS):
            return False
        if case.state == State.READY:
            move(case, State.POSTING, actor=Actor.TRANSFER, reason="claimed", token=case.token)
    return True


def claim_settled(*, office: str | None = None, processes: set[str] | None = None) -> Case | None:
    """A case in `posting` whose outcome may be looked up now: no lease, settle time over."""
    moment = clock.now()
    waiting = _free(Case.objects.filter(state=State.POSTING), moment).filter(
        Q(not_before=None) | Q(not_before__lte=moment),
        postings__attempts__state__in=OPEN_ATTEMPTS,
        postings__attempts__settle_until__lte=moment,
    )
    for case in _narrow(_not_paused(waiting), office, processes).distinct().order_by("opened_at")[:CANDIDATES]:
        if _take(case, moment, seconds=TRANSFER_SECONDS):
            return case
    return None


def renew(case_id: int, *, token: int, seconds: int = TRANSFER_SECONDS) -> None:
    """Keep the lease of a case that is still ours by the fencing token; raises `LeaseLost` otherwise."""
    until = clock.now() + timedelta(seconds=seconds)
    if not Case.objects.filter(pk=case_id, token=token).update(lease_until=until):
        raise LeaseLost(f"case {case_id} is worked on by somebody else; nothing more is written")


def let_go(case: Case) -> None:
    """Give the lease of a case back without moving it."""
    Case.objects.filter(pk=case.pk, token=case.token).update(lease_until=None, lease_holder="")


def reap(*, settle_seconds: int, settle_of: Callable[[Posting], int] | None = None) -> int:
    """Deal with cases in `posting` whose worker died, by what their journal says; returns how many.

    Nothing armed: back to `ready`. Armed or later: possibly sent, so a settle time is set, after which `find` decides:
    in seconds what `settle_of` says for the posting's system, else `settle_seconds`.
    """
    free_dead()
    moment = clock.now()
    dead = list(_free(Case.objects.filter(state=State.POSTING), moment))
    return sum(_reap_one(case, moment, settle_of or (lambda _posting: settle_seconds)) for case in dead)


def free_dead() -> int:
    """Free the cases whose worker died on this machine, so that nobody waits for the clock; returns how many."""
    moment, freed = clock.now(), 0
    for case in Case.objects.filter(lease_until__gt=moment).exclude(lease_holder=""):
        if leases.is_dead(case.lease_holder):
            guard = Case.objects.filter(pk=case.pk, token=case.token, lease_holder=case.lease_holder)
            freed += guard.update(lease_until=None, lease_holder="")
    return freed


def _reap_one(case: Case, moment: datetime, settle_of: Callable[[Posting], int]) -> bool:
    open_attempts = Attempt.objects.filter(posting__case=case, state__in=OPEN_ATTEMPTS)
    with transaction.atomic():
        if not open_attempts.exists():
            if not _take(case, moment, seconds=30):
                return False
            move(case, State.READY, actor=Actor.REAPER, reason="lease_expired", token=case.token)
            return True
        lost = open_attempts.exclude(state=AttemptState.UNKNOWN).filter(settle_until=None)
        if not sum(_let_settle(attempt, moment, settle_of) for attempt in lost.select_related("posting")):
            return False
        audit.write(case, "settling", actor=Actor.REAPER, data={"reason": "lease_expired"})
    return True


def _let_settle(attempt: Attempt, moment: datetime, settle_of: Callable[[Posting], int]) -> int:
    until = moment + timedelta(seconds=settle_of(attempt.posting))
    return Attempt.objects.filter(pk=attempt.pk, settle_until=None).update(settle_until=until)


def _free(cases: QuerySet[Case], moment: datetime) -> QuerySet[Case]:
    return cases.filter(Q(lease_until=None) | Q(lease_until__lte=moment))


def _narrow(cases: QuerySet[Case], office: str | None, processes: set[str] | None) -> QuerySet[Case]:
    if office is not None:
        cases = cases.filter(office=office)
    return cases if processes is None else cases.filter(process__in=processes)


def _not_paused(cases: QuerySet[Case]) -> QuerySet[Case]:
    pauses = Pause.objects.filter(ended_at=None)
    for pause in pauses:
        if pause.scope == "all":
            return cases.none()
        if pause.scope in ("office", "process"):
            cases = cases.exclude(**{pause.scope: pause.name})
    return cases


def _take(case: Case, moment: datetime, *, seconds: int) -> bool:
    taken = _free(Case.objects.filter(pk=case.pk, state=case.state, token=case.token), moment).update(
        lease_until=moment + timedelta(seconds=seconds), lease_holder=leases.holder(), token=F("token") + 1
    )
    if taken:
        case.refresh_from_db()
    return bool(taken)
