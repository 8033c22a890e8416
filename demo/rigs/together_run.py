"""Several workers at once, without kills: each case is posted once, also when the target system goes away in between.

`python -m demo.rigs.together_run --cases N --workers N --folder F [--logins N] [--outage]`: its counts on one line.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from demo.rigs.crash_world import SECOND_USER, SEED, USER, Book, count, write_configuration
from demo.rigs.faults import OPEN_DOORS
from demo.rigs.nursery import Nursery
from demo.targets.control import TargetProcess

DEADLINE_SECONDS = 300.0
LOOK_SECONDS = 0.1


class NotInTime(RuntimeError):
    """Something that had to happen did not."""


def main() -> None:
    """Run, and print `{"postings", "duplicates", "lost", "to_human", "by_user"}`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--logins", type=int, choices=(1, 2), default=2)
    parser.add_argument("--outage", action="store_true")
    given = parser.parse_args()
    with TargetProcess("haushaltskasse", data=given.folder / "target", options=["--calm"], seed=SEED) as target:
        os.environ |= write_configuration(given.folder, target.url, users=(USER, SECOND_USER)[: given.logins])
        target.faults(*OPEN_DOORS)
        book = Book()
        book.release_invoices(given.cases)
        _work_together(book, given.workers, target, outage=given.outage)
        by_user = Counter(row["erfasst_von"] for row in target.truth()["belege"])
        counted = {**count(target, given.folder / "drop", given.cases), "to_human": book.with_a_human()}
        print(json.dumps({"postings": given.cases, **counted, "by_user": by_user}))


def _work_together(book: Book, workers: int, target: TargetProcess, *, outage: bool) -> None:
    with ExitStack() as stack:
        lives = [stack.enter_context(Nursery()).bear() for _ in range(workers)]
        if outage:
            _go_away(target)
        ends = [life.ended(within=DEADLINE_SECONDS) for life in lives]
    if any(ends) or book.open_cases():
        raise NotInTime(f"the workers ended with {ends} and left {book.open_cases()} cases")


def _go_away(target: TargetProcess) -> None:
    """After the first booking the target system is gone, until its breaker has opened."""
    _await("a first booking", lambda: bool(target.truth()["belege"]))
    target.stop()
    _await("the breaker", _breaker_is_open)
    target.start()
    target.faults(*OPEN_DOORS)


def _breaker_is_open() -> bool:
    from casework.record.connections import hang_up
    from casework.record.models import SystemHealth

    try:
        return SystemHealth.objects.filter(kind="system", name="haushaltskasse").exclude(paused_until=None).exists()
    finally:
        hang_up()


def _await(what: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise NotInTime(f"{what} did not come")
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    main()
