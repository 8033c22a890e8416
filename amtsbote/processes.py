"""Processes of this machine as the supervisor sees them: whose child is whose, and who is still there."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def become_subreaper() -> None:
    """From now on orphans among our descendants become our children, so that none escapes."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def children(parent: int) -> list[int]:
    """The living direct children of a process; zombies do not count."""
    return [pid for pid, (above, state) in _table().items() if above == parent and state != "Z"]


def descendants(parent: int) -> list[int]:
    """All living processes below a process, nearest first."""
    table = _table()
    found, layer = [], [parent]
    while layer:
        layer = [pid for pid, (above, _) in table.items() if above in layer]
        found += [pid for pid in layer if table[pid][1] != "Z"]
    return found


def send(pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to each that still lives."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def is_alive(pid: int) -> bool:
    """Is there a process of that number that is no zombie?"""
    row = _row(pid)
    return row is not None and row[1] != "Z"


def wait_until(sign: Callable[[], bool], *, seconds: float, every: float = 0.05) -> bool:
    """Look for a sign until it is there or the time is over; True when it came."""
    deadline = time.monotonic() + seconds
    while not sign():
        if time.monotonic() >= deadline:
            return False
        time.sleep(every)
    return True


def reap_orphans(known: Collection[int]) -> None:
    """Collect dead children that nobody waits for; those `known` are left to their owners."""
    while (dead := _first_dead_child()) is not None and dead not in known:
        os.waitpid(dead, 0)


def _first_dead_child() -> int | None:
    try:
        seen = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return seen.si_pid if seen else None


def _table() -> dict[int, tuple[int, str]]:
    """Parent and state of every process."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return {pid: row for pid in pids if (row := _row(pid)) is not None}


def _row(pid: int) -> tuple[int, str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, parent = text.rpartition(") ")[2].split()[:2]
    return int(parent), state
