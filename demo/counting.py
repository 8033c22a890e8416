"""What the record says of a demo: cases, reasons, postings, seconds and the books."""

from __future__ import annotations

import email.policy
import statistics
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from email.parser import BytesHeaderParser
from typing import Any

from casework.record.models import Answer, Attempt, AuditEvent, Case, Message, MessagePart, Posting
from casework.record.store import Store
from casework.register import books, savings
from casework.words.answers import AnswerState
from casework.words.states import State
from demo.figures import Counted, Progress
from demo.letters import Letter

OPEN = (State.NEW, State.READY, State.POSTING)
COLUMNS = {State.DONE: "posted", State.REVIEW: "review", State.CLOSED: "closed"}
"""States as the summary names them; a case on its way counts as `new`."""


def progress() -> Progress:
    """One look at the record."""
    states = Counter(Case.objects.values_list("state", flat=True))
    stored = Message.objects.exclude(moved_at=None).count()
    moving = sum(states[state] for state in OPEN)
    return Progress(
        stored=stored,
        new=states[State.NEW],
        open=moving + Answer.objects.filter(state=AnswerState.WAITING).count(),
        review=states[State.REVIEW],
        ended=states.total() - moving,
    )


def count(letters: Iterable[Letter], *, offices: list[str], seconds: dict[str, float]) -> Counted:
    """Write up the books, then count everything."""
    books.write_up()
    confirmed = Posting.objects.exclude(confirmed_at=None)
    markers: dict[str, set[str]] = {}
    for system, operation, marker in confirmed.values_list("system", "operation", "marker"):
        markers.setdefault(f"{system}/{operation}", set()).add(marker)
    return Counted(
        messages=Message.objects.count(),
        cases=Case.objects.count(),
        processes=_processes(),
        reasons=_reasons(),
        record=dict(Counter(f"{row.system}/{row.operation}" for row in confirmed)),
        markers=markers,
        lost=_lost(letters),
        unexplained_parts=MessagePart.objects.filter(reason="").exclude(fate="used").count(),
        seconds=seconds,
        saved=_saved(offices),
    )


def _processes() -> dict[str, dict[str, int]]:
    table: dict[str, dict[str, int]] = {}
    for process, state in Case.objects.order_by("process").values_list("process", "state"):
        row = table.setdefault(process, dict.fromkeys(("received", "posted", "review", "closed", "new"), 0))
        row["received"] += 1
        row[COLUMNS.get(State(state), "new")] += 1
    return table


def _reasons() -> dict[str, int]:
    """Why cases were laid before a clerk, and why they were closed; over the whole demo, not only what still waits."""
    events = AuditEvent.objects.filter(code__in=("moved_review", "moved_closed"))
    return dict(Counter(data["reason"] for data in events.values_list("data", flat=True)).most_common())


def _lost(letters: Iterable[Letter]) -> int:
    """Letters handed over that no message with a case stands for; told by the stored bytes, whoever could read them."""
    kept = {(row.office, _message_id(row)) for row in Message.objects.exclude(cases=None)}
    return sum((_addressee(letter), letter.truth.message_id.strip("<>")) not in kept for letter in letters)


def _message_id(message: Message) -> str:
    header = BytesHeaderParser(policy=email.policy.SMTP).parsebytes(Store(message.office).get(message.address))
    return str(header["Message-ID"] or "").strip().strip("<>")


def _addressee(letter: Letter) -> str:
    return letter.envelope_to.partition("@")[2].partition(".")[0]


def seconds_of_stations(delivered_at: datetime) -> dict[str, float]:
    """Each station from the first to the last piece of work; the median from mail stored to case done, untouched."""
    stored = list(Message.objects.values_list("stored_at", flat=True))
    read = [moment for moment in Message.objects.values_list("read_at", flat=True) if moment]
    begun = list(Attempt.objects.values_list("prepared_at", flat=True))
    ended = [moment for moment in Attempt.objects.values_list("ended_at", flat=True) if moment]
    alone = Case.objects.filter(state=State.DONE, decisions=None).select_related("message")
    lives = [(case.closed_at - case.message.stored_at).total_seconds() for case in alone if case.closed_at]
    return {
        "intake": _span([delivered_at], stored),
        "prepare": _span(stored, read),
        "transfer": _span(begun, ended),
        "case_median": round(statistics.median(lives), 2) if lives else 0.0,
    }


def _span(first: list[datetime], last: list[datetime]) -> float:
    return round((max(last) - min(first)).total_seconds(), 2) if first and last else 0.0


def _saved(offices: list[str]) -> dict[str, int]:
    sums = savings.total(savings.savings(offices))
    figures: dict[str, Any] = {name: getattr(sums, name, 0) for name in ("gross", "net", "clerk", "failures")}
    return {name: int(value) for name, value in figures.items()}
