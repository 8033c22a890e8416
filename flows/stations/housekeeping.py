"""The small round a minute: reap what a dead worker left, keep the books, say which flows should be running."""

from __future__ import annotations

from casework.actions import reaping, upkeep
from casework.record.connections import hang_up
from casework.register import books


def tidy() -> list[str]:
    """One round; returns the names of the deployments that have work waiting."""
    try:
        reaping.clear_up()
        upkeep.expire()
        upkeep.sweep()
        books.go_on()
        return upkeep.waiting_work()
    finally:
        hang_up()
