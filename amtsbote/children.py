"""A long-lived child of the supervisor: started, watched, started again with back-off, ended."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from amtsbote.processes import wait_until

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 8.0
STEADY_SECONDS = 30.0
"""A child that lived this long starts again without delay when it falls."""
LONGEST_LOG_BYTES = 20_000_000


class Child:
    """A program with its log file (0600). It dies with us (`setpriv --pdeathsig`) and hears no Ctrl-C.

    `dies_by` is the signal it gets when we are killed.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        log: Path,
        dies_by: str = "TERM",
    ) -> None:
        self.name = name
        self.restarts = 0
        self._command = ["setpriv", "--pdeathsig", dies_by, "--", *command]
        self._environment = dict(environment)
        self._folder = folder
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.pause = 0.0
        self._started = 0.0
        self._not_before = 0.0

    @property
    def pid(self) -> int | None:
        """Its process number while it lives."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    @property
    def process_number(self) -> int | None:
        """The number of the process last started, whether it lives or waits to be collected."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start it; to be called from the main thread, whose death the kernel would report to it."""
        with private_log(self._log) as output:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environment,
                cwd=self._folder,
                start_new_session=True,
            )
        self._started = time.monotonic()

    def has_fallen(self) -> bool:
        """Is it dead though it was started?"""
        return self._process is not None and self._process.poll() is not None

    def restart_when_due(self) -> bool:
        """After a fall: start it again once its pause is over; True when that happened."""
        now = time.monotonic()
        if self._not_before == 0.0:
            steady = now - self._started >= STEADY_SECONDS
            self.pause = FIRST_PAUSE_SECONDS if steady or not self.pause else min(self.pause * 2, LONGEST_PAUSE_SECONDS)
            self._not_before = now + self.pause
        if now < self._not_before:
            return False
        self._not_before = 0.0
        self.restarts += 1
        self.start()
        return True

    def end(self, *, seconds: float) -> None:
        """Ask it to end; after that many seconds it is killed."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        if not wait_until(lambda: self._process is None or self._process.poll() is not None, seconds=seconds):
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def private_log(path: Path) -> BinaryIO:
    """A log file to append to, readable by its owner alone; a long one is set aside as `.1`."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists() and path.stat().st_size > LONGEST_LOG_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")
