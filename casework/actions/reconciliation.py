"""The daily reconciliation: what lies in the mailbox, in the record and in the store must be the same.

Here is what the record knows; the station opens the doors and fetches what has to be compared by its bytes.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from casework.actions import audit, clock, doors, files, intake
from casework.actions.force import current
from casework.record.models import (
    ComparedLetter,
    Discrepancy,
    Erasure,
    Lease,
    Message,
    MessagePart,
    Reconciliation,
    StoreWalk,
)
from casework.record.store import FileAltered, FileMissing, Store
from casework.words.mailbox import BY_HAND_ACCOUNT, Arrival, Look, MailboxPlace
from casework.words.reading import Fate
from casework.words.states import Actor

NOT_RECORDED = "not_recorded"
NOT_MOVED = "not_moved"
STRAY = "stray_in_done"
MISSING = "missing_in_store"
ALTERED = "altered_in_store"
UNEXPLAINED = "unexplained_part"

PATIENCE = timedelta(minutes=15)
"""What came later than this may still be on its way in."""
SLICE = 1000
MOST_TRIES = 3
"""A reconciliation that dies so often in a day is left to the next one."""


@dataclass
class Round:
    """One comparison under way: its row, and what does not agree so far."""

    row: Reconciliation
    found: list[Discrepancy] = field(default_factory=list)
    compared: int = 0
    of: int = 0

    def add(self, code: str, place: MailboxPlace | None = None, **columns: object) -> None:
        """Note one thing that does not agree; it is written with the end of the round."""
        where = {"folder": place.folder, "uidvalidity": place.uidvalidity, "uid": place.uid} if place else {}
        self.found.append(Discrepancy(reconciliation=self.row, code=code, **where, **columns))

    @transaction.atomic
    def end(self, *, trouble: str = "") -> Reconciliation:
        """Write what was found; `trouble` says why the comparison is not whole."""
        self.row.ended_at, self.row.trouble = clock.now(), trouble
        self.row.compared, self.row.of = self.compared, self.of or self.compared
        self.row.save()
        Discrepancy.objects.bulk_create(self.found)
        return self.row


def begin(office: str, account: str = "") -> Round:
    """Begin a comparison of a door, or (without account) of the office's store."""
    return Round(Reconciliation.objects.create(office=office, account=account, began_at=clock.now()))


def due(moment: datetime) -> list[str]:
    """The offices whose reconciliation of the day is due: not while one runs, nor where nothing had been taken in."""
    return [office for office in current().offices if _is_due(office, moment)]


def compare_inbox(round_: Round, look: Look) -> None:
    """What waits in the inbox folder longer than it should: not in the record, or recorded and still there.

    Intake then looks at the folder anew, even where the server tells nothing of a change.
    """
    round_.compared += len(look.arrivals)
    long_ago = clock.now() - PATIENCE
    late = [arrival for arrival in look.arrivals if arrival.received is None or arrival.received < long_ago]
    known = {intake.place_of(message): message for message in _at(round_, late)}
    for arrival in late:
        message = known.get(arrival.place)
        if message is None:
            round_.add(NOT_RECORDED, arrival.place, since=arrival.received)
        elif message.has_bytes:
            round_.add(NOT_MOVED, arrival.place, since=arrival.received, message=message)
    if round_.found:
        doors.forget_mark(round_.row.office, round_.row.account, look.mark.folder)


def unnamed(round_: Round, look: Look) -> list[Arrival]:
    """What lies in the done folder, named by no message, and was never compared by its bytes."""
    named = intake.named_places(round_.row.office, round_.row.account)
    rest = [arrival for arrival in look.arrivals if intake.done_words(arrival.place) not in named]
    compared = set(_compared(round_.row, rest))
    return [arrival for arrival in rest if arrival.place not in compared]


def remember(round_: Round, arrivals: Iterable[tuple[Arrival, str]]) -> None:
    """These were fetched: at which address their bytes lie or would lie. They are not fetched again."""
    ComparedLetter.objects.bulk_create(
        [
            ComparedLetter(
                office=round_.row.office,
                account=round_.row.account,
                folder=arrival.place.folder,
                uidvalidity=arrival.place.uidvalidity,
                uid=arrival.place.uid,
                address=address,
            )
            for arrival, address in arrivals
        ],
        ignore_conflicts=True,
    )


def note_unfetchable(round_: Round, arrivals: Iterable[Arrival]) -> None:
    """What the server does not give from the done folder is a stray, unless a clerk has its dead letter already."""
    dead = Message.objects.filter(office=round_.row.office, account=round_.row.account, address="", erased_at=None)
    known = list(dead.values_list("told_size", "received_at"))
    for arrival in arrivals:
        told = (arrival.size, arrival.received)
        if told in known:
            known.remove(told)
        else:
            round_.add(STRAY, arrival.place, since=arrival.received)


def compare_done(round_: Round, look: Look) -> list[Arrival]:
    """Give every message in the done folder its place; the strays are those that belong to none of the record."""
    round_.compared += len(look.arrivals)
    there = {intake.done_words(arrival.place): arrival for arrival in look.arrivals}
    named = intake.named_places(round_.row.office, round_.row.account)
    rest = {words: arrival for words, arrival in there.items() if words not in named}
    addresses, strays = _compared(round_.row, rest.values()), []
    going = _going(round_.row)
    for words, arrival in rest.items():
        address = addresses.get(arrival.place)
        if address is None or address in going:
            continue
        if not _find_owner(round_.row, address, words, there):
            round_.add(STRAY, arrival.place, since=arrival.received, address=address)
            strays.append(arrival)
    return strays


def record_moved_back(round_: Round, places: Collection[MailboxPlace]) -> None:
    """These strays were put back into the inbox folder on a person's word, so that they are taken in."""
    uids = {(place.folder, place.uidvalidity, place.uid) for place in places}
    round_.found = [
        row for row in round_.found if row.code != STRAY or (row.folder, row.uidvalidity, row.uid) not in uids
    ]
    for place in places:
        _letters(round_.row).filter(folder=place.folder, uidvalidity=place.uidvalidity, uid=place.uid).delete()
    told = {"account": round_.row.account, "messages": len(places)}
    audit.write(None, "moved_back", actor=Actor.OFFICER, office=round_.row.office, data=told)


def compare_store(round_: Round, *, seconds: float) -> None:
    """Is every file the record names in the store? As many as `seconds` allow are decrypted and compared, too.

    Goes on where the last round ended, and begins anew when all were compared; what was found altered before is
    looked at every time.
    """
    office = round_.row.office
    store, until = Store(office), time.monotonic() + seconds
    walk, _ = StoreWalk.objects.get_or_create(office=office, defaults={"began_at": clock.now()})
    suspects = _altered_before(round_.row)
    for address in suspects:
        _check(round_, store, address)
    for addresses in files.slices(files.LETTERS, office):
        for address in addresses:
            round_.of += 1
            if address in suspects:
                continue
            if address > walk.cursor and time.monotonic() < until:
                _check(round_, store, address)
                walk.cursor = address
            elif address not in store:
                round_.add(MISSING, address=address, message=files.message_of(files.LETTERS, office, address))
        walk.save()
    if time.monotonic() < until:
        walk.cursor, walk.began_at, walk.came_round_at = "", clock.now(), clock.now()
        walk.save()


def compare_parts(round_: Round) -> None:
    """Letters that were read and of which a part has no fate, or no reason for it, or that have no part at all."""
    parts = MessagePart.objects.filter(message=OuterRef("pk"))
    unexplained = parts.filter(~Q(fate__in=list(Fate)) | (~Q(fate=Fate.USED) & Q(reason="")))
    read = Message.objects.filter(office=round_.row.office, erased_at=None).exclude(read_at=None)
    read = read.exclude(account=BY_HAND_ACCOUNT)
    for message in read.filter(~Exists(parts) | Exists(unexplained)):
        round_.add(UNEXPLAINED, message=message, since=message.read_at)


def latest(offices: Sequence[str]) -> list[Reconciliation]:
    """The last reconciliation that ended, of every door and store of these offices."""
    rows = Reconciliation.objects.filter(office__in=offices).exclude(ended_at=None)
    newest = {(row.office, row.account): row for row in rows.filter(began_at__gte=clock.now() - timedelta(days=30))}
    return [newest[key] for key in sorted(newest)]


def _is_due(office: str, moment: datetime) -> bool:
    since = _last_time(office, moment)
    rounds = Reconciliation.objects.filter(office=office, began_at__gte=since)
    if rounds.filter(account="").exclude(ended_at=None).exists() or rounds.filter(ended_at=None).count() >= MOST_TRIES:
        return False
    if Lease.objects.filter(name=lease_name(office), until__gt=moment).exists():
        return False
    return Message.objects.filter(office=office, stored_at__lt=since).exists()


def lease_name(office: str) -> str:
    """The lease under which an office is reconciled: one at a time."""
    return f"reconcile:{office}"


def _last_time(office: str, moment: datetime) -> datetime:
    """When the office's reconciliation should last have begun."""
    local = timezone.localtime(moment)
    at = current().office(office).intake.reconcile_at
    today = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today <= local else today - timedelta(days=1)


def _at(round_: Round, arrivals: Sequence[Arrival]) -> Iterator[Message]:
    of_door = Message.objects.filter(office=round_.row.office, account=round_.row.account)
    for start in range(0, len(arrivals), SLICE // 2):
        uids = [arrival.place.uid for arrival in arrivals[start : start + SLICE // 2]]
        yield from of_door.filter(uid__in=uids)


def _letters(row: Reconciliation) -> QuerySet[ComparedLetter]:
    return ComparedLetter.objects.filter(office=row.office, account=row.account)


def _compared(row: Reconciliation, arrivals: Iterable[Arrival]) -> dict[MailboxPlace, str]:
    wanted = {arrival.place for arrival in arrivals}
    if not wanted:
        return {}
    known = (
        (MailboxPlace(item.account, item.folder, item.uidvalidity, item.uid), item.address) for item in _letters(row)
    )
    return {place: address for place, address in known if place in wanted}


def _going(row: Reconciliation) -> set[str]:
    """The addresses of erased letters whose copies have not been deleted from the done folder yet."""
    orders = Erasure.objects.filter(office=row.office, message__account=row.account, copy_gone_at=None)
    return {copy["address"] for copy in orders.values_list("copy", flat=True) if copy.get("address")}


def _find_owner(row: Reconciliation, address: str, words: str, there: Collection[str]) -> bool:
    """The message of these bytes whose place was not told, or is not there any more, gets this one.

    False when every message of these bytes has a place of its own: then one more came than the record knows.
    """
    alike = Message.objects.filter(office=row.office, account=row.account, address=address)
    for message in alike:
        if not message.done_place or message.done_place not in there:
            moved = message.moved_at or clock.now()
            Message.objects.filter(pk=message.pk).update(done_place=words, moved_at=moved)
            return True
    return False


def _check(round_: Round, store: Store, address: str) -> None:
    try:
        store.check(address)
        round_.compared += 1
    except FileMissing:
        round_.add(MISSING, address=address, message=files.message_of(files.LETTERS, store.office, address))
    except FileAltered:
        round_.add(ALTERED, address=address, message=files.message_of(files.LETTERS, store.office, address))


def _altered_before(row: Reconciliation) -> set[str]:
    before = Reconciliation.objects.filter(office=row.office, account="").exclude(ended_at=None).last()
    if before is None:
        return set()
    altered = before.discrepancies.filter(code=ALTERED).values_list("address", flat=True)
    return {address for address in altered if files.message_of(files.LETTERS, row.office, address) is not None}
