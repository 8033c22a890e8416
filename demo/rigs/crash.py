"""The crash rig: SIGKILL at every step of the journal, in every fault mode, on every database.

Counted in the target systems' own books: what stands there twice is a duplicate; what is not there, or belongs to a
case that never ended, is lost. What goes to a human is the price, stated per mode.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from demo.rigs.apart import BACKENDS, database, own_environment, run_apart
from demo.rigs.faults import MODES

COUNTS = ("kills", "postings", "duplicates", "lost", "to_human")
WAYS = ("retry_on_error", "check_then_act", "status_after_work")
"""The usual ways, kept in `demo.rigs.usual_ways`."""


def crash(
    kills: int,
    *,
    backends: Sequence[str] = BACKENDS,
    modes: Sequence[str] = tuple(MODES),
    ways: Sequence[str] = WAYS,
    say: Callable[[str], None] = lambda _line: None,
) -> dict[str, Any]:
    """Kill at least `kills` times, spread over modes and backends; returns the counts as INTERFACES names them.

    Beside them the usual ways in the same modes, killed as often as ours on one backend. Raises `RigFailed`.
    """
    each = max(1, -(-kills // (len(modes) * len(backends))))
    table: dict[str, dict[str, Any]] = {mode: {} for mode in modes}
    for backend in backends:
        with tempfile.TemporaryDirectory(prefix="amtsbote-rig-") as folder, database(backend, Path(folder)) as url:
            for number, mode in enumerate(modes):
                row = _one(mode, each, Path(folder, f"{number:02d}"), url=url, seed=number)
                table[mode][backend] = {name: row[name] for name in COUNTS}
                say(f"{mode} on {backend}: {json.dumps(row)}")
    rows = [row for by_backend in table.values() for row in by_backend.values()]
    baselines = {way: _baseline(way, each, modes, say=say) for way in ways}
    return {**{name: sum(row[name] for row in rows) for name in COUNTS}, "modes": table, "baselines": baselines}


def _one(mode: str, kills: int, folder: Path, *, url: str | None, seed: int) -> dict[str, Any]:
    """One mode on one database."""
    environment = own_environment(folder, _fresh_database(url, mode) if url else None)
    return run_apart("crash_run", ["--mode", mode, "--seed", str(seed), "--kills", str(kills)], folder, environment)


def _baseline(way: str, kills: int, modes: Sequence[str], *, say: Callable[[str], None]) -> dict[str, int]:
    counted = {"duplicates": 0, "lost": 0}
    for number, mode in enumerate(modes):
        with tempfile.TemporaryDirectory(prefix="amtsbote-rig-") as folder:
            options = ["--mode", mode, "--way", way, "--seed", str(number), "--kills", str(kills)]
            row = run_apart("usual_run", options, Path(folder), {**os.environ, "TMPDIR": folder})
        say(f"{way} in {mode}: {json.dumps(row)}")
        counted = {name: counted[name] + row[name] for name in counted}
    return counted


def _fresh_database(url: str, name: str) -> str:
    """A database of its own in the cluster for each mode; returns its address."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "rig_{name}"'.encode())
    before, _, options = url.partition("?")
    return f"{before.rpartition('/')[0]}/rig_{name}?{options}"
