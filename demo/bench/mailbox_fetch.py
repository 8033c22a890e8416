"""Fetching mails of 50 kB, nothing else, against the standard library's imaplib with batches of the same size.

`python -m demo.bench.mailbox_fetch`: both take turns at the same inbox of the same Dovecot and hash what they get.
"""

from __future__ import annotations

import base64
import hashlib
import tempfile
from collections.abc import Iterable
from pathlib import Path
from random import Random

from demo.bench.figures import row, tell
from demo.bench.post_office import BATCH, bare_bodies, bare_line, fill, per_second, post_office
from demo.mailserver.dovecot import Dovecot
from demo.rigs.mailbox_worker import OFFICE

ROUNDS = 5
MAILS, BYTES = 600, 50_000


def main() -> None:
    """Measure and tell."""
    dice = Random(3)
    with tempfile.TemporaryDirectory(prefix="amtsbote-bench-") as name, post_office(Path(name), ["post"]) as server:
        fill(server, "post", (_mail(number, dice) for number in range(MAILS)))
        ours, bare = [], []
        for _ in range(ROUNDS + 1):
            ours.append(per_second(MAILS, _ours))
            bare.append(per_second(MAILS, lambda: _bare(server)))
    note = f"mails of 50 kB, login included, each hashed; the peer asks for {BATCH} with one command"
    # the first ones warm Dovecot's caches
    tell(row("mailbox_fetch", unit="messages/s", ours=ours[1:], peer=bare[1:], peer_name="imaplib", note=note))


def _mail(number: int, dice: Random) -> bytes:
    content = base64.encodebytes(dice.randbytes(BYTES * 3 // 4)).replace(b"\n", b"\r\n")
    return f"From: a@buerger.example\r\nSubject: Brief {number}\r\n\r\n".encode() + content


def _ours() -> None:
    from flows.stations import doors

    door = doors.open_door(OFFICE, "post")
    try:
        _hash_all(raw for _, raw in door.fetch_many(door.look("INBOX").arrivals))
    finally:
        door.close()


def _bare(server: Dovecot) -> None:
    with bare_line(server, "post") as line:
        _hash_all(bare_bodies(line))


def _hash_all(mails: Iterable[bytes]) -> None:
    if len({hashlib.sha256(raw).digest() for raw in mails}) != MAILS:
        raise RuntimeError("not every mail came")


if __name__ == "__main__":
    main()
