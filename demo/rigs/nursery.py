"""Workers of the rigs: born from a warm process, watched until they end."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from dataclasses import asdict, dataclass
from types import TracebackType

from demo.rigs.kill_points import Fate
from demo.targets.control import ROOT


@dataclass
class Life:
    """A worker from its birth on."""

    nursery: subprocess.Popen[bytes]
    pid: int
    status: int | None = None

    def ended(self, *, within: float) -> int | None:
        """Its exit status (negative: the signal), or None while it lives."""
        assert self.nursery.stdout is not None
        if self.status is None and select.select([self.nursery.stdout], [], [], within)[0]:
            self.status = int(json.loads(self.nursery.stdout.readline())["status"])
        return self.status


class Nursery:
    """The warm process that workers are forked from, one at a time; `cradle` is its module."""

    def __init__(self, cradle: str = "demo.rigs.crash_worker") -> None:
        self._cradle = cradle

    def __enter__(self) -> Nursery:
        command = [sys.executable, "-m", self._cradle]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sys.stderr, bufsize=0
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def bear(self, fate: Fate | None = None) -> Life:
        """A new worker."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"fate": asdict(fate) if fate else None}).encode() + b"\n")
        return Life(self._process, json.loads(self._process.stdout.readline())["pid"])
