"""What is done to a worker from outside: SIGKILL to it, to its browser, to the target system, to its connections."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from demo.targets.control import TargetProcess

BROWSER = b"chromium"


def strike_browser(worker: int) -> bool:
    """Kill the browser's main process of this worker; False when it has none."""
    for process in descendants(worker):
        words = arguments(process)
        if words and BROWSER in words[0] and not any(word.startswith(b"--type=") for word in words):
            return _kill(process)
    return False


def strike_worker(worker: int) -> bool:
    """Kill the worker itself."""
    return _kill(worker)


def strike_target(target: TargetProcess) -> bool:
    """Kill the target system; it is started again on its port with its data."""
    target.wait_until_up()  # one that is just starting would not be started again
    target.kill()
    return True


def strike_database(url: str | None) -> bool:
    """Cut every other connection to the record's PostgreSQL; False for SQLite, which has none to cut."""
    if url is None:
        return False
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        cut = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    return bool(cut and cut[0])


def descendants(process: int) -> Iterator[int]:
    """Children and their children, as far as they still live."""
    tasks = Path(f"/proc/{process}/task")
    with contextlib.suppress(OSError):
        for task in list(tasks.iterdir()):
            for child in (task / "children").read_text().split():
                yield int(child)
                yield from descendants(int(child))


def arguments(process: int) -> list[bytes]:
    """The words of its command line; [] when it is gone."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def _kill(process: int) -> bool:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
