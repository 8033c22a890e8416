"""The cradle of the crash rig: transfer workers. Waits between tries are short here; nothing else differs."""

from __future__ import annotations

import time
from typing import Any

from casework.site import boot
from demo.rigs.cradle import raise_workers
from demo.rigs.kill_points import seal

PAUSE_SECONDS = 0.5
IDLE_SECONDS = 0.25


def main() -> None:
    """Raise workers until standard input ends."""
    boot()
    _warm_up()
    _hurry()
    raise_workers(_work, seal=seal)


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


if __name__ == "__main__":
    main()
