"""States of a case and the one table of its transitions (DESIGN §4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a case stands; the why is a reason code (`casework.words.reasons`)."""

    NEW = "new"
    REVIEW = "review"
    READY = "ready"
    POSTING = "posting"
    DONE = "done"
    CLOSED = "closed"


class Actor(StrEnum):
    """Who moves a case."""

    INTAKE = "intake"
    PREPARE = "prepare"
    TRANSFER = "transfer"
    REAPER = "reaper"
    HOUSEKEEPING = "housekeeping"
    CLERK = "clerk"
    OFFICER = "officer"
    AUDITOR = "auditor"


class AttemptState(StrEnum):
    """Where one attempt of a posting stands in the journal (DESIGN §5)."""

    PREPARED = "prepared"
    ARMED = "armed"
    SENT = "sent"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    ABSENT = "absent"
    UNKNOWN = "unknown"


OPEN_ATTEMPTS = (AttemptState.ARMED, AttemptState.SENT, AttemptState.UNKNOWN)
"""An attempt in one of these may have changed the target system without our knowing."""


class OperationClass(StrEnum):
    """What is promised about repeating an operation (DESIGN §5)."""

    SET = "set"
    CREATE = "create"
    CREATE_BLIND = "create_blind"
    IRREVERSIBLE = "irreversible"


@dataclass(frozen=True)
class Transition:
    """One permitted move of a case; `start` None opens the case."""

    start: State | None
    end: State
    by: tuple[Actor, ...]
    on: str


TRANSITIONS: tuple[Transition, ...] = (
    Transition(None, State.NEW, (Actor.INTAKE, Actor.PREPARE), "message stored; sibling from the same message"),
    Transition(State.NEW, State.READY, (Actor.PREPARE,), "one kind, fields accepted, checks silent, automatic"),
    Transition(State.NEW, State.REVIEW, (Actor.PREPARE,), "unsure, a check spoke, or a human must"),
    Transition(State.NEW, State.CLOSED, (Actor.PREPARE,), "nothing to do; duplicate"),
    Transition(State.REVIEW, State.NEW, (Actor.CLERK, Actor.OFFICER), "other kind, split, merge, read again"),
    Transition(State.REVIEW, State.READY, (Actor.CLERK,), "released; attempt 2 opened"),
    Transition(State.REVIEW, State.CLOSED, (Actor.CLERK,), "done by hand, other office, duplicate, withdrawn"),
    Transition(State.READY, State.POSTING, (Actor.TRANSFER,), "claimed under a lease"),
    Transition(State.READY, State.REVIEW, (Actor.OFFICER, Actor.TRANSFER), "withdrawn; basis of the decision changed"),
    Transition(State.READY, State.CLOSED, (Actor.HOUSEKEEPING,), "expired, nothing posted"),
    Transition(State.POSTING, State.READY, (Actor.TRANSFER, Actor.REAPER), "wrong moment, nothing armed; next not due"),
    Transition(State.POSTING, State.REVIEW, (Actor.TRANSFER, Actor.REAPER), "rejected, differs, outcome unknown"),
    Transition(State.POSTING, State.CLOSED, (Actor.TRANSFER,), "the target already holds it, entered by a human"),
    Transition(State.POSTING, State.DONE, (Actor.TRANSFER,), "all postings confirmed"),
    Transition(State.DONE, State.REVIEW, (Actor.INTAKE, Actor.CLERK, Actor.AUDITOR), "bounce, complaint, reversal"),
    Transition(State.CLOSED, State.REVIEW, (Actor.INTAKE, Actor.CLERK, Actor.AUDITOR), "bounce, complaint, reversal"),
)


def transition(start: State | None, end: State) -> Transition | None:
    """The table's row for this move, or None when it is not permitted."""
    return next((row for row in TRANSITIONS if row.start == start and row.end == end), None)
