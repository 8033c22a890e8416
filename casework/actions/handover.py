"""A letter for another office of the house: closed here, a new message with its own bytes there (DESIGN §4)."""

from __future__ import annotations

from django.db import transaction

from casework.actions import clock, decisions
from casework.actions.decisions import Turn
from casework.actions.force import current
from casework.actions.move import open_case
from casework.actions.senders import HANDED_OVER
from casework.policies import moments, permissions
from casework.record.models import Case, Message
from casework.record.store import Store
from casework.words.errors import AmtsboteError
from casework.words.states import Actor

FOLDER = "handed over"


class NoSuchOffice(AmtsboteError):
    """The letter can only be handed to another office of this house."""


def other_offices(case: Case) -> dict[str, str]:
    """The offices a letter of this case may be handed to: name by id."""
    return {office.id: office.name for office in current().offices.values() if office.id != case.office}


def hand_over(case: Case, turn: Turn, office: str, *, note: str = "") -> None:
    """Close the case as `other_office` and give the whole message to that office, sealed under its own key."""
    permissions.check_decide(turn.user, case)
    moments.check_close(case, "other_office")
    if office not in other_offices(case):
        raise NoSuchOffice(f"{office!r} is no other office of this house; close the case without handing it over")
    address = Store(office).put(Store(case.office).get(case.message.address))
    with transaction.atomic():
        decisions.close(case, turn, "other_office", note=note)
        _receive(case.message, office, address)


def _receive(original: Message, office: str, address: str) -> None:
    message, is_new = Message.objects.get_or_create(
        office=office,
        account=f"{HANDED_OVER}{original.office}",
        folder=FOLDER,
        uidvalidity=0,
        uid=original.pk,
        address=address,
        defaults={"size": original.size, "stored_at": clock.now(), "moved_at": clock.now()},
    )
    if is_new:
        open_case(message, actor=Actor.INTAKE)
