"""Two transfer workers at once on one record: each case once, whatever the database, also through an outage."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from demo.rigs.apart import database
from demo.targets.control import ROOT

CASES = 10


def work_together(folder: Path, *options: str, url: str | None = None) -> dict[str, Any]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AMTSBOTE_", "DATABASE_"))}
    environment = {**kept, "AMTSBOTE_HOME": str(folder / "home"), **({"DATABASE_URL": url} if url else {})}
    words = ["--cases", str(CASES), "--workers", "2", "--folder", str(folder), *options]
    done = subprocess.run(
        [sys.executable, "-m", "demo.rigs.together_run", *words],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        timeout=300,
        check=True,
    )
    counts: dict[str, Any] = json.loads(done.stdout)
    return counts


def test_two_workers_post_each_case_once_on_postgresql(tmp_path: Path) -> None:
    with database("postgresql", tmp_path) as url:
        counts = work_together(tmp_path, url=url)
    assert set(counts.pop("by_user")) == {"rig", "rig2"}
    assert counts == {"postings": CASES, "duplicates": 0, "lost": 0, "to_human": 0}


def test_two_workers_lose_nothing_when_the_target_system_goes_away_and_comes_back(tmp_path: Path) -> None:
    counts = work_together(tmp_path, "--outage")
    assert set(counts.pop("by_user")) == {"rig", "rig2"}
    assert counts == {"postings": CASES, "duplicates": 0, "lost": 0, "to_human": 0}
