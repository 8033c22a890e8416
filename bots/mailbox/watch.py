"""Keep a mailbox watched: connect, work, wait for news, and come back after every trouble."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

from bots.mailbox.box import Mailbox
from casework.words.errors import TryAgainLater

POLL_SECONDS = 5 * 60
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 5 * 60.0


def watch(
    connect: Callable[[], Mailbox],
    work: Callable[[Mailbox], None],
    *,
    stop: threading.Event,
    tell: Callable[[TryAgainLater, float], None],
    poll_seconds: float = POLL_SECONDS,
    first_pause: float = FIRST_PAUSE_SECONDS,
    longest_pause: float = LONGEST_PAUSE_SECONDS,
) -> None:
    """Run `work(box)` at once, on every hint of the server and every `poll_seconds`, until `stop` is set.

    A `TryAgainLater` is told with the seconds until the next attempt, which double up to `longest_pause`, spread by
    jitter so that many offices do not come back in one moment. Everything else, a refused login or an untrusted
    certificate first of all, is raised: trying again would not help and may lock the account.
    """
    pause = first_pause
    while not stop.is_set():
        try:
            with connect() as box:
                while not stop.is_set():
                    work(box)
                    pause = first_pause
                    box.idle(poll_seconds, stop=stop)
        except TryAgainLater as error:
            seconds = pause * random.uniform(0.5, 1.5)
            tell(error, seconds)
            stop.wait(seconds)
            pause = min(pause * 2, longest_pause)
