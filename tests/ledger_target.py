"""A target system in memory for tests of the runner: what a real one shows to the three verbs, with faults.

Named as what it is: the real systems stand in the integration tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from casework.words.errors import NothingLeft, OutcomeUnknown, Rejected
from casework.words.work import Departure, Entered, EnteredValue, Permit, Picture, Receipt, Work

Fault = Literal["", "nothing_left", "lost_before", "lost_after", "locked", "invalid", "crash_before", "crash_after"]


class WorkerKilled(BaseException):
    """Stands for SIGKILL: nothing of the worker's own handling runs."""


@dataclass
class LedgerTarget:
    """Rows the target holds, as (number, marker, key); `departures` counts what left."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)
    departures: int = 0
    faults: list[Fault] = field(default_factory=list)
    _entered: Work | None = None

    def find(self, work: Work) -> Receipt | None:
        for number, marker, key in self.rows:
            if marker == work.marker or key in (work.business_key, *work.former_keys):
                return Receipt(number, marker=marker or None, business_key=key, ours=marker == work.marker)
        return None

    def enter(self, work: Work) -> Entered:
        self._entered = work
        values = {name: EnteredValue(value, value) for name, value in work.fields.items()}
        return Entered(values, pictures=(Picture("before", b"\x89PNG before"),))

    def commit(self, departure: Departure) -> Receipt:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "nothing_left":
            raise NothingLeft("system_unreachable")
        answer = departure.may_leave("buchen", "0" * 64)
        if not isinstance(answer, Permit):
            raise NothingLeft("refused", answer.reason)
        if fault == "crash_before":
            raise WorkerKilled
        self.departures += 1
        if fault == "lost_before":
            raise OutcomeUnknown("no answer")
        if fault in ("locked", "invalid"):
            raise Rejected(fault, proves_not_done=True, try_again=fault == "locked")
        number = self._book()
        if fault == "crash_after":
            raise WorkerKilled
        if fault == "lost_after":
            raise OutcomeUnknown("no answer")
        return Receipt(number, marker=self._entered.marker if self._entered else None, ours=True)

    def pictures(self) -> tuple[Picture, ...]:
        return (Picture("after", b"\x89PNG after"),)

    def _book(self) -> str:
        assert self._entered is not None
        number = f"2026-{len(self.rows) + 1:08d}"
        self.rows.append((number, self._entered.marker or "", self._entered.business_key))
        return number
