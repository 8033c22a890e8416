"""The one place that asks for the time, so that tests can hold it still. Always UTC with zone."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)
