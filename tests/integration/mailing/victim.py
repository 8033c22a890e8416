"""A worker that sends an answer, to be killed at it; then another that looks after what is left.

`python -m tests.integration.mailing.victim send|settle` in the record of `AMTSBOTE_HOME`; prints what the record says.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta

from casework import site

site.open_record()

from casework.actions import clock  # noqa: E402
from casework.record.models import Answer, Case  # noqa: E402
from flows.stations.transfer import TransferDesk  # noqa: E402
from tests.integration.mailing.office import by_hand, dog_case  # noqa: E402


def send() -> None:
    by_hand(dog_case())
    with TransferDesk() as desk:
        desk.work_next()


def settle() -> None:
    """As a worker that starts later, twice: the settle time passes in between."""
    now = clock.now
    with TransferDesk() as desk:
        desk.work_next()
        clock.now = lambda: now() + timedelta(minutes=20)
        while desk.work_next():
            pass


if __name__ == "__main__":
    {"send": send, "settle": settle}[sys.argv[1]]()
    answer, case = Answer.objects.get(), Case.objects.get()
    told = {"answer": answer.state, "case": case.state, "reasons": case.reasons}
    sys.stdout.write(json.dumps(told) + "\n")
