"""An intake of a watched folder that kills itself at the named moment; run by `test_crashes`."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any


def die(*_: Any, **__: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def main(moment: str, office: str, door: str) -> None:
    from amtsbote.record import open_record

    open_record()
    from bots.folders import WatchedFolder
    from casework.actions import intake
    from flows.stations.receive import Receiver

    if moment == "stored":
        vars(intake)["record_messages"] = die
    elif moment == "recorded":
        type.__setattr__(WatchedFolder, "done", die)
    elif moment == "moved":
        vars(intake)["record_moved"] = die
    with Receiver(office, door) as receiver:
        receiver.drain()


if __name__ == "__main__":
    main(*sys.argv[1:])
