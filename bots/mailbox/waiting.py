"""Waiting for news: IDLE where the server has it, asking now and then elsewhere."""

from __future__ import annotations

import random
import threading
import time

from bots.mailbox.connection import Connection

LONGEST_IDLE_SECONDS = 9 * 60
SHORTENED_BY = 0.2
"""Waits that would end together, after an outage say, end up to a fifth earlier, so that no server is stormed."""
POLL_SECONDS = 15
LOOK_SECONDS = 0.25


def wait_for_news(connection: Connection, seconds: float) -> bool:
    """True as soon as messages are announced in the open folder; False after `seconds`, nine minutes at most.

    Ends with a question to the server, so that a dead line raises `MailboxUnreachable` instead of being waited on.
    """
    longest = LONGEST_IDLE_SECONDS * (1 - random.uniform(0, SHORTENED_BY))
    deadline = time.monotonic() + min(seconds, longest)
    while not connection.take("EXISTS"):
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        if "IDLE" in connection.capabilities:
            _idle_once(connection, left)
        else:
            time.sleep(min(left, POLL_SECONDS))
            connection.demand("asking for news", "noop")
    return True


def _idle_once(connection: Connection, seconds: float) -> None:
    """IDLE until the server says anything or `seconds` are over.

    imaplib2 misses an announcement that comes together with the server's "+": so EXISTS is looked for meanwhile.
    """
    ended = threading.Event()
    deadline = time.monotonic() + seconds
    connection.ask("starting IDLE", "idle", LONGEST_IDLE_SECONDS, callback=lambda _: ended.set())
    while not ended.wait(min(LOOK_SECONDS, max(0.0, deadline - time.monotonic()))):
        if connection.has("EXISTS") or time.monotonic() >= deadline:
            break
    connection.demand("ending IDLE", "noop")
