"""The small round a minute: what expired, and which flows have something to do."""

from __future__ import annotations

from casework.actions import claims, clock
from casework.actions.move import move
from casework.record.models import Case, Posting
from casework.words.errors import LeaseLost
from casework.words.states import Actor, State


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
    names = []
    if claims.waiting_to_be_read(clock.now()).exists():
        names.append("prepare")
    if offices_with_postings():
        names.append("transfer")
    return names


def offices_with_postings() -> list[str]:
    """The offices that have something for `transfer` now: a case in `ready`, or one whose outcome can be looked up."""
    moment = clock.now()
    waiting = (claims.waiting_to_be_posted(moment), claims.waiting_to_be_looked_up(moment))
    return sorted({office for cases in waiting for office in cases.values_list("office", flat=True).distinct()})
