"""Messages that do not come: each with a back-off of its own, and a dead letter when it was tried often enough."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min, QuerySet

from casework.actions import clock, intake
from casework.record.models import StuckMessage
from casework.words.mailbox import Arrival, Look, MailboxPlace

FIRST_WAIT_SECONDS = 60
LONGEST_WAIT_SECONDS = 6 * 3600


def resting(look: Look, *, office: str, account: str) -> set[MailboxPlace]:
    """The messages of this look that are not tried again yet. Those that are gone from the folder are forgotten."""
    there = {arrival.place for arrival in look.arrivals}
    rows = StuckMessage.objects.filter(office=office, account=account, folder=look.mark.folder)
    moment, waiting = clock.now(), set()
    for row in rows:
        if _place(row) not in there:
            row.delete()
        elif row.not_before > moment:
            waiting.add(_place(row))
    return waiting


@transaction.atomic
def set_back(arrival: Arrival, words: str, *, office: str, tries: int | None) -> StuckMessage:
    """It did not come: it is tried again later, each time later. After `tries` a clerk is told.

    `tries` None: what is wrong is not the message (a full disk, a folder that takes none), so nobody is told of it.
    """
    moment = clock.now()
    row, _ = StuckMessage.objects.get_or_create(
        **_key(office, arrival.place), defaults={"first_at": moment, "not_before": moment}
    )
    row.tries += 1
    row.words = words
    wait = min(FIRST_WAIT_SECONDS * 2 ** min(row.tries - 1, 20), LONGEST_WAIT_SECONDS)
    row.not_before = moment + timedelta(seconds=wait)
    if tries is not None and row.tries >= tries and row.message is None:
        row.message = intake.record_unfetchable(arrival, office=office)
    row.save()
    return row


def came_through(places: Collection[MailboxPlace], *, office: str) -> None:
    """They are recorded and moved: nothing is remembered against them."""
    for row in _of(office).filter(uid__in=[place.uid for place in places]):
        if _place(row) in places:
            row.delete()


def next_try(office: str, account: str) -> datetime | None:
    """When the next of them is tried again; None when there is none."""
    found: datetime | None = _of(office).filter(account=account).aggregate(at=Min("not_before"))["at"]
    return found


def _of(office: str) -> QuerySet[StuckMessage]:
    return StuckMessage.objects.filter(office=office)


def _key(office: str, place: MailboxPlace) -> dict[str, object]:
    return {
        "office": office,
        "account": place.account,
        "folder": place.folder,
        "uidvalidity": place.uidvalidity,
        "uid": place.uid,
    }


def _place(row: StuckMessage) -> MailboxPlace:
    return MailboxPlace(row.account, row.folder, row.uidvalidity, row.uid)
