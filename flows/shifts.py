"""What a worker does from clocking in to clocking out, the same with Prefect and without.

A shift works off what is there; unless it is told to work `once`, it lingers and looks again, so that a busy
morning pays the start once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from casework.actions import health
from casework.record.connections import RECORD_AWAY, hang_up
from casework.words.errors import ConfigurationError, LoginRefused, StoreError, TryAgainLater
from flows.stations import erasing, housekeeping, prepare, receive, reconcile, transfer
from flows.stop import Stop, StopAsked

LOOK_AGAIN_SECONDS = 0.25
REST_SECONDS = 2.0
IDLE_SECONDS = 540.0
"""A mail server may drop an IDLE after half an hour; nine minutes is what careful clients use."""

Wake = Callable[[str], object]
log = logging.getLogger("amtsbote")


class Desk(Protocol):
    """A station that takes one piece of work at a time."""

    def work_next(self) -> bool:
        """Do one piece; False when nothing is left."""


def receive_mail(office: str, mailbox: str, *, stop: Stop, wake: Wake, once: bool = False) -> int:
    """Store what lies in the mailbox, then wait for new mail until stopped; the number of messages stored.

    A mailbox out of reach, a missing secret, or a full store is tried again when the breaker closes. After a refused
    login nothing is tried until an officer resumes the mailbox, because a second refusal could lock the account. With
    `once` trouble is raised.
    """
    stored = 0
    with receive.Receiver(office, mailbox) as receiver:
        while not stop.asked:
            if not once and not _may_try(office, mailbox):
                stop.wait(REST_SECONDS)
                continue
            try:
                new = receiver.drain()
            except (TryAgainLater, ConfigurationError, LoginRefused, StoreError) as error:
                if once:
                    raise
                log.warning("intake: %s", error)
                stop.wait(REST_SECONDS)
                continue
            stored += new
            if new:
                log.info("intake: %d messages stored", new)
                wake("prepare")
            if once:
                break
            _wait_for_mail(receiver, stop)
    return stored


def prepare_cases(*, stop: Stop, wake: Wake, linger: float) -> int:
    """Read and judge new cases; the number of them."""
    with prepare.PrepareDesk() as desk:
        return _work_off(desk, stop=stop, linger=linger, after_each=lambda: wake("transfer"))


def transfer_cases(office: str | None, system: str | None, *, stop: Stop, linger: float) -> int:
    """Carry ready cases into the target systems; the number of them."""
    with transfer.TransferDesk(office=office, system=system) as desk:
        return _work_off(desk, stop=stop, linger=linger, after_each=lambda: None)


def keep_house(*, wake: Wake) -> list[str]:
    """Tidy up and start what the record says is missing; the names of what was started."""
    missing = housekeeping.tidy()
    for name in missing:
        wake(name)
    return missing


def reconcile_day() -> int:
    """Compare mailboxes, record and store of the offices whose time has come, then let go what need not be kept.

    Returns the number of comparisons.
    """
    compared = len(reconcile.reconcile_due())
    erasing.erase_due()
    return compared


def _may_try(office: str, mailbox: str) -> bool:
    """Is the mailbox usable now? While the record is away nobody knows, and nothing could be recorded."""
    try:
        return health.usable(office, "mailbox", mailbox)
    except RECORD_AWAY as error:
        log.warning("intake: the record does not answer (%s)", type(error).__name__)
        hang_up()
        return False


def _wait_for_mail(receiver: receive.Receiver, stop: Stop) -> None:
    try:
        with stop.interrupting():
            receiver.wait(IDLE_SECONDS)
    except StopAsked:
        log.info("intake: asked to end")


def _work_off(desk: Desk, *, stop: Stop, linger: float, after_each: Callable[[], object]) -> int:
    """Work until nothing was there for `linger` seconds, or a stop was asked for."""
    worked, idle = 0, 0.0
    while not stop.asked:
        if desk.work_next():
            worked, idle = worked + 1, 0.0
            after_each()
        elif idle >= linger:
            break
        else:
            stop.wait(LOOK_AGAIN_SECONDS)
            idle += LOOK_AGAIN_SECONDS
    return worked
