"""What a worker that died left behind, by what its journal says; every minute, and before a transfer worker starts.

| the case of the dead worker | becomes |
|---|---|
| `new`: it was being read | free: prepare reads it once more |
| `posting`, nothing armed | `ready`: nothing left |
| `posting`, armed or later | stays: possibly sent, so it gets the settle time of its system, then `find` decides |
| `posting`, by hand | `review`: no worker takes it, so a person hears of it; what may have left, once settled |
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from casework.actions import audit, claims, clock, leases
from casework.actions.force import current
from casework.actions.move import move
from casework.record.models import Attempt, Case, Posting
from casework.words.answers import FIRST_ANSWER_STEP
from casework.words.mailbox import BY_HAND_ACCOUNT
from casework.words.states import OPEN_ATTEMPTS, Actor, AttemptState, State

UNKNOWN_SYSTEM_SECONDS = 120
"""How long a request may still take effect in a system that the configuration no longer knows."""
TAKEN_SECONDS = 30


def clear_up() -> int:
    """Free what the dead held, and deal with their cases in `posting`; returns how many of these there were."""
    free_dead()
    return reap()


def free_dead() -> int:
    """Free the leases and cases of processes that died on this machine, so that nobody waits for the clock."""
    moment, freed = clock.now(), leases.free_dead()
    for case in Case.objects.filter(lease_until__gt=moment).exclude(lease_holder=""):
        if leases.is_dead(case.lease_holder):
            guard = Case.objects.filter(pk=case.pk, token=case.token, lease_holder=case.lease_holder)
            freed += guard.update(lease_until=None, lease_holder="")
    return freed


def reap() -> int:
    """Deal with the cases in `posting` whose worker is gone; returns how many were moved or given a settle time."""
    moment = clock.now()
    left = claims.unleased(Case.objects.filter(state=State.POSTING), moment).select_related("message")
    return sum(_reap_one(case, moment) for case in list(left))


def _reap_one(case: Case, moment: datetime) -> bool:
    is_by_hand = case.message.account == BY_HAND_ACCOUNT
    unsettled = _own_attempts(case)
    if not unsettled.exists():
        return _to_a_person(case, moment, "posting_failed") if is_by_hand else _give_back(case, moment)
    if _let_settle(case, moment):
        return True
    is_over = not unsettled.filter(settle_until__gt=moment).exists()
    return is_by_hand and is_over and _to_a_person(case, moment, "outcome_unknown")


def _own_attempts(case: Case) -> QuerySet[Attempt]:
    """The open attempts of the case's own way; its answers end by themselves."""
    return Attempt.objects.filter(posting__case=case, posting__step__lt=FIRST_ANSWER_STEP, state__in=OPEN_ATTEMPTS)


@transaction.atomic
def _give_back(case: Case, moment: datetime) -> bool:
    if not claims.take(case, moment, seconds=TAKEN_SECONDS):
        return False
    move(case, State.READY, actor=Actor.REAPER, reason="lease_expired", token=case.token)
    return True


@transaction.atomic
def _to_a_person(case: Case, moment: datetime, reason: str) -> bool:
    if not claims.take(case, moment, seconds=TAKEN_SECONDS):
        return False
    move(case, State.REVIEW, actor=Actor.REAPER, reason=reason, token=case.token, reasons=[reason])
    return True


@transaction.atomic
def _let_settle(case: Case, moment: datetime) -> bool:
    """Give what the dead worker armed a settle time, unless it has one; an `unknown` outcome is a person's question."""
    untouched = claims.unleased(Case.objects.filter(pk=case.pk, token=case.token, state=State.POSTING), moment)
    if not untouched.select_for_update(no_key=True).exists():
        return False
    lost = _own_attempts(case).filter(settle_until=None).exclude(state=AttemptState.UNKNOWN).select_related("posting")
    given = 0
    for attempt in lost:
        until = moment + timedelta(seconds=_settle_seconds(attempt.posting))
        given += Attempt.objects.filter(pk=attempt.pk, settle_until=None).update(settle_until=until)
    if given:
        audit.write(case, "settling", actor=Actor.REAPER, data={"reason": "lease_expired"})
    return bool(given)


def _settle_seconds(posting: Posting) -> int:
    configuration = current()
    if posting.system not in configuration.systems or posting.office not in configuration.offices:
        return UNKNOWN_SYSTEM_SECONDS
    return int(configuration.system_for(posting.office, posting.system).settle_s)
