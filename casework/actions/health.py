"""Health of target systems and mailboxes: failures in a row open a circuit breaker, a refused login stops the bot."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from casework.actions import clock
from casework.record.models import Pause, SystemHealth

FAILURES_BEFORE_PAUSE = 3
FIRST_PAUSE_SECONDS = 15
LONGEST_PAUSE_SECONDS = 900


def succeeded(office: str, kind: str, name: str) -> None:
    """It answered: the count of failures starts anew.

    What waits for an officer goes on waiting: one worker's success must not undo what another one was refused.
    """
    health = _of(office, kind, name)
    well = SystemHealth.objects.filter(pk=health.pk, needs_officer=False)
    well.update(failures=0, paused_until=None, reason="", words="", last_ok=clock.now())


@transaction.atomic
def failed(office: str, kind: str, name: str, *, reason: str, words: str = "", needs_officer: bool = False) -> None:
    """It did not: after some failures in a row it is left alone for a while, longer each time.

    `needs_officer`: it stays stopped until an officer resumes it (a refused login would lock the account).
    """
    health = SystemHealth.objects.select_for_update().get(pk=_of(office, kind, name).pk)
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
    return not (_paused(office, kind, name) or _unwell().filter(office=office, kind=kind, name=name).exists())


def usable_from(office: str, kind: str, name: str) -> datetime | None:
    """When its breaker closes again; None when none was open, or when a person holds it and nobody knows."""
    if _paused(office, kind, name):
        return None
    health = SystemHealth.objects.filter(office=office, kind=kind, name=name, needs_officer=False).first()
    return health.paused_until if health else None


def stopped_systems() -> set[tuple[str | None, str]]:
    """The target systems that cannot be used now, as (office, system); the office is None where it holds for all."""
    pauses = Pause.objects.filter(ended_at=None, scope="system").values_list("name", flat=True)
    unwell = _unwell().filter(kind="system").values_list("office", "name")
    return {(None, name) for name in pauses} | set(unwell)


def resume(kind: str, name: str, *, office: str | None = None) -> int:
    """Let it be tried again, on an officer's word, in one office or (None) in all; returns how many were stopped."""
    rows = SystemHealth.objects.filter(kind=kind, name=name)
    rows = rows if office is None else rows.filter(office=office)
    stopped = rows.filter(needs_officer=True).count()
    rows.update(needs_officer=False, failures=0, paused_until=None, reason="", words="")
    return stopped


def paused_name(office: str, kind: str, name: str) -> str:
    """Under which name a pause stops it: `office/account` for a mailbox, because each office has its own."""
    return f"{office}/{name}" if kind == "mailbox" else name


def _paused(office: str, kind: str, name: str) -> bool:
    return Pause.objects.filter(ended_at=None, scope=kind, name=paused_name(office, kind, name)).exists()


def _unwell() -> QuerySet[SystemHealth]:
    return SystemHealth.objects.filter(Q(needs_officer=True) | Q(paused_until__gt=clock.now()))


def _of(office: str, kind: str, name: str) -> SystemHealth:
    return SystemHealth.objects.get_or_create(office=office, kind=kind, name=name)[0]
