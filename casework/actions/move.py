"""The one function that moves a case, and the one that opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from casework.actions import audit, clock
from casework.record.models import Case, Message
from casework.words.errors import AmtsboteError, LeaseLost
from casework.words.states import Actor, State, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FINAL = (State.DONE, State.CLOSED)
UNDER_LEASE = (State.NEW, State.POSTING)


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
    audit.write(case, "opened", actor=actor, data={"message": message.pk, "to": State.NEW})
    return case


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
    event = {"from": start, "to": end, "reason": reason, **(data or {})}
    audit.write(case, f"moved_{end}", actor=actor, user=user, data=event)
    case.refresh_from_db()
