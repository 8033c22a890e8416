"""The one function that moves a case, and the one that opens it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from casework.actions import audit, clock
from casework.actions.force import in_force
from casework.record.models import Case, Message
from casework.words.errors import AmtsboteError, ConfigurationError, LeaseLost
from casework.words.states import Actor, State, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FINAL = (State.DONE, State.CLOSED)
UNDER_LEASE = (State.NEW, State.POSTING)
DECIDED_IN = (State.NEW, State.REVIEW)
"""From here a case becomes ready by a decision; from `posting` it only comes back."""


class MoveForbidden(AmtsboteError):
    """The table of transitions has no such move for this actor."""

    def __init__(self, start: str, end: str, actor: str) -> None:
        super().__init__(f"a case cannot be moved from {start} to {end} by {actor}")


@transaction.atomic
def open_case(message: Message, *, actor: Actor, part: str = "", **attributes: Any) -> Case:
    """Open a case in `new` for a message, or for a further main document of it."""
    moment = clock.now()
    case = Case.objects.create(
        office=message.office, message=message, part=part, opened_at=moment, changed_at=moment, **attributes
    )
    audit.write(case, "opened", actor=actor, data=_opening(case))
    return case


@transaction.atomic
def open_cases(messages: Sequence[Message], *, actor: Actor) -> list[Case]:
    """Open a case in `new` for each of these new messages, with its event, in a few statements for all."""
    moment = clock.now()
    cases = Case.objects.bulk_create(
        Case(office=message.office, message=message, opened_at=moment, changed_at=moment) for message in messages
    )
    audit.write_first({case: _opening(case) for case in cases}, "opened", actor=actor)
    return cases


def _opening(case: Case) -> dict[str, Any]:
    return {"message": case.message_id, "address": audit.keyed(case, case.message.address), "to": State.NEW}


@transaction.atomic
def move(
    case: Case,
    end: State,
    *,
    actor: Actor,
    reason: str,
    user: User | None = None,
    token: int | None = None,
    data: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Move a case along the table, with its audit event; its lease goes, unless the new state is worked under one.

    Guarded by the old state and, for workers, by the fencing `token`: raises `LeaseLost` when somebody else was
    faster, `MoveForbidden` when the table has no such move. `changes` are further columns set in the same step.
    """
    start = State(case.state)
    row = transition(start, end)
    if row is None or actor not in row.by:
        raise MoveForbidden(start, end, actor)
    moment = clock.now()
    changes = {"reason": reason, "changed_at": moment, "version": F("version") + 1, **changes}
    if end in FINAL:
        changes["closed_at"] = moment
    if end not in UNDER_LEASE:
        changes |= {"lease_until": None, "lease_holder": ""}
    guard = Case.objects.filter(pk=case.pk, state=start)
    if token is not None:
        guard = guard.filter(token=token)
    if not guard.update(state=end, **changes):
        raise LeaseLost(f"case {case.reference} was moved by somebody else; nothing was written")
    case.refresh_from_db()
    event = {"from": start, "to": end, "reason": reason, **(data or {})}
    if end is State.READY:
        event["basis"] = case.basis
    if end is State.READY and start in DECIDED_IN and case.basis:
        event |= _grounds(case)
    audit.write(case, f"moved_{end}", actor=actor, user=user, data=event)


def _grounds(case: Case) -> dict[str, Any]:
    """How far the process may go as the case becomes ready, and what the office says permits it, for the trail."""
    try:
        process = in_force(case.office, case.process)
    except ConfigurationError:
        return {}
    told: dict[str, Any] = {"stage": process.stage}
    if process.basis is not None:
        since = process.basis.decided_on
        told["legal_basis"] = {"text": process.basis.text, "decided_on": since.isoformat() if since else ""}
    return told
