"""The supervisor with the real Prefect: what is killed comes back, and after a stop nothing is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from amtsbote.processes import descendants, is_alive, wait_until
from tests.outgoing import OutgoingWatch

BACK_SECONDS = 90
"""On a free machine everything is back within ten seconds; here other tests share its two cores."""
HOUSE = Path(__file__).resolve().parents[3]

PREFECT_YAML = """
name: little
pull:
  - prefect.deployments.steps.set_working_directory: {directory: "{{ $PROJ_DIR }}"}
definitions:
  work_pool: &work_pool
    name: local
    job_variables:
      command: "setpriv --pdeathsig TERM -- {{ $PROJ_PY }} -m prefect.engine"
      working_dir: "{{ $PROJ_DIR }}"
      env: {PYTHONPATH: "{{ $PROJ_DIR }}:HOUSE"}
deployments:
  - {name: main, entrypoint: "little/runs.py:listen", work_pool: *work_pool}
  - {name: main, entrypoint: "little/runs.py:work", work_pool: *work_pool}
"""

RUNS = """
import os
from pathlib import Path
from prefect import flow
from flows.runs import under_way

@flow(name="listen")
def listen(box: str) -> None:
    with under_way("listen", box) as run:
        Path(os.environ["SIGNS"], f"listen-{os.getpid()}").touch()
        run.waker.wake("work")
        while not run.stop.wait(60):
            pass
    Path(os.environ["SIGNS"], f"listen-{os.getpid()}").rename(Path(os.environ["SIGNS"], f"ended-{os.getpid()}"))

@flow(name="work")
def work() -> None:
    with under_way("work") as run:
        Path(os.environ["SIGNS"], f"work-{os.getpid()}").touch()
        run.stop.wait(60)
"""

UP = """
import os, signal
from pathlib import Path
from amtsbote.supervisor import LongRun, Plan, Supervisor
from flows.stop import Stop

here = Path(__file__).parent
plan = Plan(project=here, home=Path(os.environ["AMTSBOTE_HOME"]), long_runs=(LongRun("listen/main", {"box": "a"}),))
with Stop() as stop:
    Supervisor(plan).run(stop_asked=lambda: stop.asked)
"""


@dataclass
class Box:
    """A temporary project under `up`, and the signs its runs leave."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None
    seen: set[str] = field(default_factory=set)
    listening: int = 0

    @property
    def signs(self) -> Path:
        return self.folder / "signs"

    def start(self) -> None:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PREFECT")},
            "AMTSBOTE_HOME": str(self.folder / "home"),
            "SIGNS": str(self.signs),
            "PYTHONPATH": f"{self.folder}:{HOUSE}",
        }
        with (self.folder / "up.log").open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(self.folder / "up.py")], env=environment, stdout=output, stderr=output
            )
        self.await_new("listen")

    def state(self) -> dict[str, dict[str, Any]]:
        state: dict[str, dict[str, Any]] = json.loads((self.folder / "home/run/up.json").read_text())
        return state

    def await_new(self, kind: str, *, seconds: float = 240) -> int:
        """Wait for a run of that kind that was not seen before; its process number."""
        found: list[str] = []

        def there() -> bool:
            found[:] = sorted({path.name for path in self.signs.glob(f"{kind}-*")} - self.seen)
            return bool(found)

        assert wait_until(there, seconds=seconds), (self.folder / "up.log").read_text()[-3000:] + self.logs()
        self.seen.update(found)
        number = int(found[0].split("-")[1])
        if kind == "listen":
            self.listening = number
        return number

    def logs(self) -> str:
        return "".join(f"\n{path.name}:\n{path.read_text()[-1500:]}" for path in (self.folder / "home/log").glob("*"))

    def server_answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.state()["prefect"]["url"] + "/api/ready", timeout=1) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as error:
            return error.code == 401  # it stands and asks for its secret
        except OSError:
            return False

    def kill(self, part: str) -> None:
        """SIGKILL a part and wait until another process does its work."""
        former = self.state()[part]["pid"]
        os.kill(former, signal.SIGKILL)
        assert wait_until(lambda: self.state()[part]["pid"] not in (former, None), seconds=BACK_SECONDS), self.logs()

    def stop(self) -> list[int]:
        """A normal stop; the processes that should be gone."""
        assert self.process is not None
        below = descendants(self.process.pid)
        self.process.terminate()
        assert self.process.wait(timeout=40) == 0, (self.folder / "up.log").read_text()[-3000:]
        return below


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    package = tmp_path / "little"
    package.mkdir()
    (tmp_path / "signs").mkdir()
    (package / "__init__.py").touch()
    (package / "runs.py").write_text(RUNS)
    (tmp_path / "up.py").write_text(UP)
    (tmp_path / "prefect.yaml").write_text(PREFECT_YAML.replace("HOUSE", str(HOUSE)))
    box = Box(tmp_path)
    yield box
    if box.process is not None and box.process.poll() is None:
        box.process.kill()
        box.process.wait()


def test_what_is_killed_comes_back_and_a_stop_leaves_nothing(box: Box) -> None:
    with OutgoingWatch(os.getpid()) as watch:
        _live_through_kills(box)
    assert watch.seen == set(), "nothing calls home"


def _live_through_kills(box: Box) -> None:
    box.start()
    working = box.await_new("work")

    os.kill(box.listening, signal.SIGKILL)
    box.await_new("listen", seconds=BACK_SECONDS)
    os.kill(working, signal.SIGKILL)
    box.await_new("work", seconds=BACK_SECONDS)

    box.kill("prefect")
    assert is_alive(box.listening), "a run survives a fall of the server"
    assert wait_until(box.server_answers, seconds=BACK_SECONDS), box.logs()

    box.kill("worker")
    box.await_new("listen", seconds=BACK_SECONDS)

    assert box.process is not None
    below = descendants(box.process.pid)
    box.process.kill()
    box.process.wait()
    assert wait_until(lambda: not [pid for pid in below if is_alive(pid)], seconds=BACK_SECONDS)

    box.start()
    below = box.stop()
    assert box.listening in below
    assert (box.signs / f"ended-{box.listening}").exists(), "the run was asked to end, not killed"
    assert [pid for pid in below if is_alive(pid)] == []
    assert not (box.folder / "home/run/up.json").exists()
