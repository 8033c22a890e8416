"""Once a minute for all offices: what expired, what a dead worker left, what should run and does not."""

from __future__ import annotations

from prefect import flow

from flows import orchestrator, shifts
from flows.runs import under_way, wanted_runs


@flow(name="housekeeping")
def housekeeping() -> list[str]:
    """Tidy up and start what is missing; the names of what was started."""
    with under_way("housekeeping"):
        return shifts.keep_house(wake=lambda flow: orchestrator.ensure_wanted(flow, wanted_runs))
