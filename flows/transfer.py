"""Into the target systems: ready cases are posted, exactly once."""

from __future__ import annotations

from prefect import flow

from flows import shifts
from flows.runs import linger_seconds, under_way


@flow(name="transfer")
def transfer(office: str | None = None, system: str | None = None) -> int:
    """Work off ready cases, all or those of one office or system; the number of them."""
    with under_way("transfer", system or "") as run:
        return shifts.transfer_cases(office, system, stop=run.stop, linger=linger_seconds())
