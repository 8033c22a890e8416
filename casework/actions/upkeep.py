"""The small round a minute: what expired, and which flows have something to do."""

from __future__ import annotations

from casework.actions import claims, clock, reconciliation, sending
from casework.actions.evidence import evidence_store
from casework.actions.force import current
from casework.actions.move import move
from casework.record.models import Case, Posting
from casework.record.store import Store
from casework.words.answers import FIRST_ANSWER_STEP
from casework.words.errors import LeaseLost
from casework.words.states import Actor, State


def expire() -> int:
    """Close released cases whose time has run out and of which nothing was posted; returns how many."""
    own = Posting.objects.filter(step__lt=FIRST_ANSWER_STEP)
    posted, closed = own.exclude(confirmed_at=None).values("case"), 0
    for case in Case.objects.filter(state=State.READY, expires__lte=clock.now()).exclude(pk__in=posted):
        try:
            move(case, State.CLOSED, actor=Actor.HOUSEKEEPING, reason="expired")
        except LeaseLost:
            continue
        closed += 1
    return closed


def sweep() -> int:
    """Take away drafts of files that a crash left in the stores; returns how many."""
    return sum(Store(office).sweep() + evidence_store(office).sweep() for office in current().offices)


def waiting_work() -> list[str]:
    """Which of `prepare`, `transfer` and `reconcile` have something to do now."""
    names = []
    if claims.waiting_to_be_read(clock.now()).exists():
        names.append("prepare")
    if offices_with_postings():
        names.append("transfer")
    if reconciliation.due(clock.now()):
        names.append("reconcile")
    return names


def offices_with_postings() -> list[str]:
    """The offices that have something for `transfer` now: a case in `ready`, one to be looked up, or an answer."""
    moment = clock.now()
    waiting = (claims.waiting_to_be_posted(moment), claims.waiting_to_be_looked_up(moment))
    offices = {office for cases in waiting for office in cases.values_list("office", flat=True).distinct()}
    return sorted(offices.union(sending.waiting(moment).values_list("case__office", flat=True).distinct()))
