"""The thread that keeps the runs alive: nothing that Prefect's server says ends it."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx
import pytest
from prefect.exceptions import ObjectNotFound

from amtsbote import supervisor
from amtsbote.supervisor import LongRun, Plan, Supervisor
from flows import orchestrator


@pytest.mark.parametrize(
    "trouble", [httpx.ConnectError("away"), ObjectNotFound(Exception("no such deployment")), RuntimeError("a bug")]
)
def test_the_long_runs_are_raised_again_whatever_went_wrong_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    monkeypatch.setattr(supervisor, "CARE_SECONDS", 0.01)
    answers, raised = [trouble, trouble], threading.Event()

    def ensure(name: str, *_: object) -> None:
        if answers:
            raise answers.pop(0)
        raised.set()

    monkeypatch.setattr(orchestrator, "ensure", ensure)
    monkeypatch.setattr(orchestrator, "raise_fallen", lambda *_, **__: {})
    box = Supervisor(Plan(project=tmp_path, home=tmp_path, long_runs=(LongRun("intake/main"),)))
    care = threading.Thread(target=box._care, daemon=True)
    care.start()
    assert raised.wait(10)
    box._stopping.set()
    care.join(10)
    assert not care.is_alive()
