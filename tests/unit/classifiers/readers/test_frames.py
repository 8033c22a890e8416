"""Frames on a pipe: whole or not at all, and never later than allowed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest

from classifiers.readers.frames import (
    LARGEST_BODY,
    LARGEST_HEAD,
    PREFIX,
    FrameBroken,
    FrameLate,
    read_frame,
    write_frame,
)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


def test_what_is_written_is_read(pipe: tuple[int, int]) -> None:
    write_frame(pipe[1], {"verb": "ä"}, b"\x00\xff")

    assert read_frame(pipe[0]) == ({"verb": "ä"}, b"\x00\xff")


def test_silence_ends_at_the_deadline(pipe: tuple[int, int]) -> None:
    with pytest.raises(FrameLate):
        read_frame(pipe[0], deadline=time.monotonic() + 0.05)


def test_a_full_pipe_ends_at_the_deadline(pipe: tuple[int, int]) -> None:
    with pytest.raises(FrameLate):
        write_frame(pipe[1], {}, b"x" * 1_000_000, deadline=time.monotonic() + 0.05)


def test_a_closed_pipe_and_an_impossible_length_are_broken(pipe: tuple[int, int]) -> None:
    os.write(pipe[1], b"\xff\xff\xff\xff\x00\x00\x00\x00")
    with pytest.raises(FrameBroken):
        read_frame(pipe[0])
    os.close(pipe[1])
    with pytest.raises(FrameBroken):
        read_frame(pipe[0])


@pytest.mark.parametrize("head", [b"{", b"[" * 100_000, b"[]", b"\xff", b'{"a": 1}}'])
def test_what_a_child_gone_bad_writes_breaks_the_frame_and_not_the_reader(pipe: tuple[int, int], head: bytes) -> None:
    writer = threading.Thread(target=os.write, args=(pipe[1], PREFIX.pack(len(head), 0) + head))
    writer.start()

    with pytest.raises(FrameBroken):
        read_frame(pipe[0], deadline=time.monotonic() + 10)
    writer.join()


@pytest.mark.parametrize("lengths", [(LARGEST_HEAD + 1, 0), (2, LARGEST_BODY + 1)])
def test_a_frame_that_promises_too_much_is_refused(pipe: tuple[int, int], lengths: tuple[int, int]) -> None:
    os.write(pipe[1], PREFIX.pack(*lengths))

    with pytest.raises(FrameBroken, match="larger"):
        read_frame(pipe[0])
