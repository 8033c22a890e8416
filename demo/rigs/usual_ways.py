"""The usual ways to write a bot, over bare Playwright, as workers that die like ours.

Each has its own book, a JSON file that it replaces durably: what it knows after a crash. None has a gate or a journal.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError

from demo.bench.bare import BareClerk, NoReceipt, browser
from demo.rigs.crash_world import PASSWORD, USER, invoice_fields

TRIES = 3
PATIENCE_SECONDS = 6.0
POINTS = ("begin", "commit", "wire", "receipt", "noted")
"""Before the mask is opened, before the click, some milliseconds after it, after the receipt, after the book."""
Do = Callable[[], None]


def fields_of(invoice: int) -> dict[str, str]:
    """What the bot types for the rig's n-th invoice."""
    known = invoice_fields(invoice)
    return {
        "office": "Rig-Amt",
        "creditor": known["seller"],
        "invoice_number": known["number"],
        "invoice_date": known["date"],
        "net": known["net"],
        "tax": known["tax"],
        "gross": known["gross"],
        "booking_text": f"Rechnung {known['number']}",
    }


class Book:
    """What the bot noted for each invoice: `begun`, `done` or `failed`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.states: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def note(self, invoice: int, state: str) -> None:
        """Write it so that it survives a crash."""
        self.states[str(invoice)] = state
        draft = self._path.with_suffix(".new")
        with draft.open("w") as file:
            json.dump(self.states, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)

    def state(self, invoice: int) -> str:
        """What was noted, empty for nothing."""
        return self.states.get(str(invoice), "")


class Bot:
    """One life of a bot in one of the usual ways."""

    def __init__(self, clerk: BareClerk, book: Book, *, way: str, die: Callable[[str], None]) -> None:
        self._clerk = clerk
        self._book = book
        self._way = way
        self._die = die

    def work_off(self, invoices: int) -> None:
        """Carry over what the book does not hold as ended."""
        self._log_in()
        for invoice in range(1, invoices + 1):
            # REFramework: an item in progress belongs to the robot that began it, and is abandoned when that died
            ended = ("done", "failed", "begun") if self._way == "status_after_work" else ("done", "failed")
            if self._book.state(invoice) not in ended:
                self._carry(invoice)

    def _carry(self, invoice: int) -> None:
        if self._way == "status_after_work":
            self._book.note(invoice, "begun")
        for _ in range(TRIES):
            try:
                self._once(invoice)
            except (PlaywrightError, NoReceipt):
                self._log_in()
                continue
            self._book.note(invoice, "done")
            self._die("noted")
            return
        self._book.note(invoice, "failed")

    def _once(self, invoice: int) -> None:
        fields = fields_of(invoice)
        self._die("begin")
        if self._way == "check_then_act" and self._clerk.search(label="Rechnungsnummer", text=fields["invoice_number"]):
            return
        self._clerk.enter(fields)
        self._die("commit")
        self._die("wire")
        self._clerk.commit()
        self._die("receipt")

    def _log_in(self) -> None:
        """A bot that cannot log in is started again; here it tries until the target system is back."""
        for last in (False, False, True):
            try:
                self._clerk.log_in()
                return
            except PlaywrightError:
                if last:
                    raise


def main() -> None:
    """One life."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--way", required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--book", type=Path, required=True)
    parser.add_argument("--invoices", type=int, required=True)
    parser.add_argument("--die-at", default="", choices=("", *POINTS))
    parser.add_argument("--passing", type=int, default=1)
    parser.add_argument("--wire-seconds", type=float, default=0.02)
    given = parser.parse_args()
    with browser() as running:
        clerk = BareClerk(running, given.url, user=USER, password=PASSWORD, patience_s=PATIENCE_SECONDS)
        die = _death(given.die_at, given.passing, given.wire_seconds)
        Bot(clerk, Book(given.book), way=given.way, die=die).work_off(given.invoices)


def _death(point: str, passing: int, wire_seconds: float) -> Callable[[str], None]:
    left = passing

    def pass_by(name: str) -> None:
        nonlocal left
        if name != point:
            return
        left -= 1
        if left == 0:
            if name == "wire":
                threading.Timer(wire_seconds, _kill).start()
            else:
                _kill()

    return pass_by


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
