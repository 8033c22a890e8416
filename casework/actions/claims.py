"""Taking a case into work: one guarded UPDATE of state, lease and fencing token, then its row count."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from casework.actions import clock, health, leases
from casework.actions.force import current
from casework.actions.move import move
from casework.configuration.processes import Process
from casework.record.models import Attempt, Case, Pause
from casework.words.answers import FIRST_ANSWER_STEP
from casework.words.errors import LeaseLost
from casework.words.mailbox import BY_HAND_ACCOUNT
from casework.words.states import OPEN_ATTEMPTS, Actor, State

PREPARE_SECONDS = 300
TRANSFER_SECONDS = 180
"""Renewed before every verb; the gate refuses when less than the longest request is left of it."""
CANDIDATES = 20
AT_REST = (State.REVIEW, State.DONE, State.CLOSED)


def claim_new(*, after: str = "") -> Case | None:
    """The oldest case in `new` of the office that comes `after` another, under a lease; None when there is none.

    Offices take turns, so that what one of them is sent never stops the others. `begun` counts with the claim: it
    stays when the worker dies over the case.
    """
    moment = clock.now()
    waiting = waiting_to_be_read(moment)
    offices = sorted(waiting.order_by().values_list("office", flat=True).distinct())
    for office in sorted(offices, key=lambda name: name <= after):
        for case in waiting.filter(office=office).order_by("opened_at")[:CANDIDATES]:
            if take(case, moment, seconds=PREPARE_SECONDS, begun=F("begun") + 1):
                return case
    return None


def claim_ready(*, office: str | None = None, processes: set[str] | None = None) -> Case | None:
    """The next case in `ready` whose time has come, moved to `posting` under a lease; what is due first goes first."""
    moment = clock.now()
    waiting = _narrow(waiting_to_be_posted(moment), office, processes)
    # without a word on nulls, each database has its own
    for case in waiting.order_by(F("due").asc(nulls_last=True), "opened_at")[:CANDIDATES]:
        with transaction.atomic():
            if not take(case, moment, seconds=TRANSFER_SECONDS):
                continue
            move(case, State.POSTING, actor=Actor.TRANSFER, reason="claimed", token=case.token)
        return case
    return None


def claim_this(case: Case) -> bool:
    """Claim exactly this case, in `ready` or unleased in `posting`; False when another worker has it."""
    moment = clock.now()
    with transaction.atomic():
        if case.state not in (State.READY, State.POSTING) or not take(case, moment, seconds=TRANSFER_SECONDS):
            return False
        if case.state == State.READY:
            move(case, State.POSTING, actor=Actor.TRANSFER, reason="claimed", token=case.token)
    return True


def claim_settled(*, office: str | None = None, processes: set[str] | None = None) -> Case | None:
    """A case in `posting` whose outcome may be looked up now: no lease, settle time over."""
    moment = clock.now()
    waiting = _narrow(waiting_to_be_looked_up(moment), office, processes)
    for case in waiting.order_by("opened_at")[:CANDIDATES]:
        if take(case, moment, seconds=TRANSFER_SECONDS):
            return case
    return None


def waiting_to_be_read(moment: datetime) -> QuerySet[Case]:
    """Cases in `new` that prepare can take now."""
    return _workable(State.NEW, moment)


def waiting_to_be_posted(moment: datetime) -> QuerySet[Case]:
    """Cases in `ready` that transfer can take now: all the systems of their process can be used."""
    return _with_usable_systems(_workable(State.READY, moment))


def waiting_to_be_looked_up(moment: datetime) -> QuerySet[Case]:
    """Cases in `posting` of which something may have left, whose settle time is over."""
    own = Attempt.objects.filter(posting__step__lt=FIRST_ANSWER_STEP)
    settled = own.filter(state__in=OPEN_ATTEMPTS, settle_until__lte=moment)
    waiting = _workable(State.POSTING, moment).filter(pk__in=settled.values("posting__case"))
    return _with_usable_systems(waiting)


def at_rest(moment: datetime) -> QuerySet[Case]:
    """Cases that no worker moves and none works on: what goes along with them may be done now."""
    cases = unleased(Case.objects.filter(state__in=AT_REST), moment)
    return _not_paused(cases.exclude(message__account=BY_HAND_ACCOUNT))


def renew(case_id: int, *, token: int, seconds: int = TRANSFER_SECONDS) -> None:
    """Keep the lease of a case that is still ours by the fencing token; raises `LeaseLost` otherwise."""
    until = clock.now() + timedelta(seconds=seconds)
    if not Case.objects.filter(pk=case_id, token=token).update(lease_until=until):
        raise LeaseLost(f"case {case_id} is worked on by somebody else; nothing more is written")


def let_go(case: Case) -> None:
    """Give the lease of a case back without moving it."""
    Case.objects.filter(pk=case.pk, token=case.token).update(lease_until=None, lease_holder="")


def take(case: Case, moment: datetime, *, seconds: int, **changes: Any) -> bool:
    """Lease a case that nobody works on, as it was read, and count its fencing token up; False when one was faster."""
    taken = unleased(Case.objects.filter(pk=case.pk, state=case.state, token=case.token), moment).update(
        lease_until=moment + timedelta(seconds=seconds), lease_holder=leases.holder(), token=F("token") + 1, **changes
    )
    if taken:
        case.refresh_from_db()
    return bool(taken)


def unleased(cases: QuerySet[Case], moment: datetime) -> QuerySet[Case]:
    """Those of the cases that nobody works on."""
    return cases.filter(Q(lease_until=None) | Q(lease_until__lte=moment))


def _workable(state: State, moment: datetime) -> QuerySet[Case]:
    """Unleased, due, not paused; and what somebody posts by hand is theirs alone."""
    cases = unleased(Case.objects.filter(state=state), moment).filter(Q(not_before=None) | Q(not_before__lte=moment))
    return _not_paused(cases.exclude(message__account=BY_HAND_ACCOUNT))


def _narrow(cases: QuerySet[Case], office: str | None, processes: set[str] | None) -> QuerySet[Case]:
    if office is not None:
        cases = cases.filter(office=office)
    return cases if processes is None else cases.filter(process__in=processes)


def _not_paused(cases: QuerySet[Case]) -> QuerySet[Case]:
    for pause in Pause.objects.filter(ended_at=None):
        if pause.scope == "all":
            return cases.none()
        if pause.scope in ("office", "process"):
            cases = cases.exclude(**{pause.scope: pause.name})
    return cases


def _with_usable_systems(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Without the cases that would only be put back, because a system of their process cannot be used now."""
    stopped = health.stopped_systems()
    processes = current().processes.values() if stopped else ()
    for office, system in stopped:
        concerned = Q(process__in=[process.id for process in processes if _posts_into(process, system)])
        cases = cases.exclude(concerned if office is None else concerned & Q(office=office))
    return cases


def _posts_into(process: Process, system: str) -> bool:
    return any(step.system == system for step in process.postings)
