"""The one question after *Ausgang ungewiss*: does the target system hold the posting, or not?"""

from __future__ import annotations

from enum import StrEnum

from django.db import transaction

from casework.actions import journal
from casework.actions.decisions import Turn, note_decision, take_turn
from casework.actions.move import move
from casework.policies import moments, permissions
from casework.record.models import Attempt, Case
from casework.words.errors import AmtsboteError
from casework.words.states import OPEN_ATTEMPTS, Actor, Known, State


class Seen(StrEnum):
    """What a person found when they looked into the target system."""

    IN_TARGET = "in_target"
    NOT_IN_TARGET = "not_in_target"


class ReceiptMissing(AmtsboteError):
    """Who finds the posting in the target system also gives the receipt number it stands under there."""


@transaction.atomic
def answer_outcome(case: Case, turn: Turn, seen: Seen, *, receipt: str = "", note: str = "") -> None:
    """Answer what became of a posting that was sent; the case goes on as soon as no outcome is open any more.

    `in_target` confirms the attempt under `receipt`; `not_in_target` ends it and lets a new one open.
    """
    permissions.check_decide(turn.user, case)
    attempt = moments.check_answer_outcome(case)
    number = receipt.strip()
    if seen is Seen.IN_TARGET and not number:
        raise ReceiptMissing("enter the receipt number the posting has in the target system")
    take_turn(case, turn)
    note_decision(case, turn.user, seen, reason=case.reason, note=note)
    if seen is Seen.IN_TARGET:
        journal.confirm(_open(attempt, case), receipt=number, actor=Actor.CLERK, user=turn.user)
    else:
        journal.looked_for(attempt, actor=Actor.CLERK, user=turn.user)
    if moments.open_attempt_of(case) is None:
        move(case, State.READY, actor=Actor.CLERK, reason=seen, user=turn.user, tries=0, not_before=None)


def _open(attempt: Attempt, case: Case) -> Attempt:
    """The attempt to confirm; after one that `find` did not see, a row of its own says that a person did."""
    if attempt.state in OPEN_ATTEMPTS:
        return attempt
    return journal.open_attempt(attempt.posting, token=case.token, seen=Known.OURS)
