"""Looking at a large mailbox in which nothing has changed, against the usual SELECT and SEARCH.

`python -m demo.bench.unchanged_mailbox`: a proxy that breaks nothing counts the commands of a look.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from demo.bench.figures import row, tell
from demo.bench.post_office import bare_line, fill, post_office
from demo.mailserver.dovecot import Dovecot
from demo.rigs.mailbox_faults import Plan
from demo.rigs.mailbox_proxy import FaultyProxy
from demo.rigs.mailbox_worker import OFFICE
from demo.rigs.mailbox_world import write_configuration

ROUNDS = 9
MAILS = 20_000


def main() -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory(prefix="amtsbote-bench-") as name, post_office(Path(name), ["post"]) as server:
        fill(server, "post", (f"Subject: {number}\r\n\r\n{number}\r\n".encode() for number in range(MAILS)))
        ours, commands = _ours(server, Path(name))
        bare = _bare(server)
    note = f"milliseconds a look at {MAILS} mails, the line open; {commands} command(s) on the wire"
    tell(row("unchanged_mailbox", unit="ms", ours=ours, peer=bare, peer_name="imaplib SELECT + SEARCH", note=note))


def _ours(server: Dovecot, folder: Path) -> tuple[list[float], int]:
    """Milliseconds straight at Dovecot; commands through the proxy."""
    from casework.configuration import forget
    from flows.stations import doors

    door = doors.open_door(OFFICE, "post")
    known = door.look("INBOX").mark
    took = [_milliseconds(lambda: door.look("INBOX", known)) for _ in range(ROUNDS)]
    door.close()
    with FaultyProxy(server, folder, Plan(Random(1), share=0.0)) as proxy:
        os.environ.update(write_configuration(folder, server, port=proxy.port, ca_file=proxy.ca_file))
        forget()
        door = doors.open_door(OFFICE, "post")
        known = door.look("INBOX").mark
        before = proxy.commands.total()
        if door.look("INBOX", known).arrivals:
            raise RuntimeError("the mailbox is said to have changed")
        commands = proxy.commands.total() - before
        door.close()
    return took, commands


def _bare(server: Dovecot) -> list[float]:
    with bare_line(server, "post") as line:
        return [_milliseconds(lambda: (line.select("INBOX"), line.uid("SEARCH", "ALL"))) for _ in range(ROUNDS)]


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return (time.monotonic() - began) * 1000


if __name__ == "__main__":
    main()
