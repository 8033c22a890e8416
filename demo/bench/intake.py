"""The intake of the demo's letters: fetched, sealed, recorded, moved, and unpacked by a second process.

`python -m demo.bench.intake`: against the bare way, which fetches one by one, hashes and fsyncs, and keeps no record.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import date
from functools import partial
from pathlib import Path

from casework.words.errors import AmtsboteError
from demo.bench.figures import row, tell
from demo.bench.post_office import bare_bodies, bare_line, fill, keep_bare, per_second, post_office
from demo.letters import morning
from demo.mailserver.dovecot import Dovecot
from demo.rigs.mailbox_worker import OFFICE
from demo.targets.control import ROOT

ROUNDS = 3
LETTERS, COPIES = 60, 8


class UnpackingFailed(AmtsboteError):
    """A message could not be unpacked."""


class Unpacker:
    """A process that takes every recorded message apart as soon as it is there (`demo.bench.unpacker`)."""

    def __init__(self, messages: int) -> None:
        command = [sys.executable, "-m", "demo.bench.unpacker", str(messages)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._hear("ready")

    def begin(self) -> None:
        """Let it begin."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def finish(self) -> None:
        """Wait until it has unpacked as many as it was told."""
        self._hear("done")
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process.wait()

    def _hear(self, word: str) -> None:
        assert self._process.stdout is not None
        if self._process.stdout.readline().decode().strip() != word:
            raise UnpackingFailed("the unpacking process ended early; its words stand above")


def main() -> None:
    """Measure and tell."""
    letters = [letter.raw for letter in morning(seed=7, day=date.today(), count=LETTERS)]
    mails = [f"X-Copy: {number}\r\n".encode() + raw for number in range(COPIES) for raw in letters]
    accounts = ["warm", *(f"{way}-{number}" for way in ("ours", "alone", "bare") for number in range(ROUNDS))]
    with tempfile.TemporaryDirectory(prefix="amtsbote-bench-") as name, post_office(Path(name), accounts) as server:
        for account in accounts:
            fill(server, account, mails[:20] if account == "warm" else _own(account, mails))
        _take_in("warm")
        ours, alone, bare = [], [], []
        for number in range(ROUNDS):
            ours.append(_unpacking(f"ours-{number}", len(mails)))
            alone.append(per_second(len(mails), partial(_take_in, f"alone-{number}")))
            bare.append(per_second(len(mails), partial(_bare, server, f"bare-{number}", Path(name))))
    mean = sum(map(len, mails)) / len(mails) / 1000
    note = (
        f"letters of the demo, {mean:.0f} kB in the mean; sealed, recorded, moved, unpacked; without unpacking "
        f"{sorted(alone)[ROUNDS // 2]:.0f}/s"
    )
    tell(row("intake", unit="messages/s", ours=ours, peer=bare, peer_name="imaplib + sha256 + fsync", note=note))


def _own(account: str, mails: list[bytes]) -> list[bytes]:
    """No round finds the bytes of another one in the store already."""
    return [f"X-Account: {account}\r\n".encode() + raw for raw in mails]


def _unpacking(account: str, count: int) -> float:
    unpacker = Unpacker(count)
    unpacker.begin()

    def work() -> None:
        _take_in(account)
        unpacker.finish()

    return per_second(count, work)


def _take_in(account: str) -> None:
    from flows.stations.receive import Receiver

    with Receiver(OFFICE, account) as receiver:
        receiver.drain()


def _bare(server: Dovecot, account: str, folder: Path) -> None:
    with bare_line(server, account) as line:
        for raw in bare_bodies(line, batch=1):
            keep_bare(raw, folder / account)


if __name__ == "__main__":
    main()
