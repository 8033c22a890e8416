from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Console:
    """A running console: its address, the references of its cases by name, its database."""

    url: str
    cases: dict[str, str]
    database: Path

    def case_row(self, reference: str) -> dict[str, object]:
        """State and reason of a case as the record has them, read past Django."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as record:
            record.row_factory = sqlite3.Row
            row = record.execute("SELECT * FROM record_case WHERE reference = ?", (reference,)).fetchone()
            return dict(row)

    @property
    def month(self) -> str:
        """The month of the books, `2026-11`."""
        return str(self._query("SELECT month FROM record_effortentry LIMIT 1")[0][0])[:7]

    def values(self, reference: str) -> dict[str, str]:
        """The values of a case by field."""
        fields = "SELECT f.name, f.value FROM record_fieldvalue f JOIN record_case c ON c.id = f.case_id"
        query = f"{fields} WHERE c.reference = ?"
        return dict(self._query(query, reference))

    def message_ids(self) -> dict[str, str]:
        """Message-IDs by the references of the cases."""
        query = "SELECT c.reference, m.message_id FROM record_case c JOIN record_message m ON m.id = c.message_id"
        return {reference: message_id.strip("<>") for reference, message_id in self._query(query)}

    def events(self, reference: str, code: str) -> list[dict[str, object]]:
        """The data and user of a case's events of one code."""
        query = (
            "SELECT e.data, e.user_id FROM record_auditevent e JOIN record_case c ON c.id = e.case_id"
            " WHERE c.reference = ? AND e.code = ? ORDER BY e.number"
        )
        return [{"user": user, **json.loads(data)} for data, user in self._query(query, reference, code)]

    def _query(self, query: str, *values: str) -> list[Any]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as record:
            return record.execute(query, values).fetchall()


@dataclass(frozen=True)
class Seeded:
    """A filled home and what it takes to serve a copy of it."""

    home: Path
    environment: dict[str, str]
    cases: dict[str, str]

    @contextmanager
    def served(self, home: Path) -> Iterator[Console]:
        """A console on a copy of the filled home."""
        shutil.copytree(self.home, home)
        with _Served({**self.environment, "AMTSBOTE_HOME": str(home)}) as url:
            yield Console(url, self.cases, home / "record" / "record.sqlite3")


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """The filled record, made once."""
    from casework.configuration import shipped
    from tests import factories

    folder = tmp_path_factory.mktemp("console")
    overlay = factories.write_offices(folder / "configs", mail=True)
    environment = {
        **os.environ,
        "AMTSBOTE_HOME": str(folder / "home"),
        "AMTSBOTE_CONFIG": os.pathsep.join([str(shipped()), str(overlay)]),
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("DATABASE_URL", None)
    program = [sys.executable, "-m", "tests.integration.console.seed"]
    made = subprocess.run(program, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return Seeded(folder / "home", environment, json.loads(made.stdout))


@pytest.fixture
def console(seeded: Seeded, tmp_path: Path) -> Iterator[Console]:
    """The console under gunicorn with a filled record of its own."""
    with seeded.served(tmp_path / "home") as running:
        yield running


@pytest.fixture(scope="session")
def shown_console(seeded: Seeded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """One console for all tests that only look."""
    with seeded.served(tmp_path_factory.mktemp("shown") / "home") as running:
        yield running


class _Served:
    """gunicorn on a socket that is already bound, so that no port is raced for."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment

    def __enter__(self) -> str:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.set_inheritable(True)
        number = self._socket.fileno()
        command = [sys.executable, "-m", "gunicorn", "--threads", "4", "--log-level", "error"]
        command += ["--bind", f"fd://{number}"]
        command.append("casework.site.wsgi:application")
        self._server = subprocess.Popen(command, env=self._environment, cwd=ROOT, pass_fds=[number])
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.terminate()
        try:
            self._server.wait(timeout=20)
        finally:
            self._server.kill()
            self._server.wait()
            self._socket.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; not kept longer, because where its loop runs the ORM of other tests cannot."""
    from playwright.sync_api import sync_playwright

    from bots.browser.chromium import quiet_browser

    with sync_playwright() as playwright, quiet_browser(playwright) as chromium:
        yield chromium


def sign_in(page: Page, console: Console, name: str) -> None:
    """Sign in as one of the people."""
    from tests import factories

    page.goto(f"{console.url}/anmelden/")
    page.fill("#id_username", name)
    page.fill("#id_password", factories.PASSWORD)
    page.click("main button.primary")
    page.wait_for_selector(".who .name")
