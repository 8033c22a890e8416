"""Frames on a pipe: four bytes head length, four bytes body length, a JSON head, raw bytes. No pickle, no objects."""

from __future__ import annotations

import json
import os
import select
import struct
import time
from typing import Any

from casework.words.errors import AmtsboteError

PREFIX = struct.Struct(">II")
LARGEST_HEAD = 64 * 1024 * 1024
LARGEST_BODY = 256 * 1024 * 1024


class FrameBroken(AmtsboteError):
    """The other end of the pipe is gone or wrote something that is no frame."""


class FrameLate(AmtsboteError):
    """The other end did not answer within the time it was given."""


def write_frame(descriptor: int, head: dict[str, Any], body: bytes = b"", *, deadline: float | None = None) -> None:
    """Write one frame; `deadline` is a monotonic time. Raises FrameBroken, FrameLate."""
    text = json.dumps(head, ensure_ascii=False).encode()
    os.set_blocking(descriptor, deadline is None)  # a pipe that blocks could take more than the time that is left
    _write_all(descriptor, PREFIX.pack(len(text), len(body)) + text, deadline)
    _write_all(descriptor, body, deadline)


def read_frame(descriptor: int, *, deadline: float | None = None) -> tuple[dict[str, Any], bytes]:
    """Read one frame; `deadline` is a monotonic time. Raises FrameBroken, FrameLate."""
    head_length, body_length = PREFIX.unpack(_read_all(descriptor, PREFIX.size, deadline))
    if head_length > LARGEST_HEAD or body_length > LARGEST_BODY:
        raise FrameBroken("the reader's child sent a frame larger than allowed")
    try:
        head = json.loads(_read_all(descriptor, head_length, deadline))
    except (ValueError, RecursionError) as error:
        raise FrameBroken("the reader's child sent a frame that is no JSON, or nested without end") from error
    if not isinstance(head, dict):
        raise FrameBroken("the reader's child sent a frame without a head")
    return head, _read_all(descriptor, body_length, deadline)


def _wait(descriptor: int, event: int, deadline: float | None) -> None:
    if deadline is None:
        return
    poll = select.poll()
    poll.register(descriptor, event)
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise FrameLate("the reader's child did not answer in time")


def _write_all(descriptor: int, data: bytes, deadline: float | None) -> None:
    view = memoryview(data)
    while view:
        _wait(descriptor, select.POLLOUT, deadline)
        try:
            written = os.write(descriptor, view)
        except BrokenPipeError as error:
            raise FrameBroken("the reader's child is gone") from error
        view = view[written:]


def _read_all(descriptor: int, length: int, deadline: float | None) -> bytes:
    pieces: list[bytes] = []
    while length:
        _wait(descriptor, select.POLLIN, deadline)
        piece = os.read(descriptor, min(length, 1 << 20))
        if not piece:
            raise FrameBroken("the reader's child closed its pipe")
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)
