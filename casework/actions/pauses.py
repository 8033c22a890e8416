"""Stopping and resuming: everything, an office, process, target system or mailbox, with a policy for what waited."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from casework.actions import audit, clock, health
from casework.actions.force import current
from casework.actions.move import move
from casework.policies.permissions import SCOPES
from casework.record.models import Case, Pause
from casework.words.errors import AmtsboteError
from casework.words.states import Actor, State

if TYPE_CHECKING:
    from django.contrib.auth.models import User

AGAIN = "withdrawn_by_officer"


class Backlog(StrEnum):
    """What becomes of the cases that waited when a pause ends."""

    WORK_OFF = "work-off"
    EXPIRE = "expire"
    ASK = "ask"


class NothingToPause(AmtsboteError):
    """The scope or name is unknown."""


@transaction.atomic
def pause(scope: str, name: str = "", *, backlog: Backlog = Backlog.WORK_OFF, user: User | None = None) -> Pause:
    """Stop work on everything (`all`), an office, process, system or mailbox. Stopping it twice keeps the first pause.

    What a bot has already armed is brought to its end; nothing new is begun.
    """
    _check(scope, name)
    running = active(scope, name).first()
    if running is not None:
        Pause.objects.filter(pk=running.pk).update(backlog=backlog)
        _note("pause_changed", running, user, {"backlog": backlog})
        return running
    begun = Pause.objects.create(scope=scope, name=name, backlog=backlog, since=clock.now(), user=user)
    _note("paused", begun, user, {"backlog": backlog})
    return begun


@transaction.atomic
def resume(scope: str, name: str = "", *, backlog: Backlog | None = None, user: User | None = None) -> int:
    """End the pause; returns how many waiting cases its backlog policy concerned.

    `work-off` carries them over, `expire` lets them expire, `ask` lays them before a clerk once more. A system or
    mailbox that waits for an officer after a refused login may be tried again.
    """
    _check(scope, name)
    running = active(scope, name).first()
    policy = backlog or Backlog(running.backlog if running else Backlog.WORK_OFF)
    active(scope, name).update(ended_at=clock.now())
    stopped = _let_try_again(scope, name)
    waiting = _waiting(scope, name)
    waiting.filter(reason="system_paused").update(not_before=None)
    concerned = _deal_with(waiting, policy, user)
    if running is not None or stopped:
        about = running or Pause(scope=scope, name=name)
        _note("resumed", about, user, {"backlog": policy, "cases": concerned})
    return concerned


def active(scope: str | None = None, name: str = "") -> QuerySet[Pause]:
    """Pauses that hold now, all of them or of one scope and name."""
    held = Pause.objects.filter(ended_at=None).order_by("since")
    return held if scope is None else held.filter(scope=scope, name=name)


def _check(scope: str, name: str) -> None:
    if scope not in SCOPES:
        raise NothingToPause(f"{scope!r} cannot be paused; use one of {', '.join(SCOPES)}")
    if scope == "all":
        if name:
            raise NothingToPause("'all' takes no name")
        return
    known = _known(scope)
    if name not in known:
        raise NothingToPause(f"there is no {scope} {name!r}; known are {', '.join(sorted(known)) or 'none'}")


def mailboxes() -> list[str]:
    """The names under which mailboxes and watched folders are stopped: `office/account`."""
    offices = current().offices.values()
    return [health.paused_name(office.id, "mailbox", door.account) for office in offices for door in office.doors]


def _known(scope: str) -> Collection[str]:
    configuration = current()
    named: dict[str, Collection[str]] = {
        "office": configuration.offices,
        "process": configuration.processes,
        "system": configuration.systems,
        "mailbox": mailboxes(),
    }
    return named[scope]


def _waiting(scope: str, name: str) -> QuerySet[Case]:
    if scope == "mailbox":
        return Case.objects.none()
    ready = Case.objects.filter(state=State.READY)
    if scope == "office":
        return ready.filter(office=name)
    if scope == "process":
        return ready.filter(process=name)
    if scope == "system":
        posting = [p.id for p in current().processes.values() if name in {step.system for step in p.postings}]
        return ready.filter(process__in=posting)
    return ready


def _deal_with(waiting: QuerySet[Case], policy: Backlog, user: User | None) -> int:
    if policy is Backlog.EXPIRE:
        return sum(_let_expire(case, user) for case in waiting.exclude(postings__confirmed_at__isnull=False))
    if policy is Backlog.ASK:
        cases = list(waiting)
        for case in cases:
            move(case, State.REVIEW, actor=Actor.OFFICER, reason=AGAIN, user=user, reasons=[AGAIN])
        return len(cases)
    return waiting.count()


def _let_expire(case: Case, user: User | None) -> int:
    audit.write(case, "expires_now", actor=Actor.OFFICER, user=user)
    return Case.objects.filter(pk=case.pk, state=State.READY).update(expires=clock.now())


def _let_try_again(scope: str, name: str) -> int:
    """Close the breaker of a system or mailbox, and take back its call for an officer; how many called for one."""
    if scope == "system":
        return health.resume(scope, name)
    if scope == "mailbox":
        office, _, account = name.partition("/")
        return health.resume(scope, account, office=office)
    return 0


def _note(code: str, about: Pause, user: User | None, data: dict[str, object]) -> None:
    office = about.name.partition("/")[0] if about.scope in ("office", "mailbox") else ""
    details = {"scope": about.scope, "name": about.name, **data}
    audit.write(None, code, actor=Actor.OFFICER, user=user, office=office, data=details)
