"""The waker: whoever asks never waits, nothing is lost to a run that clocks out or a server that is away."""

from __future__ import annotations

import threading
import time

import httpx
import pytest

from amtsbote.processes import wait_until
from flows import orchestrator
from flows.orchestrator import Waker


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orchestrator, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(orchestrator, "AWAKE_SECONDS", 0.06)


@pytest.mark.usefixtures("quick")
def test_after_a_wake_up_it_looks_until_a_run_that_clocked_out_would_be_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[tuple[str, float]] = []
    monkeypatch.setattr(orchestrator, "ensure", lambda name: looked.append((name, time.monotonic())))
    with Waker() as waker:
        asked_at = time.monotonic()
        waker.wake("prepare")
        assert wait_until(lambda: bool(looked) and looked[-1][1] - asked_at >= 0.06, seconds=10, every=0.005)
    assert {name for name, _ in looked} == {"prepare/main"}
    assert len(looked) >= 2


@pytest.mark.usefixtures("quick")
def test_a_server_that_is_away_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [httpx.ConnectError("away"), httpx.ConnectError("away"), None]
    started = threading.Event()

    def ensure(name: str) -> None:
        answer = answers.pop(0) if answers else None
        if answer is not None:
            raise answer
        started.set()

    monkeypatch.setattr(orchestrator, "ensure", ensure)
    with Waker() as waker:
        waker.wake("transfer")
        assert started.wait(10)


@pytest.mark.usefixtures("quick")
def test_whoever_asks_does_not_wait_for_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(orchestrator, "ensure", lambda name: release.wait(30))
    with Waker() as waker:
        began = time.monotonic()
        for _ in range(100):
            waker.wake("prepare")
        assert time.monotonic() - began < 5
        release.set()
