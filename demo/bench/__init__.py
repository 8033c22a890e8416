"""The benchmark suite: each benchmark a program of its own, ours and its peer in the same run, medians."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

from casework.configuration import checkout
from casework.words.errors import AmtsboteError

NAMES = (
    "posting_overhead",
    "read_einvoice",
    "mail_to_receipt",
    "intake",
    "mailbox_fetch",
    "unchanged_mailbox",
    "intake_memory",
)


class BenchmarkFailed(AmtsboteError):
    """A benchmark came to no figure."""


def run(names: Iterable[str] = NAMES) -> list[dict[str, Any]]:
    """One row per benchmark as INTERFACES has it: `name unit n ours peer peer_name ratio note`."""
    return [_run(name) for name in names]


def _run(name: str) -> dict[str, Any]:
    command = [sys.executable, "-m", f"demo.bench.{name}"]
    done = subprocess.run(command, cwd=checkout(), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise BenchmarkFailed(f"benchmark {name} ended with {done.returncode}; its words stand above")
    row: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return row
