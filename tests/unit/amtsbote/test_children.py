"""A child of the supervisor: private log, back-off after falls, a firm end."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from amtsbote.children import Child
from amtsbote.processes import wait_until


def _child(folder: Path, program: str) -> Child:
    return Child(
        "test",
        [sys.executable, "-c", program],
        environment=dict(os.environ),
        folder=folder,
        log=folder / "log" / "test.log",
    )


def test_its_words_go_into_a_log_that_only_the_owner_reads(tmp_path: Path) -> None:
    child = _child(tmp_path, "print('secret')")
    child.start()
    assert wait_until(child.has_fallen, seconds=20)
    log = tmp_path / "log" / "test.log"
    assert log.read_text() == "secret\n"
    assert log.stat().st_mode & 0o777 == 0o600


def test_after_a_fall_it_is_started_again_after_a_pause_that_grows(tmp_path: Path) -> None:
    child = _child(tmp_path, "")
    child.start()
    pauses = []
    for _ in range(3):
        assert wait_until(child.has_fallen, seconds=20)
        assert wait_until(child.restart_when_due, seconds=20, every=0.01)
        pauses.append(child.pause)
    child.end(seconds=5)
    assert pauses == [0.25, 0.5, 1.0]
    assert child.restarts == 3


def test_one_that_will_not_end_is_killed(tmp_path: Path) -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"
    child = _child(tmp_path, stubborn)
    child.start()
    assert wait_until(lambda: "up" in (tmp_path / "log" / "test.log").read_text(), seconds=20)
    child.end(seconds=0.2)
    assert child.pid is None
