"""A private PostgreSQL for tests and trials: a new cluster in a folder, reached by a Unix socket only, gone afterwards.

with PostgresCluster(folder) as cluster:
    cluster.url     postgresql://…
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import urllib.parse
from pathlib import Path
from types import TracebackType

from casework.words.errors import AmtsboteError
from demo.unprivileged import Lodging, choose_account

BINARIES = "/usr/lib/postgresql"
USER = "amtsbote"
DATABASE = "amtsbote"
PORT = 5432  # names the socket file only: nothing listens on the network
START_SECONDS = 30
STOP_SECONDS = 20
STATUS_LINE = 7

SETTINGS = """\
listen_addresses = ''
port = {port}
fsync = on
max_connections = 100
shared_buffers = 64MB
logging_collector = off
"""


class PostgresError(AmtsboteError):
    """The private PostgreSQL could not be made or started."""


class PostgresCluster:
    """A cluster with the database `amtsbote`; `url` as in `DATABASE_URL`. Raises `PostgresError`."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._lodging: Lodging | None = None

    def __enter__(self) -> PostgresCluster:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The address of the database, `postgresql://amtsbote@/amtsbote?host=<socket folder>&port=5432`."""
        assert self._lodging is not None, "the cluster is not running"
        query = urllib.parse.urlencode({"host": str(self._lodging.path / "sockets"), "port": PORT})
        return f"postgresql://{USER}@/{DATABASE}?{query}"

    def start(self) -> None:
        """Make the cluster (about two seconds) unless the folder holds one, start it, make the database."""
        self._lodging = Lodging.take(self.folder, choose_account("postgres"))
        try:
            (self._lodging.path / "sockets").mkdir(exist_ok=True)
            self._lodging.hand_over()
            if not (self._lodging.path / "data" / "PG_VERSION").exists():
                self._make_cluster()
            self._start_server()
            self._make_database()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server cleanly (every connection is closed); the data stays in the folder."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._lodging is not None:
            shutil.rmtree(self._lodging.path / "sockets", ignore_errors=True)
            self._lodging.leave()
            self._lodging = None

    def _make_cluster(self) -> None:
        data = self._path("data")
        self._run("initdb", "--pgdata", data, "--username", USER, "--auth", "trust", "--encoding", "UTF8",
                  "--locale", "C.UTF-8")  # fmt: skip
        settings = SETTINGS.format(port=PORT)
        assert self._lodging is not None
        (self._lodging.path / "data" / "postgresql.auto.conf").write_text(settings)
        self._lodging.hand_over()

    def _start_server(self) -> None:
        assert self._lodging is not None
        # the sockets' folder is another one when the lodging moved
        options = ["-D", self._path("data"), "-k", self._path("sockets")]
        command = self._lodging.account.command(_find_binary("postgres"), *options)
        with (self._lodging.path / "postgres.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/"
            )
        self._wait_until_ready(self._process)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """The server writes "ready" into line 8 of its pid file when it takes connections."""
        pid_file = Path(self._path("data")) / "postmaster.pid"
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            lines = pid_file.read_text().split("\n") if pid_file.exists() else []
            if len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready" and lines[0] == str(process.pid):
                return
            time.sleep(0.02)
        log = Path(self._path("postgres.log")).read_text(errors="replace").splitlines()
        raise PostgresError(f"PostgreSQL did not start: {' | '.join(log[-3:])}")

    def _make_database(self) -> None:
        asked = self._run("psql", "-h", self._path("sockets"), "-p", str(PORT), "-U", USER, "-d", "postgres", "-Atc",
                          f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'")  # fmt: skip
        if not asked.strip():
            self._run("createdb", "-h", self._path("sockets"), "-p", str(PORT), "-U", USER, DATABASE)

    def _path(self, name: str) -> str:
        assert self._lodging is not None
        return str(self._lodging.path / name)

    def _run(self, program: str, *arguments: str) -> str:
        assert self._lodging is not None
        command = self._lodging.account.command(_find_binary(program), *arguments)
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", env=environment, check=False)
        if done.returncode != 0:
            raise PostgresError(f"{program} failed: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout


def _find_binary(name: str) -> str:
    """Debian keeps them beside each other by version, out of PATH; the newest one is taken."""
    versions = sorted(Path(BINARIES).glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]), reverse=True)
    found = str(versions[0]) if versions else shutil.which(name)
    if not found:
        raise PostgresError("PostgreSQL is missing: run scripts/install-debian-packages test")
    return found
