"""A pool of reused child processes that read files; a kill costs one file, never the batch."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from math import inf
from pathlib import Path
from typing import Any

from casework.words.reading import (
    DecidedBy,
    DocumentReading,
    Fate,
    FileReading,
    PageView,
    Part,
    ReadingContext,
    ReadStatus,
)
from classifiers.readers.frames import FrameBroken, FrameLate, read_frame, write_frame
from classifiers.readers.limits import Limits, Showing
from classifiers.readers.protections import NEEDED

log = logging.getLogger("amtsbote.reader")
FOLDER_PREFIX = "amtsbote-reader-"
START_SECONDS = 30.0
UNPROTECTED = "AMTSBOTE_READ_UNPROTECTED"
"""The setting that lets readers open foreign files although the kernel protects the house too little from them."""
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
        os.set_blocking(self._to, True)
        try:
            self.protections: dict[str, bool] = read_frame(self._from, deadline=time.monotonic() + START_SECONDS)[0][
                "protections"
            ]
        except (FrameBroken, FrameLate) as error:
            self.close()
            raise ChildFailed("reader_crashed", "the child did not start") from error

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
        return "too_large" if usage.ru_maxrss * 1024 > self.limits.memory * 0.6 else "reader_crashed"

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


class Reader:
    """Reads mails and files in child processes. Safe to use from several threads; `processes` work side by side.

    With a `model_key` only a model signed under it is used. Where the kernel grants the children no Landlock or no
    seccomp nothing is opened, unless `unprotected` or the environment (`AMTSBOTE_READ_UNPROTECTED=1`) says so.
    """

    def __init__(
        self,
        *,
        processes: int = 1,
        limits: Limits | None = None,
        model_key: bytes | None = None,
        unprotected: bool | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self._unprotected = os.environ.get(UNPROTECTED) == "1" if unprotected is None else unprotected
        self._model_key = model_key
        _sweep_folders()
        self._free: queue.LifoQueue[Child | None] = queue.LifoQueue()
        for _ in range(processes):
            self._free.put(None)
        self._processes = processes
        # children ask the kernel to die with the *thread* that started them, so this thread lives as long as we do
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reader-starter")

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def close(self) -> None:
        """End all children. A reader that still reads in another thread is waited for."""
        for _ in range(self._processes):
            child = self._free.get()
            if child is not None:
                child.close()
        self._starter.shutdown()

    def read(self, raw: bytes, name: str, context: ReadingContext | None = None) -> FileReading:
        """Read a mail or file. Never raises for bad bytes: the reading then says why, as status and reason."""
        started = time.monotonic()
        context = context or ReadingContext()
        try:
            reading = self._read(raw, name, context)
        except ChildFailed as failure:
            reading = _failed_reading(raw, name, failure.reason)
        return reading.model_copy(update={"path": name, "seconds": round(time.monotonic() - started, 4)})

    def pages(self, raw: bytes, name: str, part_id: str, *, left: Showing | None = None) -> list[PageView]:
        """The pages of a part as PNG with words in points; empty when the part has no pages or cannot be shown.

        `left` is what may still be spent on the whole message: so many seconds, pages and bytes, hardly more.
        """
        left = left or Showing()
        question = {"verb": "pages", "name": name, "part": part_id, "left": left.model_dump()}
        try:
            head, body = self._ask(question, raw, seconds=left.seconds)
        except ChildFailed:
            return []
        views: list[PageView] = []
        for page in head["pages"]:
            png, body = body[: page["bytes"]], body[page["bytes"] :]
            views.append(PageView.model_validate({**page["view"], "png": png}))
        return views

    def part_bytes(self, raw: bytes, name: str, part_id: str) -> bytes:
        """The bytes of one part. Raises KeyError when the message has no such part."""
        try:
            head, body = self._ask({"verb": "part_bytes", "name": name, "part": part_id}, raw)
        except ChildFailed as failure:
            raise KeyError(part_id) from failure
        if not head["found"]:
            raise KeyError(part_id)
        return body

    def readable(self, raw: bytes, name: str, part_id: str, *, left: Showing | None = None) -> str:
        """A sanitised HTML fragment of a part (mail text, invoice view); empty when there is nothing to show."""
        seconds = (left or Showing()).seconds
        try:
            return str(self._ask({"verb": "readable", "name": name, "part": part_id}, raw, seconds=seconds)[0]["html"])
        except ChildFailed:
            return ""

    def text(self, raw: bytes, name: str) -> str:
        """The text a model learns from, without OCR; empty when the file cannot be read."""
        try:
            return str(self._ask({"verb": "text", "name": name}, raw)[0]["text"])
        except ChildFailed:
            return ""

    def protections(self) -> dict[str, bool]:
        """Which protections hold in a child of this reader."""
        return dict(self._ask({"verb": "protections"}, b"")[0]["protections"])

    def _read(self, raw: bytes, name: str, context: ReadingContext) -> FileReading:
        head, _ = self._ask(self._request(name, context), raw)
        reading = FileReading.model_validate(head["reading"])
        kinds = self._judge(head["texts"], context.model_path)
        if kinds:
            head, _ = self._ask({**self._request(name, context), "guessed": kinds}, raw)
            reading = FileReading.model_validate(head["reading"])
        return reading

    def _judge(self, texts: dict[str, str], model_path: str | None) -> dict[str, tuple[str, float]]:
        """What the model says of unclaimed texts; nothing without a model, or with one that is not ours."""
        if model_path is None or not texts:
            return {}
        from classifiers.model.judging import judge
        from classifiers.model.keeping import ModelRefused

        try:
            return judge(texts, Path(model_path), key=self._model_key)
        except ModelRefused as refused:
            log.error("%s; letters are read without it", refused)
            return {}

    @staticmethod
    def _request(name: str, context: ReadingContext) -> dict[str, Any]:
        return {"verb": "read", "name": name, "context": json.loads(context.model_dump_json())}

    def _check_protected(self, child: Child) -> None:
        """Raises ChildFailed when the child could do harm with what it opens."""
        lacking = _lacking(child.protections)
        if lacking and not self._unprotected:
            names = " and ".join(name.replace("_", " ") for name in lacking)
            log.error("nothing is read: this kernel does not grant %r to readers; use Linux 6.1 or newer with "
                      "Landlock and seccomp, or set %s=1 and bear the risk", names, UNPROTECTED)  # fmt: skip
            raise ChildFailed("reader_unprotected", names)

    def _ask(self, head: dict[str, Any], body: bytes, *, seconds: float = inf) -> tuple[dict[str, Any], bytes]:
        child = self._free.get()
        try:
            if child is None or not child.alive:
                if child is not None:
                    child.close()
                child = self._starter.submit(Child, self.limits).result()
            if body:
                self._check_protected(child)
            return child.ask(head, body, seconds=seconds)
        finally:
            self._free.put(child if child is not None and child.alive else None)


def _lacking(protections: dict[str, bool]) -> list[str]:
    return [name for name in NEEDED if not protections.get(name)]


def _sweep_folders() -> None:
    """Remove private folders whose process was killed before it could: their name carries its number."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        owner = folder.name.removeprefix(FOLDER_PREFIX).split("-", 1)[0]
        if not (owner.isdigit() and Path(f"/proc/{owner}").exists()):
            shutil.rmtree(folder, ignore_errors=True)


def _failed_reading(raw: bytes, name: str, reason: str) -> FileReading:
    """What stays of a file that its child could not read: one refused part and a reason."""
    part = Part(
        id="1",
        name=name,
        type="application/octet-stream",
        bytes=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
        fate=Fate.REFUSED,
        reason=reason,
    )
    document = DocumentReading(part="1", kind="unknown", confidence=0.0, decided_by=DecidedBy.NONE, unsure=[reason])
    status = ReadStatus.REFUSED if reason in {"too_large", "too_slow", "reader_unprotected"} else ReadStatus.UNREADABLE
    return FileReading(path=name, status=status, reason=reason, documents=[document], parts=[part])
