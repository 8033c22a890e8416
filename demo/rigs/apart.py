"""Runs of the rigs in processes and databases of their own, because Django is set up once per process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from casework.words.errors import AmtsboteError
from demo.targets.control import ROOT

BACKENDS = ("sqlite", "postgresql")


class RigFailed(AmtsboteError):
    """A run of the rig ended without its counts."""


def run_apart(module: str, options: Sequence[str], folder: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """Run `python -m demo.rigs.<module> <options> --folder <folder>`; the JSON of its last line. Raises `RigFailed`."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", f"demo.rigs.{module}", *options, "--folder", str(folder)]
    with (folder / "messages.log").open("w+b") as messages:
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=messages, check=False)
        if done.returncode:
            messages.seek(0)
            last = messages.read().decode(errors="replace").strip().splitlines()[-1:]
            raise RigFailed(f"{module} {' '.join(options)} ended with {done.returncode}: {last}")
    counted: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return counted


def own_environment(folder: Path, url: str | None) -> dict[str, str]:
    """Ours without what points at a record, with a home below the folder and the database of that address."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AMTSBOTE_")}
    environment.pop("DATABASE_URL", None)
    environment |= {"AMTSBOTE_HOME": str(folder / "home"), "TMPDIR": str(folder)}
    return environment | ({"DATABASE_URL": url} if url else {})


@contextmanager
def database(backend: str, folder: Path) -> Iterator[str | None]:
    """The address of a private PostgreSQL below the folder, or None for SQLite, which lies in the home."""
    if backend == "sqlite":
        yield None
        return
    from demo.postgres import PostgresCluster

    with PostgresCluster(folder / "postgres") as cluster:
        yield cluster.url
