"""One run of a usual way in one fault mode, killed as often as ours; prints its counts as one line of JSON."""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from demo.rigs.crash_world import SEED, number_of
from demo.rigs.faults import LATENCY_SECONDS, MODES, arm
from demo.rigs.usual_ways import POINTS, Book
from demo.targets.control import ROOT, TargetProcess

SPARE = 2
KILLED = -9
MOST_LIVES = 40


def main() -> None:
    """Run and print `{"kills", "postings", "duplicates", "lost"}`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mode", required=True, choices=MODES)
    parser.add_argument("--way", required=True)
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    faults, book = given.folder / "faults.json", given.folder / "book.json"
    arm(faults, given.mode)
    options = ["--latency", str(LATENCY_SECONDS), "--faults", str(faults)]
    invoices = given.kills + SPARE
    with TargetProcess(
        "haushaltskasse", data=given.folder / "target", options=options, seed=SEED, auto_restart=True
    ) as target:
        command = ["--way", given.way, "--url", target.url, "--book", str(book), "--invoices", str(invoices)]
        kills = _lives(command, given.kills, random.Random(given.seed))
        target.wait_until_up()
        print(json.dumps({"kills": kills, "postings": invoices, **_count(target, Book(book), invoices)}))


def _lives(command: list[str], kills: int, dice: random.Random) -> int:
    """Start the bot again and again, killed at points drawn anew, then let it finish; returns how often it died."""
    killed = 0
    for _ in range(MOST_LIVES):
        fate: list[str] = []
        if killed < kills:
            fate = ["--die-at", dice.choice(POINTS), "--wire-seconds", f"{dice.uniform(0.0, 0.15):.3f}"]
        done = subprocess.run(
            [sys.executable, "-m", "demo.rigs.usual_ways", *command, *fate], cwd=ROOT, stdout=sys.stderr, check=False
        )
        killed += done.returncode == KILLED
        if done.returncode == 0:
            break
    return killed


def _count(target: TargetProcess, book: Book, invoices: int) -> dict[str, Any]:
    """Lost: not in the target, though the bot calls it done or will never look at it again without telling anybody."""
    booked = Counter(row["rechnungsnummer"] for row in target.truth()["belege"])
    silent = [number for number in range(1, invoices + 1) if book.state(number) != "failed"]
    return {
        "duplicates": sum(count - 1 for count in booked.values()),
        "lost": sum(booked[number_of(number)] == 0 for number in silent),
    }


if __name__ == "__main__":
    main()
