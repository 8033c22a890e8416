"""A process that reads a mailbox and kills itself at the named moment; run by `test_fetching`."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from typing import Any

from bots.mailbox import Mailbox
from casework.configuration.mailboxes import MailboxSettings
from tests.integration.mailbox.letters import waiting


def die(*_: Any) -> Any:
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def main(moment: str, settings: str, password: str) -> None:
    with Mailbox.open(MailboxSettings.model_validate_json(settings), password) as box:
        arrivals = []
        for arrival, raw in box.fetch_many(waiting(box)):
            print(hashlib.sha256(raw).hexdigest())  # noqa: T201 - the test reads it
            arrivals.append(arrival)
        if moment == "fetched":
            die()
        vars(box)["_move"] = die
        box.done(arrival.place for arrival in arrivals)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.stdin.read())
