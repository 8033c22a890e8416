"""Where a transfer worker of the rig dies by its own hand: before or after every step of the journal and every verb."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

POINTS = (
    "claim",
    "open_attempt",
    "take_over",
    "armed",
    "sent",
    "prepared",
    "rejected",
    "absent",
    "confirm",
    "find",
    "enter",
    "commit",
    "move",
)
SELDOM = ("take_over", "prepared", "rejected", "absent")
"""Points that only a case in trouble passes."""
SIDES = ("before", "after")
ON_THE_WIRE = "wire"
"""Some milliseconds after the permit was given, wherever the request is by then."""
LONGEST_ON_THE_WIRE = 0.06


@dataclass(frozen=True)
class Fate:
    """Die at the `passing`-th time (from 1) that `point` is passed on that `side`."""

    point: str
    side: str = "after"
    passing: int = 1


def seal(fate: Fate) -> None:
    """Make the fate of this process certain; the transfer station must be imported."""
    from casework.actions import ending, journal, runner, setbacks
    from casework.actions.move import move
    from flows.stations import transfer as station

    if fate.point == ON_THE_WIRE:
        _die_on_the_wire(journal, random.Random())
        return
    death = _Death(fate)
    desk: Any = station.TransferDesk
    desk._claim = death.around(desk._claim, name="claim")
    watched: Any
    for watched in (runner, ending):
        watched.journal = _WatchedJournal(journal, death)
    departure: Any = journal.JournalDeparture
    departure._write_sent = death.around(departure._write_sent, name="sent")
    carriers: Any = station._Carriers
    carriers.carrier = _with_watched_verbs(carriers.carrier, death)
    watched_move = death.around(move, name="move")
    for mover in (runner, setbacks):
        vars(mover)["move"] = watched_move


class _Death:
    """Counts the passings of one point and ends the process at the right one, with no word to anybody."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate
        self._passed = 0

    def around(self, call: Callable[..., Any], *, name: str) -> Callable[..., Any]:
        def watched(*args: Any, **options: Any) -> Any:
            self._pass(name, "before")
            result = call(*args, **options)
            self._pass(name, "after")
            return result

        return watched

    def _pass(self, name: str, side: str) -> None:
        if (name, side) != (self._fate.point, self._fate.side):
            return
        self._passed += 1
        if self._passed == self._fate.passing:
            _die()


class _WatchedJournal:
    """The journal as the runner sees it, with its writing steps watched; `advance` goes by the state it writes."""

    def __init__(self, journal: Any, death: _Death) -> None:
        self._journal = journal
        self._death = death

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._journal, name)
        if name in ("open_attempt", "take_over", "confirm"):
            return self._death.around(found, name=name)
        return self._advance if name == "advance" else found

    def _advance(self, attempt: Any, state: Any, **options: Any) -> None:
        self._death.around(self._journal.advance, name=str(state))(attempt, state, **options)


class _WatchedOperation:
    """An operation whose verbs are watched."""

    def __init__(self, operation: Any, death: _Death) -> None:
        self._operation = operation
        self._death = death

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._operation, name)
        return self._death.around(found, name=name) if name in ("find", "enter", "commit") else found


def _with_watched_verbs(carrier_of: Callable[..., Any], death: _Death) -> Callable[..., Any]:
    def carrier(*args: Any) -> Any:
        given = carrier_of(*args)
        return replace(given, operation=_WatchedOperation(given.operation, death))

    return carrier


def _die_on_the_wire(journal: Any, dice: random.Random) -> None:
    """The permit is given, the request is on its way out, under way, or being answered."""
    permit = journal.JournalDeparture._write_sent

    def timed(*args: Any) -> Any:
        result = permit(*args)
        threading.Timer(dice.uniform(0.0, LONGEST_ON_THE_WIRE), _die).start()
        return result

    journal.JournalDeparture._write_sent = timed


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
