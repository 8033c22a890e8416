"""Into the target systems: ready cases are posted, exactly once; one run at a time for each office."""

from __future__ import annotations

from prefect import flow

from flows import shifts
from flows.runs import linger_seconds, under_way
from flows.stations.logins import shift_of


@flow(name="transfer")
def transfer(office: str | None = None, system: str | None = None) -> int:
    """Work off ready cases, all or those of one office or system; the number of them."""
    with under_way("transfer", office or "", system or "") as run, shift_of(office) as is_ours:
        if not is_ours:
            return 0
        return shifts.transfer_cases(office, system, stop=run.stop, linger=linger_seconds())
