"""An intake that kills itself behind the named step; run by `test_receiving`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any


def dying_after(work: Callable[..., Any]) -> Callable[..., Any]:
    def die(*arguments: Any, **options: Any) -> Any:
        work(*arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    return die


def main(account: str, moment: str) -> None:
    from casework import site

    site.open_record()
    from bots.mailbox import Mailbox
    from casework.actions import intake
    from casework.record.store import Store
    from flows.stations.receive import Receiver
    from tests.integration.mailbox.house import OFFICE

    step: dict[str, tuple[Any, str]] = {
        "sealed": (Store, "put_many"),
        "stored": (Store, "put_pieces"),
        "recorded": (intake, "record_messages"),
        "moved": (Mailbox, "done"),
        "noted": (intake, "record_moved"),
    }
    if moment in step:
        owner, name = step[moment]
        setattr(owner, name, dying_after(getattr(owner, name)))
    with Receiver(OFFICE, account) as receiver:
        receiver.drain()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
