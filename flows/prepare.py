"""What is it, what does it say, may it pass: new cases are read and judged."""

from __future__ import annotations

from prefect import flow

from flows import shifts
from flows.runs import linger_seconds, under_way


@flow(name="prepare")
def prepare() -> int:
    """Work off new cases; the number of them."""
    with under_way("prepare") as run:
        return shifts.prepare_cases(stop=run.stop, wake=run.waker.wake, linger=linger_seconds())
