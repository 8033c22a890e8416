"""A pool of reused child processes that read files; a kill costs one file, never the batch."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import queue
import shutil
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from math import inf
from pathlib import Path
from typing import Any

from pydantic import ValidationError

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
from casework.words.sender import SigningKeys
from classifiers.readers.limits import Limits, Showing
from classifiers.readers.process import FOLDER_PREFIX, Child, ChildFailed
from classifiers.readers.protections import NEEDED
from classifiers.readers.smime import MailKey

MailKeys = Sequence[MailKey]
log = logging.getLogger("amtsbote.reader")
UNPROTECTED = "AMTSBOTE_READ_UNPROTECTED"
"""The setting that lets readers open foreign files although the kernel protects the house too little from them."""


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

    def read(
        self,
        raw: bytes,
        name: str,
        context: ReadingContext | None = None,
        *,
        keys: SigningKeys | None = None,
        mail_keys: MailKeys = (),
    ) -> FileReading:
        """Read a mail or file. Never raises for bad bytes: the reading then says why, as status and reason.

        `keys` None: the mail's signatures are not looked at. `mail_keys` open what was encrypted for the office; they
        go to the child in this request only.
        """
        started = time.monotonic()
        context = context or ReadingContext()
        try:
            reading = self._read(raw, self._request(name, context, mail_keys), context, keys)
        except ChildFailed as failure:
            reading = _unread(name, failure.reason, size=len(raw), sha256=hashlib.sha256(raw).hexdigest())
        return reading.model_copy(update={"path": name, "seconds": round(time.monotonic() - started, 4)})

    def too_large(self, name: str, *, size: int, digest: str) -> FileReading | None:
        """The reading of a file that is larger than any that is read, without its bytes; None when it is not.

        `digest` tells it from other files in place of its SHA-256.
        """
        return _unread(name, "too_large", size=size, sha256=digest) if size > self.limits.message_bytes else None

    def pages(
        self, raw: bytes, name: str, part_id: str, *, left: Showing | None = None, mail_keys: MailKeys = ()
    ) -> list[PageView]:
        """The pages of a part as PNG with words in points; empty when the part has no pages or cannot be shown.

        `left` is what may still be spent on the whole message: so many seconds, pages and bytes, hardly more.
        """
        left = left or Showing()
        question = _about("pages", name, part_id, mail_keys) | {"left": left.model_dump()}
        try:
            head, body = self._ask(question, raw, seconds=left.seconds)
        except ChildFailed:
            return []
        views: list[PageView] = []
        for page in head["pages"]:
            png, body = body[: page["bytes"]], body[page["bytes"] :]
            views.append(PageView.model_validate({**page["view"], "png": png}))
        return views

    def part_bytes(self, raw: bytes, name: str, part_id: str, *, mail_keys: MailKeys = ()) -> bytes:
        """The bytes of one part. Raises KeyError when the message has no such part."""
        try:
            head, body = self._ask(_about("part_bytes", name, part_id, mail_keys), raw)
        except ChildFailed as failure:
            raise KeyError(part_id) from failure
        if not head["found"]:
            raise KeyError(part_id)
        return body

    def readable(
        self, raw: bytes, name: str, part_id: str, *, left: Showing | None = None, mail_keys: MailKeys = ()
    ) -> str:
        """A sanitised HTML fragment of a part (mail text, invoice view); empty when there is nothing to show."""
        question, seconds = _about("readable", name, part_id, mail_keys), (left or Showing()).seconds
        try:
            return str(self._ask(question, raw, seconds=seconds)[0]["html"])
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

    def _read(
        self, raw: bytes, request: dict[str, Any], context: ReadingContext, keys: SigningKeys | None
    ) -> FileReading:
        request |= {"keys": dict(keys.known())} if keys else {}
        head, _ = self._ask(request, raw)
        if keys is not None and "wanted" in head:
            request["keys"] = dict(keys.look_up(head["wanted"]))
            head, _ = self._ask(request, raw)
        reading = _reading_in(head)
        kinds = self._judge(head["texts"], context.model_path)
        if kinds:
            head, _ = self._ask({**request, "guessed": kinds}, raw)
            reading = _reading_in(head)
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
    def _request(name: str, context: ReadingContext, mail_keys: MailKeys) -> dict[str, Any]:
        opening = {"mail_keys": _told(mail_keys)}
        return {"verb": "read", "name": name, "context": json.loads(context.model_dump_json())} | opening

    def _check_protected(self, child: Child) -> None:
        """Raises ChildFailed when the child could do harm with what it opens."""
        lacking = _lacking(child.protections)
        if lacking and not self._unprotected:
            names = " and ".join(name.replace("_", " ") for name in lacking)
            log.error("nothing is read: this kernel does not grant %r to readers; use Linux 6.1 or newer with "
                      "Landlock and seccomp, or set %s=1 and bear the risk", names, UNPROTECTED)  # fmt: skip
            raise ChildFailed("reader_unprotected", names)

    def _ask(self, head: dict[str, Any], body: bytes, *, seconds: float = inf) -> tuple[dict[str, Any], bytes]:
        if len(body) > self.limits.message_bytes:
            raise ChildFailed("too_large")  # not even sent: it would lie in two processes at once
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


def _reading_in(head: dict[str, Any]) -> FileReading:
    """The reading in a child's answer. What foreign bytes made of the child is not trusted to keep to the form."""
    try:
        return FileReading.model_validate(head["reading"])
    except (KeyError, ValidationError) as error:
        raise ChildFailed("reader_crashed", "the answer is no reading") from error


def _about(verb: str, name: str, part_id: str, mail_keys: MailKeys) -> dict[str, Any]:
    """A question about one part of a message."""
    return {"verb": verb, "name": name, "part": part_id, "mail_keys": _told(mail_keys)}


def _told(mail_keys: MailKeys) -> list[tuple[str, str]]:
    return [(each.certificate, each.key) for each in mail_keys]


def _lacking(protections: dict[str, bool]) -> list[str]:
    return [name for name in NEEDED if not protections.get(name)]


def _sweep_folders() -> None:
    """Remove private folders whose process was killed before it could: their name carries its number."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        owner = folder.name.removeprefix(FOLDER_PREFIX).split("-", 1)[0]
        if not (owner.isdigit() and Path(f"/proc/{owner}").exists()):
            shutil.rmtree(folder, ignore_errors=True)


def _unread(name: str, reason: str, *, size: int, sha256: str) -> FileReading:
    """What stays of a file that no child could read: one refused part and a reason."""
    part = Part(
        id="1",
        name=name,
        type="application/octet-stream",
        bytes=size,
        sha256=sha256,
        fate=Fate.REFUSED,
        reason=reason,
    )
    document = DocumentReading(part="1", kind="unknown", confidence=0.0, decided_by=DecidedBy.NONE, unsure=[reason])
    status = ReadStatus.REFUSED if reason in {"too_large", "too_slow", "reader_unprotected"} else ReadStatus.UNREADABLE
    return FileReading(path=name, status=status, reason=reason, documents=[document], parts=[part])
