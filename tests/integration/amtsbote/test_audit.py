"""`amtsbote audit verify` on a record of its own: it only reads, needs no configuration, and opens every file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from casework.configuration import shipped

HOUSE = Path(__file__).resolve().parents[3]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    offices = tmp_path / "overlay" / "offices"
    offices.mkdir(parents=True)
    (offices / "amt-a.yaml").write_text("name: Amt A\nprocesses: {invoice: {stage: assisted}}\n", encoding="utf-8")
    given = {
        **os.environ,
        "PYTHONPATH": str(HOUSE),
        "AMTSBOTE_HOME": str(tmp_path / "home"),
        "AMTSBOTE_CONFIG": os.pathsep.join([str(shipped()), str(tmp_path / "overlay")]),
    }
    given.pop("DATABASE_URL", None)
    return given


def _run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *arguments], env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("command", [("audit", "verify"), ("report", "savings", "--month", "2026-11")])
def test_where_there_is_no_record_none_is_made(environment: dict[str, str], command: tuple[str, ...]) -> None:
    done = _run(environment, "amtsbote", *command)
    home = environment["AMTSBOTE_HOME"]
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"there is no record in {home}; look at AMTSBOTE_HOME\n"
    assert not Path(home).exists()


def test_a_record_is_verified_without_its_configuration_and_with_its_files(environment: dict[str, str]) -> None:
    reference = _run(environment, "tests.posted", "amt-a").stdout.strip()
    Path(environment["AMTSBOTE_CONFIG"].split(os.pathsep)[1], "offices", "amt-a.yaml").write_text("name: [")
    verify = ("amtsbote", "audit", "verify")
    whole = _run(environment, *verify, "--files", "--json")
    said = json.loads(whole.stdout)
    assert (whole.returncode, said["cases"], said["offices"], said["breaks"]) == (0, 1, 1, [])
    assert said["files"] >= 3
    assert _run(environment, *verify, reference).stdout == "1 cases: unbroken\n"
    victim = next(path for path in Path(environment["AMTSBOTE_HOME"], "store", "amt-a").rglob("*") if path.is_file())
    victim.unlink()
    broken = _run(environment, *verify, "--files")
    assert broken.returncode == 1
    assert f"the store lacks {victim.name[:12]}" in broken.stdout
    assert f"root {said['root']}" in broken.stdout
