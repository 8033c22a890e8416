"""A worker that is killed takes its browser with it and leaves nothing booked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from bots.browser.chromium import Chromium
from bots.gate import ThrowAwayKey
from demo.targets.control import TargetProcess
from tests.integration.bots.targets import ROOT


def _family(pid: int) -> set[int]:
    """All descendants of a process."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    found: set[int] = set()
    grown = {pid}
    while grown:
        grown = {child for child, parent in parents.items() if parent in grown}
        found |= grown
    return found


def _living(pids: set[int]) -> set[int]:
    return {pid for pid in pids if _state(pid) not in ("", "Z")}


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder whose path leaves room for Chromium's socket."""
    with tempfile.TemporaryDirectory(prefix="ab", dir="/tmp") as folder:
        yield Path(folder)


def test_kill_9_ends_the_browser_and_books_nothing(tmp_path: Path) -> None:
    with TargetProcess("haushaltskasse", data=tmp_path / "data", options=["--calm"]) as target:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.integration.bots.victim", target.url, "1"]
        worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"entered\n"
        family = _family(worker.pid)
        assert len(family) >= 3
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
        deadline = time.monotonic() + 30
        while _living(family) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert _living(family) == set()
        assert target.truth()["counts"]["vorerfassung"] == 0
        assert target.truth()["received_posts"] == []


def test_the_folder_of_a_killed_worker_is_removed_by_the_next_start(
    short_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    monkeypatch.setattr(tempfile, "tempdir", str(short_path))
    left = short_path / f"amtsbote-browser-{dead.pid}-abc"
    ours = short_path / f"amtsbote-browser-{os.getpid()}-abc"
    left.mkdir()
    ours.mkdir()
    with sync_playwright() as playwright:
        Chromium(playwright, pin=ThrowAwayKey().pin).close()
    assert [path for path in short_path.iterdir() if path.name.startswith("amtsbote-browser-")] == [ours]
