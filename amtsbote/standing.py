"""How the house stands now: what waits, what is paused, how systems and mailboxes are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from casework.record.models import Pause, SystemHealth
from casework.register.waiting import waiting


@dataclass(frozen=True)
class Standing:
    """`waiting` has one row per process and state, `health` one per system or mailbox that was used."""

    waiting: list[dict[str, Any]]
    pauses: list[dict[str, Any]]
    health: list[dict[str, Any]]

    @property
    def needs_somebody(self) -> bool:
        """Is there something that will not go on by itself?"""
        return any(row["needs_officer"] for row in self.health)

    def as_json(self) -> dict[str, Any]:
        return {"waiting": self.waiting, "pauses": self.pauses, "health": self.health}


def look() -> Standing:
    """One look at the record."""
    return Standing(waiting=_waiting(), pauses=_pauses(), health=_health())


def _waiting() -> list[dict[str, Any]]:
    return [{**row, "oldest": row["oldest"].isoformat(timespec="minutes")} for row in waiting()]


def _pauses() -> list[dict[str, Any]]:
    pauses = Pause.objects.filter(ended_at=None).order_by("since")
    return [{"scope": row.scope, "name": row.name, "backlog": row.backlog} for row in pauses]


def _health() -> list[dict[str, Any]]:
    return [
        {
            "office": row.office,
            "kind": row.kind,
            "name": row.name,
            "failures": row.failures,
            "reason": row.reason,
            "words": row.words,
            "paused_until": row.paused_until.isoformat(timespec="seconds") if row.paused_until else None,
            "needs_officer": row.needs_officer,
        }
        for row in SystemHealth.objects.order_by("office", "kind", "name")
    ]
