"""Frames on a pipe: whole or not at all, and never later than allowed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from classifiers.readers.frames import FrameBroken, FrameLate, read_frame, write_frame


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
