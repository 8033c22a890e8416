"""The whole demo, small, while its parts are killed one after the other: nothing lost, nothing double, nothing left."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amtsbote.processes import descendants, is_alive, wait_until
from tests.outgoing import OutgoingWatch

LETTERS = 6
BACK_SECONDS = 120
WHOLE_SECONDS = 900
VICTIMS = (
    "amtsbote: intake",
    "amtsbote: prepare",
    "amtsbote: transfer",
    "chromium.*--proxy-server=",  # a bot's: people's browsers know no gate
    "prefect.*worker",
    "prefect.*server",
)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "amtsbote", "demo", "run", "--once", "--count", str(LETTERS)]
    with (tmp_path / "demo.log").open("wb") as output:
        process = subprocess.Popen([*command, "--folder", str(tmp_path / "demo")], stdout=output, stderr=output)
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait(60)


def test_a_demo_whose_parts_are_killed_loses_and_doubles_nothing(demo: subprocess.Popen[bytes], tmp_path: Path) -> None:
    killed = []
    with OutgoingWatch(demo.pid) as watch:
        for victim in VICTIMS:
            if _kill(demo, victim):
                killed.append(victim)
        assert demo.wait(WHOLE_SECONDS) == 0, _words(tmp_path)
    assert watch.seen == set(), "nothing calls home"
    summary: dict[str, Any] = json.loads((tmp_path / "demo" / "summary.json").read_text())
    assert summary["messages"] == LETTERS
    assert (summary["lost"], summary["double"], summary["unexplained_parts"]) == (0, 0, 0)
    assert summary["record"] == summary["targets"] != {}
    assert sum(row["new"] for row in summary["processes"].values()) == 0
    assert len(killed) >= 4, f"only {killed} were met alive"


def test_ctrl_c_in_the_middle_leaves_no_process(demo: subprocess.Popen[bytes], tmp_path: Path) -> None:
    assert wait_until(lambda: _find(demo, "amtsbote: prepare") is not None, seconds=BACK_SECONDS), _words(tmp_path)
    below = descendants(demo.pid)
    demo.send_signal(signal.SIGINT)
    demo.wait(WHOLE_SECONDS)
    assert wait_until(lambda: not [pid for pid in below if is_alive(pid)], seconds=BACK_SECONDS)


def _kill(demo: subprocess.Popen[bytes], victim: str) -> bool:
    """SIGKILL the first process of the demo whose command says so, as soon as there is one."""
    found: list[int | None] = []

    def met() -> bool:
        found[:] = [_find(demo, victim)]
        return demo.poll() is not None or found[0] is not None

    if not wait_until(met, seconds=BACK_SECONDS, every=0.1) or found[0] is None:
        return False
    os.kill(found[0], signal.SIGKILL)
    return True


def _find(demo: subprocess.Popen[bytes], victim: str) -> int | None:
    for pid in descendants(demo.pid):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if re.search(victim, command):
            return pid
    return None


def _words(folder: Path) -> str:
    logs = [folder / "demo.log", folder / "demo" / "up.log", *(folder / "demo" / "home" / "log").glob("*.log")]
    return "".join(f"\n{log.name}:\n{log.read_text()[-2500:]}" for log in logs if log.exists())
