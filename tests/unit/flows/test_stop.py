"""A run hears that it should end: at once while it waits, after its case while it works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from flows.stop import Stop, StopAsked


def _ask_soon() -> threading.Timer:
    timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    return timer


def test_a_wait_ends_as_soon_as_a_stop_is_asked_for() -> None:
    with Stop() as stop:
        timer = _ask_soon()
        began = time.monotonic()
        assert stop.wait(30)
        assert time.monotonic() - began < 10
        timer.join()


def test_a_wait_ends_by_itself_when_nobody_asks() -> None:
    with Stop() as stop:
        assert not stop.wait(0.01)


def test_work_is_not_interrupted() -> None:
    with Stop() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.asked


def test_what_may_be_torn_apart_is_left_at_once() -> None:
    with Stop() as stop, pytest.raises(StopAsked), stop.interrupting():
        timer = _ask_soon()
        threading.Event().wait(30)
    timer.join()


def test_what_may_be_torn_apart_is_not_even_begun_after_a_stop() -> None:
    with Stop() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(StopAsked), stop.interrupting():
            raise AssertionError("not reached")


def test_the_former_handlers_come_back() -> None:
    former = signal.getsignal(signal.SIGTERM)
    with Stop():
        assert signal.getsignal(signal.SIGTERM) != former
    assert signal.getsignal(signal.SIGTERM) == former


def test_a_process_that_does_not_end_in_time_is_ended() -> None:
    program = """
import os, signal
from flows.stop import Stop
with Stop(grace=1) as stop:
    os.kill(os.getpid(), signal.SIGTERM)
    while True:
        signal.pause()
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)
    assert done.returncode == -signal.SIGALRM
