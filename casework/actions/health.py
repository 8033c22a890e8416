"""Health of target systems and mailboxes: failures in a row open a circuit breaker, a refused login stops the bot."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from casework.actions import clock
from casework.record.models import Pause, SystemHealth

FAILURES_BEFORE_PAUSE = 3
FIRST_PAUSE_SECONDS = 15
LONGEST_PAUSE_SECONDS = 900


def succeeded(office: str, kind: str, name: str) -> None:
    """It answered: the count of failures starts anew."""
    health = _of(office, kind, name)
    if health.failures or health.paused_until or health.last_ok is None or health.needs_officer:
        health.failures, health.paused_until, health.reason, health.words = 0, None, "", ""
        health.needs_officer = False
    health.last_ok = clock.now()
    health.save()


@transaction.atomic
def failed(office: str, kind: str, name: str, *, reason: str, words: str = "", needs_officer: bool = False) -> None:
    """It did not: after some failures in a row it is left alone for a while, longer each time.

    `needs_officer`: it stays stopped until an officer resumes it (a refused login would lock the account).
    """
    health = _of(office, kind, name)
    moment = clock.now()
    health.failures += 1
    health.last_failure, health.reason, health.words = moment, reason[:60], words
    health.needs_officer = health.needs_officer or needs_officer
    excess = health.failures - FAILURES_BEFORE_PAUSE
    if excess >= 0:
        seconds = min(FIRST_PAUSE_SECONDS * 2**excess, LONGEST_PAUSE_SECONDS)
        health.paused_until = moment + timedelta(seconds=seconds)
    health.save()


def usable(office: str, kind: str, name: str) -> bool:
    """May it be tried now? Not while paused, stopped, or waiting for an officer."""
    if Pause.objects.filter(ended_at=None, scope=kind, name=name).exists():
        return False
    health = SystemHealth.objects.filter(office=office, kind=kind, name=name).first()
    if health is None:
        return True
    return not health.needs_officer and (health.paused_until is None or health.paused_until <= clock.now())


def usable_from(office: str, kind: str, name: str) -> datetime | None:
    """When a breaker that is open now closes again; None when none is open."""
    health = SystemHealth.objects.filter(office=office, kind=kind, name=name).first()
    return health.paused_until if health else None


def _of(office: str, kind: str, name: str) -> SystemHealth:
    return SystemHealth.objects.get_or_create(office=office, kind=kind, name=name)[0]
