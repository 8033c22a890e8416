"""`amtsbote up`: one box. Prefect's server, its worker and the console are children; nothing outlives us."""

from __future__ import annotations

import fcntl
import importlib
import json
import logging
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import TypeVar
from uuid import UUID

from amtsbote import prefect_server, processes
from amtsbote.children import Child, private_log
from casework.words.errors import AmtsboteError

log = logging.getLogger("amtsbote")
T = TypeVar("T")

TICK_SECONDS = 0.2
AGAIN_SECONDS = 10.0
LOOK_BACK_SECONDS = 120
CARE_SECONDS = 2.0
FIRST_SECONDS = 5.0
"""The long runs begin first; what is started once, at the start, waits this long so as not to slow them down."""
SERVER_SECONDS = 90.0
ASK_TIMES = 5
RUN_GRACE_SECONDS = 20.0
ORPHAN_GRACE_SECONDS = 4.0


class StartFailed(AmtsboteError):
    """A part of the box did not start."""


@dataclass(frozen=True)
class LongRun:
    """A run that has to be alive as long as we are."""

    deployment: str
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What to start: `project` holds prefect.yaml, `home` everything that is written.

    `first` are the commands run before anything else works (migrations), `console` the command of the console, if any.
    """

    project: Path
    home: Path
    long_runs: tuple[LongRun, ...] = ()
    first: tuple[list[str], ...] = ()
    console: list[str] | None = None
    console_url: str = ""
    at_start: tuple[str, ...] = ()


class Supervisor:
    """Starts the parts in order, keeps them alive, and ends them in order."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.ready = False
        port = prefect_server.free_port()
        self._prefect = prefect_server.environment(plan.home / "prefect", plan.project, port=port)
        self._environment = {**os.environ, **self._prefect}
        self.server = self._child("server", prefect_server.server_command())
        # asked nicely it would wait for its runs, and they for a server that dies with us
        self.worker = self._child("worker", prefect_server.worker_command(), dies_by="KILL")
        self.console = self._child("console", plan.console) if plan.console else None
        self._stopping = threading.Event()
        self._began = datetime.now(UTC)
        self._fallen: set[UUID] = set()
        self._raised: dict[UUID, float] = {}

    def run(self, *, stop_asked: Callable[[], bool], on_ready: Callable[[], None] = lambda: None) -> None:
        """Be the box until `stop_asked`; everything is ended on the way out, whatever happened."""
        processes.become_subreaper()
        with _alone(self.plan.home / "run"):
            try:
                if self._start(stop_asked):
                    self.ready = True
                    self._write_state()
                    on_ready()
                    self._watch(stop_asked)
            finally:
                self.end()

    def _start(self, stop_asked: Callable[[], bool]) -> bool:
        """Bring everything up; False when a stop was asked for in between."""
        os.environ.update(self._prefect)
        self.server.start()
        for number, command in enumerate(self.plan.first):
            self._finish(f"first-{number}", command)
        if self.console:
            self.console.start()
        self._write_state()
        importlib.import_module("flows.orchestrator")  # takes a second or two, while the server takes longer
        self._wait_for_server(stop_asked)
        if stop_asked():
            return False
        pool_is_new = self._make_pool()
        self._clear_stale()
        self.worker.start()  # takes as long to begin as the deployments do: side by side
        self._deploy(pool_is_new)
        threading.Thread(target=self._care, name="care", daemon=True).start()
        return True

    def _wait_for_server(self, stop_asked: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SERVER_SECONDS
        while not prefect_server.is_up(self._prefect) and not stop_asked():
            if self.server.has_fallen() or time.monotonic() > deadline:
                raise StartFailed(f"Prefect's server did not start; its words are in {self._log('server')}")
            time.sleep(TICK_SECONDS)

    def _make_pool(self) -> bool:
        """The work pool, unless it is there; True when it was made."""
        from flows import orchestrator

        return self._patiently(orchestrator.ensure_pool)

    def _deploy(self, pool_is_new: bool) -> None:
        """The deployments of prefect.yaml, unless they stand there as they are."""
        done = self.plan.home / "prefect" / "deployed"
        mark = prefect_server.deployed_mark(self.plan.project)
        if not pool_is_new and done.exists() and done.read_text(encoding="utf-8") == mark:
            return
        self._finish("deploy", prefect_server.deploy_command())
        done.write_text(mark, encoding="utf-8")

    def _clear_stale(self) -> None:
        from flows import orchestrator

        cleared = self._patiently(orchestrator.clear_stale)
        if cleared:
            log.info("%d runs of an unclean stop cleared", cleared)

    def _patiently(self, call: Callable[[], T]) -> T:
        """Ask a server that has just come up, or is busy, a few times."""
        from flows import orchestrator

        for _ in range(ASK_TIMES):
            try:
                return call()
            except orchestrator.SERVER_AWAY as error:
                log.warning("Prefect's server did not answer (%s)", type(error).__name__)
            if self.server.has_fallen():
                break
            time.sleep(CARE_SECONDS)
        raise StartFailed(f"Prefect's server does not answer; its words are in {self._log('server')}")

    def _care(self) -> None:
        """In a thread of its own, because the server may be away: long runs are alive, first wake-ups are given."""
        from flows import orchestrator

        once = list(self.plan.at_start)
        begin_once = time.monotonic() + FIRST_SECONDS
        while not self._stopping.is_set():
            try:
                prefect_server.check_port(self._prefect)
                for name, wanted in self._long_runs().items():
                    orchestrator.ensure(name, *wanted)
                while once and time.monotonic() >= begin_once:
                    orchestrator.ensure(once[0])
                    once.pop(0)
                self._raise_fallen()
            except orchestrator.SERVER_AWAY as error:
                log.warning("Prefect's server did not answer (%s)", type(error).__name__)
            except Exception:
                # without this thread nothing would be brought back, and nobody would hear of it
                log.exception("looking after the runs failed; trying again")
            self._stopping.wait(CARE_SECONDS)

    def _raise_fallen(self) -> None:
        """Start runs again whose process was killed; one that falls again and again is left to housekeeping."""
        from flows import orchestrator

        since, now = datetime.now(UTC) - timedelta(seconds=LOOK_BACK_SECONDS), time.monotonic()
        lately = {deployment for deployment, raised in self._raised.items() if now - raised < AGAIN_SECONDS}
        found = orchestrator.raise_fallen(max(since, self._began), known=self._fallen, spared=lately)
        self._fallen.update(found)
        self._raised.update(dict.fromkeys(set(found.values()) - lately, now))

    def _long_runs(self) -> dict[str, list[dict[str, str]]]:
        """The wanted parameters of each deployment."""
        wanted: dict[str, list[dict[str, str]]] = {}
        for run in self.plan.long_runs:
            wanted.setdefault(run.deployment, []).append(run.parameters)
        return wanted

    def _watch(self, stop_asked: Callable[[], bool]) -> None:
        while not stop_asked():
            prefect_server.check_port(self._prefect)
            processes.reap_orphans(self._known())
            for child in self._children():
                if (
                    child.has_fallen()
                    and (child is not self.worker or self._worker_may_start())
                    and child.restart_when_due()
                ):
                    log.warning("%s had fallen and was started again", child.name)
                    self._write_state()
            time.sleep(TICK_SECONDS)

    def _worker_may_start(self) -> bool:
        """After a fall of the worker: its runs are ended and their rows cleared before another one begins."""
        processes.reap_orphans(self._known())
        orphans = self._runs()
        if orphans:
            processes.send(orphans, SIGTERM)
            if not processes.wait_until(lambda: not self._living(orphans), seconds=ORPHAN_GRACE_SECONDS):
                processes.send(orphans, SIGKILL)
            return False
        if not prefect_server.is_up(self._prefect):
            return False
        try:
            self._clear_stale()
        except StartFailed:
            return False
        return True

    def end(self) -> None:
        """Runs first, then the worker, then the server: so no run stays `Running` in Prefect. Nothing is left."""
        self._stopping.set()
        console = self.console.pid if self.console else None
        processes.send([console] if console else [], SIGTERM)
        self._end_runs()
        for child in (self.worker, self.server, self.console):
            if child is not None:
                child.end(seconds=RUN_GRACE_SECONDS)
        rest = processes.descendants(os.getpid())
        processes.send(rest, SIGTERM)
        processes.wait_until(lambda: not self._living(rest), seconds=ORPHAN_GRACE_SECONDS)
        processes.send(processes.descendants(os.getpid()), SIGKILL)
        processes.wait_until(lambda: not self._living(rest), seconds=ORPHAN_GRACE_SECONDS)
        self._state_file().unlink(missing_ok=True)

    def _end_runs(self) -> None:
        """Ask each run once to end and wait for it; one that began meanwhile is asked too."""
        asked: set[int] = set()
        deadline = time.monotonic() + RUN_GRACE_SECONDS
        while runs := self._runs():
            processes.reap_orphans(self._known())
            if time.monotonic() > deadline:
                processes.send(runs, SIGKILL)
                return
            processes.send(set(runs) - asked, SIGTERM)
            asked.update(runs)
            time.sleep(0.05)

    def _runs(self) -> list[int]:
        """The worker's children, and orphans that came to us."""
        worker = self.worker.pid
        orphans = set(processes.children(os.getpid())) - self._known()
        return [*orphans, *(processes.children(worker) if worker else [])]

    def _living(self, pids: list[int]) -> bool:
        processes.reap_orphans(self._known())
        return any(processes.is_alive(pid) for pid in pids)

    def _known(self) -> set[int]:
        return {child.process_number for child in self._children() if child.process_number is not None}

    def _children(self) -> list[Child]:
        return [child for child in (self.server, self.worker, self.console) if child is not None]

    def _child(self, name: str, command: list[str], *, dies_by: str = "TERM") -> Child:
        surroundings, folder = self._environment, self.plan.project
        return Child(name, command, environment=surroundings, folder=folder, log=self._log(name), dies_by=dies_by)

    def _log(self, name: str) -> Path:
        return self.plan.home / "log" / f"{name}.log"

    def _finish(self, name: str, command: list[str]) -> None:
        """Run a command to its end."""
        with private_log(self._log(name)) as output:
            done = subprocess.run(
                command, env=self._environment, cwd=self.plan.project, stdout=output, stderr=output, check=False
            )
        if done.returncode:
            raise StartFailed(f"{name} ended with {done.returncode}; its words are in {self._log(name)}")

    def _state_file(self) -> Path:
        return self.plan.home / "run" / "up.json"

    def _write_state(self) -> None:
        """Who runs where, for `amtsbote status` and for tests that kill; readable by the owner alone."""
        state = {
            "pid": os.getpid(),
            "ready": self.ready,
            "prefect": {"pid": self.server.pid, "url": self._prefect["PREFECT_API_URL"].removesuffix("/api")},
            "worker": {"pid": self.worker.pid},
            "console": {"pid": self.console.pid, "url": self.plan.console_url} if self.console else None,
            "restarts": {child.name: child.restarts for child in self._children()},
        }
        partial = self._state_file().with_suffix(".part")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(state, file, indent=2)
        partial.replace(self._state_file())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one box per home."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartFailed(f"amtsbote is up already in {folder.parent}; stop it first") from None
        yield
