"""The cradle of the mailbox rig: intake processes. Waits are short; all else is as in `amtsbote intake`."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from typing import Any

from casework.site import boot
from demo.rigs.cradle import raise_workers
from demo.rigs.kill_points import Fate

OFFICE, ACCOUNT = "rig-amt", "post"
POINTS = ("fsync", "rename", "commit")
"""Where an intake dies by its own hand: a file is made safe, gets its name, a transaction of the record ends."""
PATIENCE_SECONDS = 1.0
PAUSE_SECONDS = 0.1
IDLE_SECONDS = 5.0


def main() -> None:
    """Raise intakes until standard input ends."""
    boot()
    _warm_up()
    _hurry()
    raise_workers(_work, seal=_seal)


def _warm_up() -> None:
    """Import everything an intake needs and read the configuration; open nothing."""
    import flows.shifts  # noqa: F401
    from casework import configuration

    configuration.current()
    logging.basicConfig(level=logging.WARNING)


def _hurry() -> None:
    """A silent server is given up, and tried again, sooner."""
    from bots.mailbox import Mailbox
    from casework.actions import health, stuck
    from flows import shifts

    settings: Any = health
    settings.FIRST_PAUSE_SECONDS, settings.LONGEST_PAUSE_SECONDS = PAUSE_SECONDS, 4 * PAUSE_SECONDS
    settings = stuck
    settings.FIRST_WAIT_SECONDS, settings.LONGEST_WAIT_SECONDS = PAUSE_SECONDS, 10 * PAUSE_SECONDS
    settings = shifts
    settings.REST_SECONDS, settings.IDLE_SECONDS = PAUSE_SECONDS, IDLE_SECONDS
    opening: Any = Mailbox.open
    opening.__func__.__kwdefaults__["timeout"] = PATIENCE_SECONDS


def _work() -> None:
    """Take mail in until told to stop."""
    from flows import shifts
    from flows.stop import Stop

    with Stop() as stop:
        shifts.receive_mail(OFFICE, ACCOUNT, stop=stop, wake=lambda _flow: None)


def _seal(fate: Fate) -> None:
    """Make the fate of this process certain."""
    from casework.actions.intake import transaction

    left = fate.passing

    def dying(call: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **options: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0 and fate.side == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = call(*args, **options)
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return watched

    if fate.point == "commit":
        ended: Any = transaction.Atomic
        ended.__exit__ = dying(ended.__exit__)
    else:
        vars(os)[fate.point] = dying(getattr(os, fate.point))


if __name__ == "__main__":
    main()
