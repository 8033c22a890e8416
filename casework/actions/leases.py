"""Who works on what: named leases with fencing tokens, one guarded UPDATE each (SQLite and PostgreSQL alike)."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import F

from casework.actions import clock
from casework.record.models import Lease


def holder() -> str:
    """This worker's name as it stands in leases: host, process and when the process began (in clock ticks)."""
    return f"{socket.gethostname()}:{os.getpid()}:{_began(os.getpid())}"


def is_dead(name: str) -> bool:
    """Is the holder a process of this machine that is gone? A holder elsewhere counts as alive."""
    host, _, process = name.rpartition(":")[0].rpartition(":")
    began = name.rpartition(":")[2]
    if host != socket.gethostname() or not process.isdigit():
        return False
    return _began(int(process)) != began


def _began(process: int) -> str:
    """When a process began, in clock ticks since boot; empty when there is none, or only its zombie."""
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return ""
    state, *rest = text.rpartition(")")[2].split()
    return "" if state in "ZX" else rest[18]


def acquire(name: str, *, office: str, seconds: int) -> int | None:
    """Take the lease `name` for work of that office; returns its token, or None when another holds it."""
    moment = clock.now()
    _ensure(name)
    free = Lease.objects.filter(name=name, until__lte=moment)
    if not free.update(holder=holder(), office=office, until=moment + timedelta(seconds=seconds), token=F("token") + 1):
        return None
    return Lease.objects.get(name=name).token


def renew(name: str, token: int, *, seconds: int) -> bool:
    """Keep a lease that is still ours; False when it ran out and was taken."""
    until = clock.now() + timedelta(seconds=seconds)
    return bool(Lease.objects.filter(name=name, token=token).update(until=until))


def release(name: str, token: int) -> None:
    """Give a lease back, if it is still ours."""
    Lease.objects.filter(name=name, token=token).update(until=clock.now(), holder="")


def free_dead() -> int:
    """Free the leases of processes that died on this machine, so that nobody waits for the clock; returns how many."""
    moment, freed = clock.now(), 0
    for lease in Lease.objects.filter(until__gt=moment).exclude(holder=""):
        if is_dead(lease.holder):
            guard = Lease.objects.filter(pk=lease.pk, token=lease.token, holder=lease.holder)
            freed += guard.update(until=moment, holder="")
    return freed


@contextmanager
def held(name: str, *, office: str, seconds: int) -> Iterator[int | None]:
    """Hold a lease for the block; yields its token, or None when another holds it."""
    token = acquire(name, office=office, seconds=seconds)
    try:
        yield token
    finally:
        if token is not None:
            release(name, token)


def _ensure(name: str) -> None:
    if Lease.objects.filter(name=name).exists():
        return
    try:
        with transaction.atomic():
            Lease.objects.create(name=name, until=clock.now() - timedelta(seconds=1))
    except IntegrityError:
        if not Lease.objects.filter(name=name).exists():
            raise
