"""Mail in: a long run per mailbox that holds IDLE."""

from __future__ import annotations

from prefect import flow

from flows import shifts
from flows.runs import under_way


@flow(name="intake")
def intake(office: str, mailbox: str) -> int:
    """Store what arrives in this mailbox of the office; the number of messages stored."""
    with under_way("intake", office) as run:
        return shifts.receive_mail(office, mailbox, stop=run.stop, wake=run.waker.wake)
