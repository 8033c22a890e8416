"""The small round a minute: what expired, and which flows have something to do."""

from __future__ import annotations

from django.db.models import Q

from casework.actions import clock
from casework.actions.move import move
from casework.record.models import Case, Order, OrderState, Posting
from casework.words.errors import LeaseLost
from casework.words.states import OPEN_ATTEMPTS, Actor, State


def expire() -> int:
    """Close released cases whose time has run out and of which nothing was posted; returns how many."""
    posted, closed = Posting.objects.exclude(confirmed_at=None).values("case"), 0
    for case in Case.objects.filter(state=State.READY, expires__lte=clock.now()).exclude(pk__in=posted):
        try:
            move(case, State.CLOSED, actor=Actor.HOUSEKEEPING, reason="expired")
        except LeaseLost:
            continue
        closed += 1
    return closed


def waiting_work() -> list[str]:
    """Which of `prepare` and `transfer` have something to do now."""
    moment = clock.now()
    free = Q(lease_until=None) | Q(lease_until__lte=moment)
    due = Q(not_before=None) | Q(not_before__lte=moment)
    settled = Q(
        state=State.POSTING,
        postings__attempts__state__in=OPEN_ATTEMPTS,
        postings__attempts__settle_until__lte=moment,
    )
    names = []
    new = Case.objects.filter(free, state=State.NEW).exists()
    if new or Order.objects.filter(state=OrderState.WAITING).exists():
        names.append("prepare")
    if Case.objects.filter(free & due).filter(Q(state=State.READY) | settled).exists():
        names.append("transfer")
    return names
