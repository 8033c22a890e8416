"""The memory of the real intake command over many messages: what it holds in the end beside what it held at first.

`python -m demo.bench.intake_memory`: resident memory of the whole process, read while it works one mailbox off.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from casework.words.errors import AmtsboteError
from demo.bench.figures import row, tell
from demo.bench.post_office import fill, post_office
from demo.rigs.mailbox_letters import letter
from demo.rigs.mailbox_post import Inbox
from demo.rigs.mailbox_worker import OFFICE
from demo.targets.control import ROOT

MAILS = 10_000
LOOK_SECONDS = 0.1
RESIDENT = re.compile(r"VmRSS:\s+(\d+) kB")
STARTED, HALF, NEARLY = 0.9, 0.5, 0.1
"""Shares of the mails that still wait."""


class IntakeFailed(AmtsboteError):
    """The intake did not work the mailbox off."""


def main() -> None:
    """Measure and tell."""
    dice = Random(11)
    with tempfile.TemporaryDirectory(prefix="amtsbote-bench-") as name, post_office(Path(name), ["post"]) as server:
        fill(server, "post", (letter(number, dice) for number in range(1, MAILS + 1)))
        began = time.monotonic()
        held = _watch(Inbox(server, "post"))
        rate = MAILS / (time.monotonic() - began)
    first, middle, last = (_largest(held, share) for share in (STARTED, HALF, NEARLY))
    note = (
        f"MiB resident after 10, 50 and 90 % of {MAILS}: {first:.0f}, {middle:.0f}, {last:.0f}; {rate:.0f} messages/s"
    )
    tell(row("intake_memory", unit="MiB", ours=[last], peer=[first], peer_name="the same, first tenth", note=note))


def _watch(inbox: Inbox) -> list[tuple[float, float]]:
    """(share of the mails that wait, MiB resident) as the intake goes on."""
    command = [sys.executable, "-m", "amtsbote", "intake", "--office", OFFICE, "--once"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=sys.stderr)
    held = []
    while process.poll() is None:
        held.append((inbox.waiting() / MAILS, _resident(process.pid)))
        time.sleep(LOOK_SECONDS)
    if process.returncode or inbox.waiting():
        raise IntakeFailed(f"the intake ended with {process.returncode} and left {inbox.waiting()} mails")
    return held


def _resident(process: int) -> float:
    found = RESIDENT.search(Path(f"/proc/{process}/status").read_text())
    return int(found.group(1)) / 1024 if found else 0.0


def _largest(held: list[tuple[float, float]], share: float) -> float:
    """The most that was held until only this share was left."""
    return max(size for waiting, size in held if waiting >= share)


if __name__ == "__main__":
    main()
