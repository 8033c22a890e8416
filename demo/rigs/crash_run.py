"""One run of the crash rig: one fault mode on one database, until so many kills were done; prints its counts."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from demo.rigs import strikes
from demo.rigs.crash_world import SEED, Book, Person, count, write_configuration
from demo.rigs.faults import LATENCY_SECONDS, MODES, OPEN_DOORS, arm
from demo.rigs.kill_points import ON_THE_WIRE, POINTS, SELDOM, SIDES, Fate
from demo.rigs.nursery import Life, Nursery
from demo.targets.control import TargetProcess

LONGEST_LIFE_SECONDS = 30.0
RARE_LIFE_SECONDS = 5.0
"""After this a worker whose fate is a point that is seldom passed is killed wherever it is."""
DEADLINE_SECONDS = 1800.0
STOCK = 3
"""So many open cases a worker finds at least when it begins."""
KILLED = -9


def main() -> None:
    """Run, and print the counts as one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mode", required=True, choices=MODES)
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    faults = given.folder / "faults.json"
    arm(faults, given.mode)
    options = ["--latency", str(LATENCY_SECONDS), "--faults", str(faults)]
    with TargetProcess(
        "haushaltskasse", data=given.folder / "target", options=options, seed=SEED, auto_restart=True
    ) as target:
        os.environ |= write_configuration(given.folder, target.url)
        print(json.dumps(_Run(target, given.folder, seed=given.seed).go(given.kills)))


class _Run:
    """Kills, then lets an honest worker finish, then asks a person, then counts."""

    def __init__(self, target: TargetProcess, folder: Path, *, seed: int) -> None:
        self._target = target
        self._drop = folder / "drop"
        self._faults = folder / "faults.json"
        self._database = os.environ.get("DATABASE_URL")
        self._dice = random.Random(seed)
        self._deadline = time.monotonic() + DEADLINE_SECONDS
        self._kills: Counter[str] = Counter()

    def go(self, kills: int) -> dict[str, Any]:
        """Kill that often, with the faults that are armed."""
        book = Book()
        fates = self._fates()
        with Nursery() as nursery:
            outside = itertools.cycle(self._outside())
            while self._kills.total() < kills and time.monotonic() < self._deadline:
                book.release_invoices(max(0, STOCK - book.open_cases()))
                if self._dice.random() < 0.6:
                    self._die_by_fate(nursery, next(fates))
                else:
                    self._strike(nursery.bear(), next(outside))
            arm(self._faults, "calm")
            self._target.wait_until_up()
            self._target.faults(*OPEN_DOORS)
            self._finish(nursery, book)
            to_human = book.with_a_human()
            self._ask(nursery, book)
        counted = count(self._target, self._drop, book.postings)
        return {
            "kills": self._kills.total(),
            "postings": book.postings,
            **counted,
            "to_human": to_human,
            "by_victim": dict(self._kills),
        }

    def _fates(self) -> Iterator[Fate]:
        """Every point and side again and again, in a new order each round, in one of its first passings."""
        while True:
            round_of = [Fate(point, side) for point in POINTS for side in SIDES] + [Fate(ON_THE_WIRE)] * 4
            self._dice.shuffle(round_of)
            for fate in round_of:
                yield Fate(fate.point, fate.side, self._dice.choice((1, 1, 2, 3)))

    def _outside(self) -> list[str]:
        victims = ["worker", "browser", "target", *(["database"] if self._database else [])]
        self._dice.shuffle(victims)
        return victims

    def _die_by_fate(self, nursery: Nursery, fate: Fate) -> None:
        life = nursery.bear(fate)
        longest = LONGEST_LIFE_SECONDS
        if fate.point in SELDOM:
            longest = self._dice.uniform(1.0, RARE_LIFE_SECONDS)
        status = life.ended(within=longest)
        if status is None:
            self._end(life)
        else:
            self._note("worker", status == KILLED)

    def _strike(self, life: Life, victim: str) -> None:
        """Strike from outside at random moments, three times unless it is the worker; then the worker dies too."""
        if victim != "worker":
            strike = self._striking(victim, life)
            for _ in range(3):
                if life.ended(within=self._dice.uniform(0.5, 4.0)) is not None:
                    return
                self._note(victim, strike())
        if life.ended(within=self._dice.uniform(0.3, 5.0)) is None:
            self._end(life)

    def _striking(self, victim: str, life: Life) -> Callable[[], bool]:
        if victim == "browser":
            return lambda: strikes.strike_browser(life.pid)
        if victim == "target":
            return lambda: strikes.strike_target(self._target)
        return lambda: strikes.strike_database(self._database)

    def _end(self, life: Life) -> None:
        strikes.strike_worker(life.pid)
        status = life.ended(within=LONGEST_LIFE_SECONDS)
        self._note("worker", status == KILLED)

    def _note(self, victim: str, killed: bool) -> None:
        self._kills[victim] += int(killed)

    def _finish(self, nursery: Nursery, book: Book) -> None:
        """Let an honest worker end what can be ended without a person."""
        while book.open_cases() and time.monotonic() < self._deadline:
            life = nursery.bear()
            while life.ended(within=0.5) is None:
                if time.monotonic() > self._deadline:
                    self._end(life)
                    return

    def _ask(self, nursery: Nursery, book: Book) -> None:
        """A person answers what is left, and what they release is posted too."""
        person = Person(self._target, self._drop) if book.with_a_human() else None
        while person is not None and time.monotonic() < self._deadline and person.answer_all():
            self._finish(nursery, book)


if __name__ == "__main__":
    main()
