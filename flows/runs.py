"""A shift as a Prefect run: its title, its way to end, its wake-ups. Prefect gets ids, never what a letter says."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from setproctitle import setproctitle

from casework.actions import upkeep
from casework.record.connections import hang_up
from flows.orchestrator import Waker
from flows.stop import Stop

GRACE_SECONDS = 20
log = logging.getLogger("amtsbote")


class RunFailed(Exception):
    """A run ended unexpectedly; the trouble itself stands in our own log, because it may carry personal data."""


@dataclass(frozen=True)
class Run:
    """What a shift needs to know of its run."""

    stop: Stop
    waker: Waker


def linger_seconds() -> float:
    """How long an idle worker waits for more before it clocks out; AMTSBOTE_LINGER, else 60."""
    return float(os.environ.get("AMTSBOTE_LINGER", "60"))


def wanted_runs(flow: str) -> list[dict[str, str]]:
    """A run of `transfer` for each office that has something to post, so that none waits for another's target system;
    a single run of any other flow."""
    if flow != "transfer":
        return [{}]
    try:
        return [{"office": office} for office in upkeep.offices_with_postings()]
    finally:
        hang_up()


@contextmanager
def under_way(*title: str) -> Iterator[Run]:
    """The frame of a run; whatever goes wrong inside is logged here and leaves as `RunFailed` without its words."""
    setproctitle("amtsbote: " + " ".join(word for word in title if word))
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    try:
        with Stop(grace=GRACE_SECONDS) as stop, Waker(wanted_runs) as waker:
            yield Run(stop=stop, waker=waker)
    except Exception as error:
        log.exception("%s ended unexpectedly", title[0])
        raise RunFailed(type(error).__name__) from None
