from __future__ import annotations

import threading
from typing import Any, cast

import pytest

from bots.mailbox import Mailbox, watch
from casework.words.errors import TryAgainLater
from casework.words.mailbox import MailboxUnreachable


class QuietBox:
    """Stands for an open mailbox: nothing ever comes."""

    def __init__(self) -> None:
        self.waited: list[float] = []
        self.closed = False

    def __enter__(self) -> QuietBox:
        return self

    def __exit__(self, *_: Any) -> None:
        self.closed = True

    def idle(self, timeout: float, *, stop: threading.Event) -> bool:
        self.waited.append(timeout)
        return False


def test_pauses_double_with_jitter_up_to_the_longest_and_start_anew_after_success() -> None:
    stop, pauses = threading.Event(), list[float]()
    box = QuietBox()
    attempts = 0

    def connect() -> Mailbox:
        nonlocal attempts
        attempts += 1
        if attempts == 5:
            return cast(Mailbox, box)
        raise MailboxUnreachable("mailbox_unreachable", "gone")

    def work(_: Mailbox) -> None:
        if box.waited:
            raise TryAgainLater("mailbox_refused", "no")

    def tell(error: TryAgainLater, seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 6:
            stop.set()

    watch(connect, work, stop=stop, tell=tell, first_pause=0.01, longest_pause=0.04)
    for pause, expected in zip(pauses, [0.01, 0.02, 0.04, 0.04, 0.01, 0.02], strict=True):
        assert expected * 0.5 <= pause <= expected * 1.5
    assert box.waited == [300]
    assert box.closed


def test_unexpected_trouble_is_loud() -> None:
    def work(_: Mailbox) -> None:
        raise ValueError("unexpected")

    def tell(error: TryAgainLater, seconds: float) -> None:
        raise AssertionError(error)

    with pytest.raises(ValueError, match="unexpected"):
        watch(lambda: cast(Mailbox, QuietBox()), work, stop=threading.Event(), tell=tell)
