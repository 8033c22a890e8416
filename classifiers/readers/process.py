"""One child process that opens foreign bytes, seen from the house: started bare, asked, and ended when it fails."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from classifiers.readers.frames import FrameBroken, FrameLate, read_frame, write_frame
from classifiers.readers.limits import Limits

FOLDER_PREFIX = "amtsbote-reader-"
START_SECONDS = 30.0
ENVIRONMENT = {"LC_CTYPE": "C.UTF-8"}
"""All that a child inherits: its encoding. Quite without a variable, the kernel leaves no room for a title."""


class ChildFailed(Exception):
    """The child could not answer; `reason` is a reason code."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason} {detail}".strip())


class Child:
    """One child process with its pipes and its private folder."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.asked = 0
        self.folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-"))
        root = Path(__file__).resolve().parents[2]
        command = [sys.executable, "-E", "-s", "-X", "utf8", "-m", "classifiers.readers.child"]
        self.process = subprocess.Popen(
            [*command, str(self.folder), limits.model_dump_json()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
            cwd=root,
            start_new_session=True,
        )
        assert self.process.stdin is not None and self.process.stdout is not None
        self._to, self._from = self.process.stdin.fileno(), self.process.stdout.fileno()
        try:
            began = read_frame(self._from, deadline=time.monotonic() + START_SECONDS)[0]
        except (FrameBroken, FrameLate) as error:
            self.close()
            raise ChildFailed("reader_crashed", "the child did not start") from error
        self.protections: dict[str, bool] = began["protections"]
        # the kernel counts the size of whoever started a process as its own
        self._largest_at_start: int = began["largest"]

    def ask(self, head: dict[str, Any], body: bytes, *, seconds: float) -> tuple[dict[str, Any], bytes]:
        """One request, one answer. Raises ChildFailed; the child is then gone, except when it said so itself."""
        deadline = time.monotonic() + min(seconds, self.limits.wall_seconds)
        self.asked += 1
        try:
            write_frame(self._to, head, body, deadline=deadline)
            answer, data = read_frame(self._from, deadline=deadline)
        except FrameLate as error:
            self.close()
            raise ChildFailed("too_slow") from error
        except FrameBroken as error:
            raise ChildFailed(self._cause_of_death()) from error
        if answer.get("failed") == "too_large" or self.asked >= self.limits.files_per_child:
            self.close()
        if "failed" in answer:
            raise ChildFailed(answer["failed"], answer.get("error", ""))
        return answer, data

    @property
    def alive(self) -> bool:
        return self.process.returncode is None and self.process.poll() is None

    def _cause_of_death(self) -> str:
        """Out of time, out of memory, or a crash: from the signal and the largest size the child ever had."""
        self._kill()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.close()
        if self.process.returncode == -signal.SIGXCPU:
            return "too_slow"
        grown = usage.ru_maxrss > self._largest_at_start and usage.ru_maxrss * 1024 > self.limits.memory * 0.6
        return "too_large" if grown else "reader_crashed"

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):  # gone already: that is what was wanted
            os.killpg(self.process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the child and what it started (Tesseract), and remove its folder."""
        if self.process.returncode is None:
            self._kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)
