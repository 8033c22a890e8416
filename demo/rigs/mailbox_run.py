"""One run of the mailbox rig on one database; prints its counts as one line of JSON."""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from demo.mailserver.dovecot import Dovecot
from demo.rigs import mailbox_count, strikes
from demo.rigs.kill_points import SIDES, Fate
from demo.rigs.mailbox_faults import FIRST_COMMANDS, OFTEN, Plan
from demo.rigs.mailbox_post import Postman
from demo.rigs.mailbox_proxy import FaultyProxy, WireFate
from demo.rigs.mailbox_worker import ACCOUNT, OFFICE, POINTS
from demo.rigs.mailbox_world import write_configuration
from demo.rigs.nursery import Life, Nursery
from demo.targets.control import ROOT

FAULT_SHARE = 0.35
"""Of the commands; most lives have one."""
LONGEST_LIFE_SECONDS = 2.0
SHORTEST_LIFE_SECONDS = 0.02
USUAL_LIFE_SECONDS = 1.2
GRACE_SECONDS = 20.0
DEADLINE_SECONDS = 1500.0
LOOK_SECONDS = 0.05
IDLE_LOOKS = 6
REST_SECONDS = 90.0
FEW = 2
"""So many wait at least: one may be set back."""
RESERVE = 60
"""So many mails are kept for the faults that chance has left out."""
MOMENTS = ("before", "sent", "answered", "after")
RENUMBERED_SHARE = FULL_SHARE = CUT_SHARE = 0.06
FULL_BYTES = (0, 4096, 65536, 1_000_000)
KILLED = -9
log = logging.getLogger("demo.rigs.mailbox")


def main() -> None:
    """Run, and print the counts as one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, required=True)
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--read", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, required=True)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    dice = random.Random(given.seed)
    plan = Plan(random.Random(given.seed + 1), share=FAULT_SHARE)
    with Dovecot(given.folder / "mail", [ACCOUNT]) as server, FaultyProxy(server, given.folder, plan) as proxy:
        os.environ |= write_configuration(given.folder, server, port=proxy.port, ca_file=proxy.ca_file)
        postman = Postman(server, ACCOUNT, messages=given.messages, dice=dice)
        counted = _Run(postman, proxy, plan, dice).go(given.kills)
        counted |= mailbox_count.count(server, postman.delivered) | mailbox_count.read(given.read)
    print(json.dumps({"messages": given.messages, **counted}))


class _Run:
    """Mail comes in pieces, intakes die; in the end an honest one works off what is left."""

    def __init__(self, postman: Postman, proxy: FaultyProxy, plan: Plan, dice: random.Random) -> None:
        self._postman, self._proxy, self._plan, self._dice = postman, proxy, plan, dice
        self._kills: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()
        self._ends: Counter[str] = Counter()
        self._began = time.monotonic()
        self._deadline = self._began + DEADLINE_SECONDS

    def go(self, kills: int) -> dict[str, Any]:
        """Kill that often while the mail comes."""
        from casework.site import open_record

        open_record()
        from casework.record.connections import hang_up

        hang_up()
        with Nursery("demo.rigs.mailbox_worker") as nursery:
            while self._kills.total() < kills and time.monotonic() < self._deadline:
                self._deliver(kills - self._kills.total())
                self._die(nursery)
                if self._dice.random() < RENUMBERED_SHARE or self._late(kills):
                    self._postman.renumber()
            self._meet_the_rest(nursery)
            self._postman.deliver(self._postman.left)
            self._plan.share = 0.0
            self._finish(nursery)
        found = _look_once_more()
        if self._proxy.broken:
            raise ExceptionGroup("the proxy itself failed", self._proxy.broken)
        faults = self._plan.hits + self._postman.special + self._faults
        return {
            "kills": self._kills.total(),
            "faults": dict(sorted(faults.items())),
            "seconds": round(time.monotonic() - self._began, 1),
            "killed": dict(sorted(self._kills.items())),
            "ended_by_error": self._ends.total(),
            "discrepancies": found,
            "drops": _by_command(self._plan.drops),
            "commands": dict(self._proxy.commands),
            "connections": self._proxy.connections,
        }

    def _deliver(self, kills_left: int) -> None:
        share = max(0, self._postman.left - RESERVE) / kills_left
        self._postman.deliver(round(share * self._dice.uniform(0.3, 1.2)))

    def _late(self, kills: int) -> bool:
        """Half of the run is over, and chance has not renumbered the inbox yet."""
        return self._kills.total() > kills // 2 and not self._postman.renumbered

    def _die(self, nursery: Nursery) -> None:
        """One life: its end comes by its own hand, by a moment on the wire, or by the clock."""
        drawn = self._dice.random() if self._faults["disk_full"] else 1.0
        if drawn < 0.3:
            fate = Fate(self._dice.choice(POINTS), self._dice.choice(SIDES), self._dice.randint(1, 150))
            self._await_end(nursery.bear(fate), f"{fate.point}_{fate.side}", LONGEST_LIFE_SECONDS)
        elif drawn < 0.6:
            self._die_on_the_wire(nursery)
        else:
            life = nursery.bear()
            self._trouble(life)
            self._await_end(life, "clock", self._dice.uniform(SHORTEST_LIFE_SECONDS, USUAL_LIFE_SECONDS))

    def _die_on_the_wire(self, nursery: Nursery) -> None:
        command = self._dice.choice((*FIRST_COMMANDS, *OFTEN, *OFTEN))
        life = nursery.bear()
        moment, passing = self._dice.choice(MOMENTS), self._dice.choice((1, 1, 2, 3))
        self._proxy.fate = WireFate(command, moment, passing, lambda: strikes.strike_worker(life.pid))
        self._await_end(life, f"wire_{moment}", LONGEST_LIFE_SECONDS)
        self._proxy.fate = None

    def _trouble(self, life: Life) -> None:
        """More mail while it works; for some the disk is full for a while, or the record hangs up."""
        self._postman.deliver(self._dice.choice((0, 1, 3)))
        if not self._faults["disk_full"] or self._dice.random() < FULL_SHARE:
            self._fill_the_disk(life)
        if self._dice.random() < CUT_SHARE and strikes.strike_database(os.environ.get("DATABASE_URL")):
            self._faults["record_cut"] += 1

    def _fill_the_disk(self, life: Life) -> None:
        """No file of that process may grow beyond so many bytes: its writes fail as on a full disk."""
        _, most = resource.prlimit(life.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(life.pid, resource.RLIMIT_FSIZE, (self._dice.choice(FULL_BYTES), most))
        self._faults["disk_full"] += 1
        status = life.ended(within=self._dice.uniform(0.2, 1.0))
        if status is None:
            resource.prlimit(life.pid, resource.RLIMIT_FSIZE, (most, most))

    def _await_end(self, life: Life, by: str, seconds: float) -> None:
        status = self._status(life, seconds)
        if status is None:
            strikes.strike_worker(life.pid)
            status = life.ended(within=GRACE_SECONDS)
        if status == KILLED:
            self._kills[by] += 1
        else:
            self._ends[by] += 1
        log.info(
            "%.1f s, %d killed: by %s, status %s; %d wait, %d to come",
            time.monotonic() - self._began, self._kills.total(), by, status, self._postman.waiting(),
            self._postman.left,
        )  # fmt: skip

    def _status(self, life: Life, seconds: float) -> int | None:
        """How it ended within that time; None as soon as it has had nothing to do for a while."""
        until, idle = time.monotonic() + seconds, 0
        while time.monotonic() < until and idle < IDLE_LOOKS:
            status = life.ended(within=min(LOOK_SECONDS, max(0.0, until - time.monotonic())))
            if status is not None:
                return status
            idle = 0 if self._postman.waiting() else idle + 1
        return None

    def _meet_the_rest(self, nursery: Nursery) -> None:
        """Honest intakes under every fault that has not struck yet, with mail as long as there is any."""
        self._plan.share = 1.0
        life, until = None, min(self._deadline, time.monotonic() + REST_SECONDS)
        while self._plan.missing() and time.monotonic() < until:
            if self._postman.waiting() < FEW:
                if not self._postman.left:
                    break
                self._postman.deliver(1)
            life = life or nursery.bear()
            if life.ended(within=LOOK_SECONDS) is not None:
                life = None
        if life is not None:
            self._let_go(life)

    def _finish(self, nursery: Nursery) -> None:
        """Let honest intakes work until the inbox is empty."""
        while self._postman.waiting() and time.monotonic() < self._deadline:
            life = nursery.bear()
            while self._postman.waiting() and time.monotonic() < self._deadline:
                if life.ended(within=LOOK_SECONDS) is not None:
                    break
            else:
                self._let_go(life)

    def _let_go(self, life: Life) -> None:
        os.kill(life.pid, signal.SIGTERM)
        if life.ended(within=GRACE_SECONDS) is None:
            strikes.strike_worker(life.pid)
            life.ended(within=GRACE_SECONDS)


def _look_once_more() -> dict[str, int]:
    """The real commands: intake once more, then what the reconciliation still finds, by code."""
    amtsbote = [sys.executable, "-m", "amtsbote"]
    subprocess.run([*amtsbote, "intake", "--office", OFFICE, "--once"], cwd=ROOT, stdout=sys.stderr, check=True)
    command = [*amtsbote, "reconcile", "--office", OFFICE, "--json"]
    told = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False).stdout
    rounds = json.loads(told)["rounds"]
    found = [*(item["code"] for row in rounds for item in row["found"]), *(row["trouble"] for row in rounds)]
    return dict(Counter(code for code in found if code))


def _by_command(drops: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    for (command, side), times in sorted(drops.items()):
        table.setdefault(command, {})[side] = times
    return table


if __name__ == "__main__":
    main()
