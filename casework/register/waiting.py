"""What waits in the house now, counted by the database."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Min

from casework.record.models import Case
from casework.words.states import State

WAITING = (State.NEW, State.REVIEW, State.READY, State.POSTING)


def waiting() -> list[dict[str, Any]]:
    """One row per process and state: how many `cases`, and when the `oldest` was opened."""
    cases = Case.objects.filter(state__in=WAITING).values("process", "state").order_by("process", "state")
    return [dict(row) for row in cases.annotate(cases=Count("pk"), oldest=Min("opened_at"))]
