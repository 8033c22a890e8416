"""How a run is asked to end: SIGTERM or SIGINT, heard between two cases or while waiting."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StopAsked(BaseException):
    """Raised inside `Stop.interrupting` when the run is asked to end; not an error."""


class Stop:
    """Catches the stop signals of the main thread while it is entered, and puts the former handlers back.

    With `grace` seconds the kernel ends a process that has not ended so long after it was asked, say because it still
    tries to reach a server that is gone; None: never.
    """

    def __init__(self, *, grace: int | None = None) -> None:
        self.asked = False
        self._grace = grace
        self._interrupt = False
        self._former: dict[int, object] = {}
        self._heard, self._tell = os.pipe()
        os.set_blocking(self._tell, False)

    def __enter__(self) -> Self:
        self._former = {number: signal.signal(number, self._hear) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal.signal itself returned
        os.close(self._heard)
        os.close(self._tell)

    def wait(self, seconds: float) -> bool:
        """Wait, at most that long; True as soon as a stop was asked for."""
        if not self.asked:
            select.select([self._heard], [], [], seconds)
        return self.asked

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """Within this block a stop raises `StopAsked` at once: for waits that may be torn apart."""
        self._interrupt = True
        try:
            if self.asked:
                raise StopAsked
            yield
        finally:
            self._interrupt = False

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        if self._grace is not None:
            signal.alarm(self._grace)
        os.write(self._tell, b".")
        if self._interrupt:
            self._interrupt = False
            raise StopAsked
