"""The waker: whoever asks never waits, nothing is lost to a run that clocks out or a server that is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from types import SimpleNamespace
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.exceptions import ObjectNotFound

from amtsbote.processes import wait_until
from flows import orchestrator
from flows.orchestrator import Waker


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Short times; and no waker outlives what its test put in Prefect's place."""
    monkeypatch.setattr(orchestrator, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(orchestrator, "AWAKE_SECONDS", 0.06)
    yield
    for thread in threading.enumerate():
        if thread.name == "waker":
            thread.join(10)


@pytest.mark.usefixtures("quick")
def test_after_a_wake_up_it_looks_until_a_run_that_clocked_out_would_be_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[tuple[str, float]] = []
    monkeypatch.setattr(orchestrator, "ensure", lambda name, *_: looked.append((name, time.monotonic())))
    with Waker() as waker:
        asked_at = time.monotonic()
        waker.wake("prepare")
        assert wait_until(lambda: bool(looked) and looked[-1][1] - asked_at >= 0.06, seconds=10, every=0.005)
    assert {name for name, _ in looked} == {"prepare/main"}
    assert len(looked) >= 2


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "trouble", [httpx.ConnectError("away"), ObjectNotFound(Exception("no such deployment")), RuntimeError("a bug")]
)
def test_a_server_that_is_away_or_knows_nothing_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    answers = [trouble, trouble, None]
    started = threading.Event()

    def ensure(name: str, *_: object) -> None:
        answer = answers.pop(0) if answers else None
        if answer is not None:
            raise answer
        started.set()

    monkeypatch.setattr(orchestrator, "ensure", ensure)
    with Waker() as waker:
        waker.wake("transfer")
        assert started.wait(10)


@pytest.mark.usefixtures("quick")
def test_a_record_that_is_away_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    started = threading.Event()
    monkeypatch.setattr(orchestrator, "ensure", lambda *_: started.set())
    answers = iter([RuntimeError("away"), RuntimeError("away"), [{}]])

    def wanted(_flow: str) -> list[dict[str, str]]:
        answer = next(answers, [{}])
        if isinstance(answer, Exception):
            raise answer
        return answer

    with Waker(wanted) as waker:
        waker.wake("transfer")
        assert started.wait(10)


@pytest.mark.usefixtures("quick")
def test_whoever_asks_does_not_wait_for_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(orchestrator, "ensure", lambda *_: release.wait(30))
    with Waker() as waker:
        began = time.monotonic()
        for _ in range(100):
            waker.wake("prepare")
        assert time.monotonic() - began < 5
        release.set()


def test_what_is_wanted_is_asked_anew_each_time_and_nothing_else_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[object, ...]] = []
    monkeypatch.setattr(orchestrator, "ensure", lambda *call: started.append(call))
    waiting = iter([["amt-a"], [], ["amt-a", "amt-b"]])
    for _ in range(3):
        orchestrator.ensure_wanted("report", lambda _flow: [{"office": office} for office in next(waiting)])
    assert [call for call in started if call[0] == "report/main"] == [
        ("report/main", {"office": "amt-a"}),
        ("report/main", {"office": "amt-a"}, {"office": "amt-b"}),
    ]


def test_a_deployment_that_the_server_no_longer_knows_is_looked_up_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    former, present = uuid4(), uuid4()
    started: list[UUID] = []

    def start(deployment: UUID, **_: object) -> None:
        if deployment == former:
            raise ObjectNotFound(Exception("its database was made anew"))
        started.append(deployment)

    server = SimpleNamespace(
        read_deployment_by_name=lambda _: SimpleNamespace(id=present),
        read_flow_runs=lambda **_: [],
        create_flow_run_from_deployment=start,
    )
    monkeypatch.setattr(orchestrator, "client", lambda: nullcontext(server))
    monkeypatch.setattr(orchestrator, "_DEPLOYMENTS", {"work/main": former})
    with pytest.raises(ObjectNotFound):
        orchestrator.ensure("work/main")
    assert orchestrator.ensure("work/main") == 1
    assert started == [present]
