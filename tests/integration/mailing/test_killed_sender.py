"""kill -9 while the server takes the letter: one letter, one question, and never a second letter."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from casework import configuration
from demo.mailserver.certificates import Authority
from tests.integration.mailing.office import write_office
from tests.integration.mailing.server import PASSWORD, MailServer

ROOT = Path(__file__).resolve().parents[3]


def test_a_killed_worker_sends_nothing_twice(server: MailServer, authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    overlay = write_office(tmp_path / "configs", server, ca=tmp_path / "ca.pem")
    environment = {
        **os.environ,
        "AMTSBOTE_HOME": str(tmp_path / "home"),
        "AMTSBOTE_CONFIG": os.pathsep.join([str(configuration.shipped()), str(overlay)]),
        "AMTSBOTE_SECRET_ANTWORT": PASSWORD,
        "PYTHONPATH": str(ROOT),
    }
    program = [sys.executable, "-m", "tests.integration.mailing.victim"]
    with subprocess.Popen([*program, "send"], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL) as victim:
        server.script.at = {"dot": lambda: os.kill(victim.pid, signal.SIGKILL)}
        assert victim.wait(timeout=60) == -signal.SIGKILL
    server.script.at = {}
    assert len(server.script.letters) == 1
    told = subprocess.run([*program, "settle"], env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    said: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    assert (said["answer"], said["case"], said["reasons"][-1]) == ("unknown", "review", "answer_unknown")
    assert len(server.script.letters) == 1
