"""Once a day: mailbox, record and store of every office must be the same."""

from __future__ import annotations

from prefect import flow

from flows import shifts
from flows.runs import under_way


@flow(name="reconcile")
def reconcile() -> int:
    """Compare what is due; the number of comparisons."""
    with under_way("reconcile"):
        return shifts.reconcile_day()
