"""The cradle of a rig: workers are forked from one warm process, so that a life costs no start.

It reads one JSON line per worker, `{"fate": {"point", "side", "passing"} | null}`, and writes two: `{"pid"}` when
the worker lives, `{"status"}` (as `os.waitstatus_to_exitcode` gives it) when it has ended. Each worker is a process of
its own with connections of its own; the warm process opens none.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, Never

from demo.rigs.kill_points import Fate


def raise_workers(work: Callable[[], None], *, seal: Callable[[Fate], None]) -> None:
    """Raise workers that do `work` until standard input ends; `seal` makes a worker's fate certain."""
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _live(asked["fate"], work, seal)
        _say({"pid": child})
        _, status = os.waitpid(child, 0)
        _say({"status": os.waitstatus_to_exitcode(status)})


def _live(fate: dict[str, Any] | None, work: Callable[[], None], seal: Callable[[Fate], None]) -> Never:
    """Be a worker; never returns."""
    status = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        # its own group, so that what it started can be ended with it
        os.setpgid(0, 0)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if fate is not None:
            seal(Fate(**fate))
        work()
        status = 0
    except Exception as error:
        sys.stderr.write(f"a worker ended by {type(error).__name__}: {error}\n")
    finally:
        os._exit(status)


def _say(line: dict[str, int]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
