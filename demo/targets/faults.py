"""The fault switch: which trouble the next requests meet, how often, and for whom."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any

from demo.targets.messages import Request

NAMES = frozenset(
    {
        "slow",
        "slow_load",
        "500_after_commit",
        "late_commit",
        "reset_after_read",
        "close_after_read",
        "answer_408",
        "307",
        "302",
        "session_lost_on_post",
        "restart",
        "duplicates_accepted",
        "double_click_accepted",
        "locked_record",
        "confirm_dialog",
        "changed_label",
        "changed_ids",
    }
)
_KNOWN = {"name", "times", "probability", "match"}


@dataclass
class Fault:
    """One armed fault: `times` left (None: until cleared), `probability` per chance, `match` conditions, `options`."""

    name: str
    times: int | None = None
    probability: float = 1.0
    match: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Fault:
        """Read one fault of the control interface; ValueError names what is wrong."""
        name = str(row.get("name"))
        if name not in NAMES:
            raise ValueError(f"unknown fault {name!r}: one of {', '.join(sorted(NAMES))}")
        options = {key: value for key, value in row.items() if key not in _KNOWN}
        return cls(name, row.get("times"), float(row.get("probability", 1.0)), dict(row.get("match") or {}), options)

    def fits(self, request: Request | None) -> bool:
        """Whether `match` holds: `path` part, `text` in any form value, `field` {name: value}, `min_index`."""
        if not self.match:
            return True
        if request is None:
            return False
        values = list(request.form.values())
        wanted = dict(self.match.get("field") or {})
        return (
            str(self.match.get("path", "")) in request.path
            and (not (text := self.match.get("text")) or any(str(text) in value for value in values))
            and all(request.form.get(name) == value for name, value in wanted.items())
            and request.index >= int(self.match.get("min_index", 1))
        )

    def as_json(self) -> dict[str, Any]:
        """The fault as the control interface shows it."""
        return {
            "name": self.name,
            "times": self.times,
            "probability": self.probability,
            "match": self.match,
            **self.options,
        }


class FaultSwitch:
    """The armed faults of one target system; safe for many threads."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._dice = random.Random()

    def set(self, rows: list[dict[str, Any]]) -> None:
        """Replace all faults by `rows`."""
        faults = [Fault.from_json(row) for row in rows]
        with self._lock:
            self._faults = faults

    def take(self, name: str, request: Request | None = None) -> Fault | None:
        """The armed fault of this name if its turn has come; one of its `times` is used up."""
        with self._lock:
            for fault in self._faults:
                if fault.name == name and fault.times != 0 and fault.fits(request):
                    if self._dice.random() >= fault.probability:
                        continue
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None

    def listed(self) -> list[dict[str, Any]]:
        """All faults with the `times` they have left."""
        with self._lock:
            return [fault.as_json() for fault in self._faults]
