"""An office with one watched folder, worked by the command itself in processes of its own."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from casework.configuration import shipped

ROOT = Path(__file__).resolve().parents[3]
OFFICE = """\
name: Amt Ahlbek
folders:
  - {{name: scanner, path: {path}, complete_when: {{quiet_seconds: 0.05}}, {more}}}
processes:
  posteingang: {{stage: assisted}}
"""


class House:
    """A home, an office with one watched folder, and commands run in processes of their own."""

    def __init__(self, home: Path, *, more: str = "form: files") -> None:
        self.inbox, self.done = home / "scan", home / "scan" / "Eingelesen"
        self.inbox.mkdir()
        offices = home / "overlay" / "offices"
        offices.mkdir(parents=True)
        (offices / "amt-a.yaml").write_text(OFFICE.format(path=self.inbox, more=more), encoding="utf-8")
        self._home = home / "home"
        configuration = os.pathsep.join([str(shipped()), str(home / "overlay")])
        self._environment = {**os.environ, "AMTSBOTE_HOME": str(self._home), "AMTSBOTE_CONFIG": configuration}
        self._environment.pop("DATABASE_URL", None)

    @property
    def record(self) -> Path:
        """The file of the record."""
        return self._home / "record" / "record.sqlite3"

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def take_in(self) -> None:
        done = self.run("amtsbote", "intake", "--office", "amt-a", "--once", "--json")
        assert done.returncode == 0, done.stderr

    def messages(self) -> list[tuple[str, int, bool]]:
        """Name, size and whether its move is recorded, of every message."""
        query = "SELECT name, size, moved_at IS NOT NULL FROM record_message ORDER BY name, id"
        with sqlite3.connect(self.record) as record:
            return [(name, size, bool(moved)) for name, size, moved in record.execute(query)]

    def cases(self) -> int:
        with sqlite3.connect(self.record) as record:
            return int(record.execute("SELECT count(*) FROM record_case").fetchone()[0])
