"""The one irrevocable step of a target system, with every trouble a real one makes around it."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from demo.targets.faults import Fault, FaultSwitch
from demo.targets.messages import Request, Response, redirect
from demo.targets.server import HangUpError
from demo.targets.store import Store, insert, now

EXIT_OF_RESTART = 75
BROKEN_PAGE = (
    "<html><head><title>Laufzeitfehler</title></head><body bgcolor=white><h1><font color=red>Serverfehler in der "
    "Anwendung /.</font></h1><h2><i>Laufzeitfehler</i></h2>Auf dem Server ist ein Anwendungsfehler aufgetreten."
    "<br><br>HTTP 500 - Interner Serverfehler</body></html>"
)
TIMEOUT_PAGE = "<html><head><title>Request Timeout</title></head><body><h1>Request Timeout</h1></body></html>"


class RefusedError(Exception):
    """Nothing was committed: `page` tells why (lock, duplicate, already done)."""

    def __init__(self, page: Response) -> None:
        super().__init__("refused")
        self.page = page


@dataclass(frozen=True)
class Commit:
    """One received commit POST: what it would write, and the pages it may answer with.

    `book` writes inside the given transaction and returns the receipt number, or raises RefusedError.
    `other_path` is where a 307 sends the same POST, `receipt_address` where a 302 sends the browser afterwards.
    """

    request: Request
    operation: str
    action: str
    user: str
    marker: str
    book: Callable[[sqlite3.Connection], str]
    receipt_page: Callable[[str], Response]
    receipt_address: Callable[[str], str]
    locked_page: Callable[[], Response]
    lost_page: Callable[[], Response]
    other_path: str


class CommitDesk:
    """Notes each commit POST as received, then performs it, or whatever the fault switch demands.

    `latency` is the seconds a real booking takes here.
    """

    def __init__(self, store: Store, faults: FaultSwitch, *, latency: float) -> None:
        self.store = store
        self.faults = faults
        self.latency = latency

    def perform(self, commit: Commit) -> Response:
        """Note, commit once, answer; raises HangUpError where a fault ends the connection."""
        arrival = self._note(commit)
        early = self._before(commit, arrival)
        if early is not None:
            return early
        time.sleep(self.latency)
        try:
            number = self._book(commit, arrival)
        except RefusedError as refused:
            self._remember(arrival, answer="refused")
            return refused.page
        return self._after(commit, arrival, number)

    def _note(self, commit: Commit) -> int:
        request = commit.request
        with self.store.transaction() as db:
            return insert(
                db,
                "received_posts",
                {
                    "at": now(),
                    "operation": commit.operation,
                    "path": request.path,
                    "action": commit.action,
                    "user": commit.user,
                    "marker": commit.marker,
                    "connection": request.connection,
                    "connection_index": request.index,
                },
            )

    def _remember(self, arrival: int, *, answer: str = "", fault: str = "") -> None:
        with self.store.transaction() as db:
            db.execute(
                "UPDATE received_posts SET answer = ?, fault = fault || ? WHERE id = ?", (answer, fault, arrival)
            )

    def _book(self, commit: Commit, arrival: int) -> str:
        with self.store.transaction() as db:
            number = commit.book(db)
            db.execute("UPDATE received_posts SET committed = 1, answer = ? WHERE id = ?", (number, arrival))
        return number

    def _fault(self, name: str, commit: Commit, arrival: int) -> Fault | None:
        fault = self.faults.take(name, commit.request)
        if fault is not None:
            self._remember(arrival, fault=f"{name} ")
        return fault

    def _before(self, commit: Commit, arrival: int) -> Response | None:
        if (fault := self._restart(commit, "before")) is not None:
            self._remember(arrival, fault="restart ", answer="exit")
            os._exit(EXIT_OF_RESTART)
        if self._fault("session_lost_on_post", commit, arrival):
            return commit.lost_page()
        if self._fault("locked_record", commit, arrival):
            return commit.locked_page()
        if commit.request.path != commit.other_path.partition("?")[0] and self._fault("307", commit, arrival):
            return redirect(commit.other_path, status=307)
        if fault := self._fault("late_commit", commit, arrival):
            return self._commit_late(commit, arrival, fault)
        for name in ("reset_after_read", "close_after_read", "answer_408"):
            if fault := self._fault(name, commit, arrival):
                return self._break_off(commit, arrival, fault)
        if fault := self._fault("slow", commit, arrival):
            time.sleep(float(fault.options.get("seconds", 5)))
        return None

    def _after(self, commit: Commit, arrival: int, number: str) -> Response:
        if self._restart(commit, "after") is not None:
            self._remember(arrival, fault="restart ", answer="exit")
            os._exit(EXIT_OF_RESTART)
        if self._fault("500_after_commit", commit, arrival):
            return Response(BROKEN_PAGE, status=500)
        if self._fault("302", commit, arrival):
            return redirect(commit.receipt_address(number))
        return commit.receipt_page(number)

    def _restart(self, commit: Commit, moment: str) -> Fault | None:
        wanted = {fault.get("when", "before") for fault in self.faults.listed() if fault["name"] == "restart"}
        return self.faults.take("restart", commit.request) if moment in wanted else None

    def _break_off(self, commit: Commit, arrival: int, fault: Fault) -> Response:
        if fault.options.get("commit", True):
            self._try_book(commit, arrival)
        if fault.name == "answer_408":
            return Response(TIMEOUT_PAGE, status=408, headers=[("Connection", "close")])
        raise HangUpError("reset" if fault.name == "reset_after_read" else "close")

    def _try_book(self, commit: Commit, arrival: int) -> None:
        try:
            self._book(commit, arrival)
        except RefusedError:
            self._remember(arrival, answer="refused")

    def _commit_late(self, commit: Commit, arrival: int, fault: Fault) -> Response:
        timer = threading.Timer(float(fault.options.get("seconds", 30)), self._try_book, (commit, arrival))
        timer.daemon = True
        timer.start()
        answer = str(fault.options.get("answer", "close"))
        if answer == "500":
            return Response(BROKEN_PAGE, status=500)
        if answer == "hold":
            timer.join(float(fault.options.get("hold", 3600)))
        raise HangUpError("reset" if answer == "reset" else "close")
