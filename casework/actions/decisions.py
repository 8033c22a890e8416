"""What people answer to a review. Each answer is one transaction: decision, change, audit event, time on task.

Whoever answers says which version of the case they saw; when it changed meanwhile nothing is written (`CaseChanged`).
Time on task is an event of its own without a person (DESIGN §8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from casework.actions import audit, canonical, clock, ordering, recheck
from casework.actions.force import in_force
from casework.actions.move import move
from casework.actions.recheck import Rechecked
from casework.configuration.answers import When
from casework.configuration.in_force import ProcessInForce
from casework.configuration.processes import FieldSettings
from casework.policies import moments, permissions
from casework.record.models import Case, Decision, FieldValue
from casework.words.errors import AmtsboteError, ConfigurationError
from casework.words.states import Actor, State

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST_SECONDS = 1800
"""More time than this on one case is no work on it: somebody left the page open."""


@dataclass(frozen=True)
class Turn:
    """Who answers, which version of the case they saw, after how many seconds of work on it.

    `page` marks the opened page that measured them: its time counts once.
    """

    user: User
    version: int
    seconds: int = 0
    page: str = ""


class CaseChanged(AmtsboteError):
    """Somebody else, or a bot, changed the case since it was opened; nothing was written."""

    def __init__(self, case: Case) -> None:
        super().__init__(f"case {case.reference} changed since you opened it; look at it again, nothing was written")


class FieldLocked(AmtsboteError):
    """A posting already carried this field; it is corrected in the target system."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"field {field!r} was posted and cannot be changed here; correct it in the target system")


class UnknownField(AmtsboteError):
    """The process has no such field, or computes it itself."""


def process_of(case: Case) -> ProcessInForce | None:
    """The process of a case as it holds today; None when the configuration no longer knows it."""
    try:
        return in_force(case.office, case.process)
    except ConfigurationError:
        return None


@transaction.atomic
def release(case: Case, turn: Turn, *, corrections: Mapping[str, str] | None = None, note: str = "") -> None:
    """Let the bots carry the case over, with typed corrections `{field: value}` made canonical.

    Where four eyes are set the first answer is only noted, and somebody else has to give the second.
    Raises `ValueRefused`, `FieldLocked`, `FieldsMissing`, `WrongMoment`, `NotPermitted` or `CaseChanged`.
    """
    permissions.check_decide(turn.user, case)
    process = process_of(case)
    moments.check_release(case, process)
    assert process is not None
    take_turn(case, turn)
    changed = _canonical(case, process, corrections or {})
    _tell_written(case, turn, recheck.apply(case, process, changed), typed=sorted(changed))
    if process.overlay.four_eyes and not _is_second(case, turn, changed):
        return _first_of_two(case, turn, note)
    answer = "corrected" if changed or _was_corrected(case) else "released"
    _answer(case, turn, answer, note=note)
    move(case, State.READY, actor=Actor.CLERK, reason=answer, user=turn.user, tries=0, not_before=None, held_until=None)
    ordering.by_rule(case, process, When.RELEASED)


@transaction.atomic
def other_kind(case: Case, turn: Turn, kind: str, *, note: str = "") -> None:
    """Say what the letter is: prepare reads it once more as that kind."""
    permissions.check_send_back(turn.user, case)
    moments.check_read_again(case)
    take_turn(case, turn)
    _answer(case, turn, "other_kind", note=note)
    data = {"kind": kind, "was": case.kind}
    _to_new(case, turn, "other_kind", data=data, fixed_kind=kind)


@transaction.atomic
def read_again(case: Case, turn: Turn, *, note: str = "") -> None:
    """Have prepare read the letter once more; what a person corrected stays."""
    permissions.check_send_back(turn.user, case)
    moments.check_read_again(case)
    take_turn(case, turn)
    _answer(case, turn, "read_again", note=note)
    _to_new(case, turn, "read_again")


@transaction.atomic
def close(case: Case, turn: Turn, reason: str, *, note: str = "") -> None:
    """Close the case without the bots: `reason` is one of `moments.closing_reasons(case)`."""
    permissions.check_decide(turn.user, case)
    moments.check_close(case, reason)
    take_turn(case, turn)
    _answer(case, turn, "close", reason=reason, note=note)
    move(case, State.CLOSED, actor=Actor.CLERK, reason=reason, user=turn.user)


@transaction.atomic
def hold(case: Case, turn: Turn, until: datetime, *, note: str = "") -> None:
    """Put the case aside until a moment; it stays in review."""
    permissions.check_decide(turn.user, case)
    moments.check_in_review(case)
    take_turn(case, turn, held_until=until)
    _answer(case, turn, "hold", note=note)
    audit.write(case, "held", actor=Actor.CLERK, user=turn.user, data={"until": until.isoformat()})


@transaction.atomic
def assign(case: Case, turn: Turn, to: User | None) -> None:
    """Give the case to a colleague who may decide it, take it oneself, or give it back (None)."""
    permissions.check_decide(turn.user, case)
    moments.check_in_review(case)
    if to is not None:
        permissions.check_decide(to, case)
    take_turn(case, turn, assigned_to=to)
    audit.write(case, "assigned", actor=Actor.CLERK, user=turn.user, data={"to": to.pk if to else None})


@transaction.atomic
def withdraw(case: Case, turn: Turn) -> None:
    """An officer takes a case back that no bot has yet."""
    permissions.check_withdraw(turn.user, case)
    moments.check_withdraw(case)
    take_turn(case, turn)
    reason = "withdrawn_by_officer"
    move(case, State.REVIEW, actor=Actor.OFFICER, reason=reason, user=turn.user, reasons=[reason])


@transaction.atomic
def reopen(case: Case, turn: Turn, *, note: str = "") -> None:
    """After a complaint a person decides anew about a finished case; no money moves by itself."""
    permissions.check_reopen(turn.user, case)
    moments.check_reopen(case)
    take_turn(case, turn)
    actor = Actor.CLERK if permissions.can_decide(turn.user, case) else Actor.AUDITOR
    note_decision(case, turn.user, "reopen", reason="complaint", note=note)
    move(case, State.REVIEW, actor=actor, reason="complaint", user=turn.user, reasons=["complaint"], closed_at=None)


@transaction.atomic
def spend(case: Case, turn: Turn) -> None:
    """Time somebody who may decide spent on a case without answering it."""
    permissions.check_decide(turn.user, case)
    Case.objects.select_for_update().get(pk=case.pk)
    _note_effort(case, turn)


def _to_new(case: Case, turn: Turn, reason: str, **changes: Any) -> None:
    actor = Actor.CLERK if permissions.can_decide(turn.user, case) else Actor.OFFICER
    move(case, State.NEW, actor=actor, reason=reason, user=turn.user, held_until=None, **changes)


def take_turn(case: Case, turn: Turn, **changes: Any) -> None:
    """Make sure nobody was faster, and lock the row for the rest of the transaction."""
    seen = Case.objects.filter(pk=case.pk, state=case.state, version=turn.version)
    if not seen.update(version=F("version") + 1, changed_at=clock.now(), **changes):
        raise CaseChanged(case)
    case.refresh_from_db()
    _note_effort(case, turn)


def _note_effort(case: Case, turn: Turn) -> None:
    """The row of the case is locked: of two requests of one page, the second sees what the first wrote."""
    capped = max(0, min(turn.seconds, LONGEST_SECONDS))
    if not capped or (turn.page and case.events.filter(code="effort_clerk", data__page=turn.page).exists()):
        return
    data = {"seconds": capped, "reason": case.reason, **({"page": turn.page} if turn.page else {})}
    audit.write(case, "effort_clerk", actor=Actor.CLERK, data=data)


def _answer(case: Case, turn: Turn, answer: str, *, reason: str = "", note: str = "") -> None:
    note_decision(case, turn.user, answer, reason=reason or case.reason, note=note)


def note_decision(case: Case, user: User, answer: str, *, reason: str, note: str = "") -> Decision:
    """Write down what a person answered, and the event that binds it into the trail."""
    said = note.strip()
    row = Decision.objects.create(case=case, user=user, answer=answer, reason=reason, note=said, at=clock.now())
    data = {"decision": row.pk, "answer": answer, "reason": reason, "note": audit.keyed(case, said)}
    audit.write(case, "decided", actor=Actor.PERSON, user=user, data=data)
    return row


def _tell_written(case: Case, turn: Turn, written: Rechecked, *, typed: Sequence[str]) -> None:
    """The digests of everything that was written, typed or derived: both are posted."""
    if not written.is_new:
        return
    digests = {name: audit.keyed(case, value) for name, value in written.values.items()}
    data = {"fields": digests, "typed": list(typed), "findings": list(written.rules)}
    audit.write(case, "corrected" if typed else "recomputed", actor=Actor.CLERK, user=turn.user, data=data)


def _canonical(case: Case, process: ProcessInForce, typed: Mapping[str, str]) -> dict[str, str]:
    """The corrections that change something, in canonical form."""
    rows = {row.name: row for row in case.fields.all()}
    changed = {}
    for name, value in typed.items():
        settings = process.process.field(name)
        if settings is None or settings.derived:
            raise UnknownField(f"process {process.id} takes no correction of {name!r}")
        row = rows.get(name)
        if row is not None and row.locked:
            _check_unchanged(row, value, settings)
            continue
        wanted = canonical.canonical(value, settings)
        if not canonical.same(value, row.value if row else "", settings):
            changed[name] = wanted
    return changed


def _check_unchanged(row: FieldValue, typed: str, settings: FieldSettings) -> None:
    if not canonical.same(typed, row.value, settings):
        raise FieldLocked(row.name)


def _was_corrected(case: Case) -> bool:
    return case.fields.filter(corrected=True).exists()


def _is_second(case: Case, turn: Turn, changed: Mapping[str, str]) -> bool:
    first = moments.first_release_of(case)
    return not changed and permissions.can_second(turn.user, first.user_id if first else None)


def _first_of_two(case: Case, turn: Turn, note: str) -> None:
    _answer(case, turn, moments.FIRST_RELEASE, note=note)
    audit.write(case, "released_first", actor=Actor.CLERK, user=turn.user)
