"""States of a case and the one table of its transitions; when another attempt may open (DESIGN §4, §5)."""

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
    PERSON = "person"


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
    Transition(State.NEW, State.REVIEW, (Actor.PREPARE, Actor.INTAKE), "unsure, a check spoke, a human must; no bytes"),
    Transition(State.NEW, State.CLOSED, (Actor.PREPARE,), "nothing to do; duplicate"),
    Transition(
        State.REVIEW, State.NEW, (Actor.CLERK, Actor.OFFICER, Actor.INTAKE), "other kind, split, merge, read again"
    ),
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


class Known(StrEnum):
    """What is known about a posting in its target system when it is asked whether another attempt may open."""

    UNSETTLED = "it may still take effect"
    OURS = "there, ours"
    ANOTHERS = "there, from another case"
    BY_HAND = "there, entered by a person"
    REPEATABLE = "not there, and twice does no harm (`set`)"
    NOT_SEEN = "`find` does not see it"
    CANNOT_SEE = "nothing can look it up (`create_blind`, `irreversible`)"
    PERSON_LOOKED = "a person looked after it: not there"


class Opening(StrEnum):
    """May the next attempt open?"""

    YES = "yes"
    SAME = "the same one goes on"
    RECEIPT = "yes, only to hold the receipt"
    NO = "no"


@dataclass(frozen=True)
class Sequel:
    """What follows from the `last` attempt (None: there is none) and what is `known`.

    `becomes`: what the last attempt is from now on, None for no change. `case`: the state in which the case goes on.
    """

    last: tuple[AttemptState | None, ...]
    known: tuple[Known, ...]
    opens: Opening
    becomes: AttemptState | None
    case: State
    reason: str = ""


NOT_IN_TARGET = "not_in_target"
"""The reason of an attempt that is `absent` because a person looked; no machine ever writes it."""
_NOT_THERE = (Known.REPEATABLE, Known.NOT_SEEN, Known.CANNOT_SEE, Known.PERSON_LOOKED)
_NOTHING_UNDER_WAY = (None, AttemptState.PREPARED, AttemptState.REJECTED, AttemptState.ABSENT)
LOOKED_UP = tuple(known for known in Known if known is not Known.UNSETTLED)

SEQUELS: tuple[Sequel, ...] = (
    Sequel((None, AttemptState.REJECTED), _NOT_THERE, Opening.YES, None, State.POSTING),
    Sequel((AttemptState.PREPARED,), _NOT_THERE, Opening.SAME, None, State.POSTING),
    Sequel(OPEN_ATTEMPTS, (Known.UNSETTLED,), Opening.NO, None, State.POSTING, "settling"),
    Sequel(OPEN_ATTEMPTS, (Known.OURS,), Opening.NO, AttemptState.CONFIRMED, State.POSTING),
    Sequel(
        OPEN_ATTEMPTS, (Known.ANOTHERS, Known.BY_HAND), Opening.NO, AttemptState.ABSENT, State.REVIEW, "already_posted"
    ),
    Sequel(OPEN_ATTEMPTS, (Known.REPEATABLE,), Opening.YES, AttemptState.ABSENT, State.POSTING, "outcome_unknown"),
    Sequel(OPEN_ATTEMPTS, (Known.NOT_SEEN,), Opening.NO, AttemptState.ABSENT, State.REVIEW, "outcome_unknown"),
    Sequel(OPEN_ATTEMPTS, (Known.CANNOT_SEE,), Opening.NO, AttemptState.UNKNOWN, State.REVIEW, "outcome_unknown"),
    Sequel(OPEN_ATTEMPTS, (Known.PERSON_LOOKED,), Opening.YES, AttemptState.ABSENT, State.READY, NOT_IN_TARGET),
    Sequel((AttemptState.ABSENT,), (Known.REPEATABLE, Known.PERSON_LOOKED), Opening.YES, None, State.POSTING),
    Sequel(
        (AttemptState.ABSENT,), (Known.NOT_SEEN, Known.CANNOT_SEE), Opening.NO, None, State.REVIEW, "outcome_unknown"
    ),
    Sequel((AttemptState.PREPARED,), (Known.OURS,), Opening.SAME, AttemptState.CONFIRMED, State.POSTING),
    Sequel((None, AttemptState.REJECTED, AttemptState.ABSENT), (Known.OURS,), Opening.RECEIPT, None, State.POSTING),
    Sequel(_NOTHING_UNDER_WAY, (Known.ANOTHERS,), Opening.NO, None, State.REVIEW, "already_posted"),
    Sequel(_NOTHING_UNDER_WAY, (Known.BY_HAND,), Opening.NO, None, State.CLOSED, "done_by_hand"),
    Sequel((AttemptState.CONFIRMED,), LOOKED_UP, Opening.NO, None, State.POSTING),
)
"""Who may open the next attempt: read by journal, runner, ending and moments, shown in docs/states.md."""


def sequel(last: AttemptState | str | None, known: Known) -> Sequel:
    """The table's one row for a last attempt and what is known."""
    state = None if last is None else AttemptState(last)
    return next(row for row in SEQUELS if state in row.last and known in row.known)


def knowing(seen: Known, last: AttemptState | str | None, *, reason: str) -> Known:
    """What is known when `find` has seen so much; a person's answer about the last attempt says more than its blank."""
    answered = last == AttemptState.ABSENT and reason == NOT_IN_TARGET
    return Known.PERSON_LOOKED if answered and seen in (Known.NOT_SEEN, Known.CANNOT_SEE) else seen


def unseen(kind: OperationClass | str) -> Known:
    """What is known of a posting of this class when nothing of it was found."""
    if kind in (OperationClass.CREATE_BLIND, OperationClass.IRREVERSIBLE):
        return Known.CANNOT_SEE
    return Known.REPEATABLE if kind == OperationClass.SET else Known.NOT_SEEN


def needs_person(last: AttemptState | str | None, *, reason: str, kind: OperationClass | str) -> bool:
    """Must a person look into the target system before another attempt may open?"""
    row = sequel(last, knowing(unseen(kind), last, reason=reason))
    return row.opens is Opening.NO and row.case is State.REVIEW
