"""Start, steer and count a target system: `with TargetProcess("haushaltskasse", data=folder) as target:`."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

READY_SECONDS = 30.0
STOP_SECONDS = 10.0
ROOT = Path(__file__).resolve().parents[2]


class TargetError(RuntimeError):
    """The target system did not start or did not answer its control interface."""


class TargetProcess:
    """One running target system (`haushaltskasse` or `hundeverzeichnis`), its own process with its own SQLite file.

    `options` are command line options (e.g. `["--calm"]`); `seed` replaces the shipped seed; `auto_restart` starts the
    program again, on the same port, when it ends without `stop()` (fault `restart`, kill -9).
    """

    def __init__(
        self,
        name: str,
        *,
        data: Path,
        options: Sequence[str] = (),
        seed: dict[str, Any] | None = None,
        port: int = 0,
        token: str = "",
        auto_restart: bool = False,
    ) -> None:
        self.name = name
        self.data = data
        self.url = ""
        self.port = port
        self.token = token
        self._options = list(options)
        self._seed = seed
        self._auto_restart = auto_restart
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: threading.Thread | None = None

    def __enter__(self) -> TargetProcess:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def database(self) -> Path:
        """The SQLite file of the system."""
        return self.data / f"{self.name}.sqlite3"

    @property
    def pid(self) -> int:
        """The process id of the program."""
        return self._running().pid

    def start(self) -> TargetProcess:
        """Start the program and wait until it serves; TargetError says why it does not."""
        self._stopping.clear()
        self._launch()
        if self._auto_restart and self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name=f"watch {self.name}", daemon=True)
            self._watcher.start()
        return self

    def stop(self) -> None:
        """End the program and wait for it; harmless when it has ended already."""
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None
        if self._process is not None:
            _end(self._process)
            self._process = None

    def kill(self) -> None:
        """kill -9, and wait until the process is gone."""
        process = self._running()
        process.kill()
        process.wait(STOP_SECONDS)

    def wait_until_ended(self, *, seconds: float = STOP_SECONDS) -> int:
        """Wait for the program's own end (fault `restart`); returns its exit code."""
        return self._running().wait(seconds)

    def wait_until_up(self, *, seconds: float = READY_SECONDS) -> None:
        """Wait until the control interface answers, e.g. after a restart."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.armed_faults()
                return
            except TargetError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def restart(self) -> TargetProcess:
        """Stop (if it still runs) and start again on the same port with the same data."""
        self.stop()
        return self.start()

    def faults(self, *faults: dict[str, Any]) -> None:
        """Replace the armed faults; without arguments none is armed."""
        self._call("POST", "/__faults", list(faults))

    def armed_faults(self) -> list[dict[str, Any]]:
        """The armed faults with the times they have left."""
        return list(self._call("GET", "/__faults"))

    def truth(self) -> dict[str, Any]:
        """All rows, `counts` per operation, `received_posts` and `received` per operation."""
        return dict(self._call("GET", "/__truth"))

    def seed(self, rows: dict[str, Any]) -> None:
        """Add master data and records while it runs."""
        self._call("POST", "/__seed", rows)

    def end_sessions(self) -> int:
        """Let all sessions time out now; returns how many there were."""
        return int(self._call("POST", "/__sessions")["ended"])

    def unlock_users(self) -> None:
        """Forget wrong passwords."""
        self._call("POST", "/__unlock")

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise TargetError(f"{self.name} is not running: call start() first")
        return self._process

    def _launch(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(self._command(), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._process = process
        assert process.stdout is not None
        line = process.stdout.readline()
        process.stdout.close()
        if not line:
            code = _end(process)
            self._process = None
            raise TargetError(f"{self.name} ended with {code} before it served; its messages stand on standard error")
        ready = json.loads(line)
        self.url, self.port, self.token = ready["url"], ready["port"], ready["token"]

    def _command(self) -> list[str]:
        command = [sys.executable, "-m", f"demo.{self.name}", "--data", str(self.data.resolve()), "--end-with-stdin"]
        command += ["--port", str(self.port), *self._options]
        if self.token:
            command += [f"--token={self.token}"]
        if self._seed is not None:
            path = self.data / "seed.json"
            path.write_text(json.dumps(self._seed, ensure_ascii=False), encoding="utf-8")
            command += ["--seed-file", str(path.resolve())]
        return command

    def _watch(self) -> None:
        while not self._stopping.wait(0.05):
            process = self._process
            if process is not None and process.poll() is not None and not self._stopping.is_set():
                _end(process)
                self._launch()

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        request.add_header("X-Control-Token", self.token)
        # the throw-away certificate of a test proves nothing: the token does
        context = ssl._create_unverified_context() if self.url.startswith("https:") else None
        try:
            with urllib.request.urlopen(request, timeout=READY_SECONDS, context=context) as answer:
                return json.loads(answer.read())
        except (OSError, ValueError) as error:
            raise TargetError(f"{self.name} at {self.url} did not answer {method} {path}: {error}") from error


def _end(process: subprocess.Popen[bytes]) -> int:
    if process.stdin is not None:
        process.stdin.close()
    try:
        return process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait(STOP_SECONDS)
