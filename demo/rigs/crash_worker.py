"""The nursery of the crash rig: transfer workers are forked from one warm process, so that a life costs no start.

It reads one JSON line per worker, `{"fate": {"point", "side", "passing"} | null}`, and writes two: `{"pid"}` when
the worker lives, `{"status"}` (as `os.waitstatus_to_exitcode` gives it) when it has ended. Each worker is a process of
its own with connections, browser and gate of its own. Waits between tries are short here; nothing else differs.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import Any

from casework.site import boot
from demo.rigs.kill_points import Fate, seal

PAUSE_SECONDS = 0.5
IDLE_SECONDS = 0.25


def main() -> None:
    """Raise workers until standard input ends."""
    boot()
    _warm_up()
    _hurry()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _live(asked["fate"])
        _say({"pid": child})
        _, status = os.waitpid(child, 0)
        _say({"status": os.waitstatus_to_exitcode(status)})


def _warm_up() -> None:
    """Import everything a worker needs and read the configuration; open nothing."""
    import bots.catalogue.session
    import bots.filing  # noqa: F401
    import flows.stations.transfer  # noqa: F401
    from casework import configuration

    configuration.current()


def _hurry() -> None:
    """Shorten the waits between tries; the times that safety rests on stand in the rig's configuration."""
    from casework.actions import health, setbacks

    settings: Any = health
    settings.FIRST_PAUSE_SECONDS, settings.LONGEST_PAUSE_SECONDS = PAUSE_SECONDS, 4 * PAUSE_SECONDS
    settings = setbacks
    settings.FIRST_WAIT_SECONDS, settings.LONGEST_WAIT_SECONDS = PAUSE_SECONDS, 4 * PAUSE_SECONDS


def _live(fate: dict[str, Any] | None) -> None:
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
        _work()
        status = 0
    except Exception as error:
        sys.stderr.write(f"a worker ended by {type(error).__name__}: {error}\n")
    finally:
        os._exit(status)


def _work() -> None:
    """Carry cases over until none is left that a bot may carry."""
    from casework.record.models import Case
    from flows.stations.transfer import TransferDesk

    with TransferDesk() as desk:
        while True:
            if desk.work_next():
                continue
            if not Case.objects.filter(state__in=("ready", "posting")).exists():
                return
            time.sleep(IDLE_SECONDS)


def _say(line: dict[str, int]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
