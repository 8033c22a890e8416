"""Recording what arrived: bytes into the store first, then messages and cases in one transaction. It judges nothing."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Q, QuerySet

from casework.actions import audit, clock
from casework.actions.move import FINAL, move, open_case, open_cases
from casework.record.connections import RECORD_AWAY
from casework.record.models import Case, Message
from casework.record.store import Store
from casework.words.mailbox import Arrival, FolderMark, MailboxPlace
from casework.words.states import Actor, State

UNFETCHABLE = "letter_unfetchable"
CAME_LATE = "letter_came_late"
log = logging.getLogger("amtsbote.intake")


@dataclass(frozen=True)
class Stored:
    """An arrival whose bytes are in the store: their address and size."""

    arrival: Arrival
    address: str
    size: int


@dataclass(frozen=True)
class Recorded:
    """A message of the record; `new` is False when it had been recorded before."""

    message: Message
    new: bool


def record_message(data: bytes, *, office: str, place: MailboxPlace) -> Recorded:
    """Keep one message for good: seal its bytes, then record it. Raises what the store or the record raise."""
    address = Store(office).put(data)
    return _record_one(Stored(Arrival(place, len(data)), address, len(data)), office)


def record_messages(batch: Sequence[Stored], *, office: str) -> dict[MailboxPlace, Recorded]:
    """Record messages of one folder with their cases and events, all in one transaction.

    Keyed by account, folder, UIDVALIDITY, UID and the digest of the bytes, so that a crash after any step doubles
    nothing. Under a new UIDVALIDITY a message that still waited to be moved is known again by its digest. Where the
    record refuses one of them, it is left out (and logged), and the others are recorded one by one.
    """
    if not batch:
        return {}
    try:
        return _record(batch, office)
    except RECORD_AWAY:
        raise
    except DatabaseError as error:
        log.warning("recording %d messages at once failed (%s); now one by one", len(batch), type(error).__name__)
    recorded = {}
    for stored in batch:
        try:
            recorded[stored.arrival.place] = _record_one(stored, office)
        except RECORD_AWAY:
            raise
        except DatabaseError:
            log.exception("message %d of %s is refused by the record", stored.arrival.place.uid, office)
    return recorded


def already_recorded(arrivals: Iterable[Arrival], *, office: str) -> dict[MailboxPlace, Message]:
    """Those that need not be fetched: their place is in the record with the same size and date.

    One that carries our keyword was recorded in this place, so its date need not be compared. A keyword alone proves
    nothing: another record may have set it, or the message was given a new place since.
    """
    by_place = {arrival.place: arrival for arrival in arrivals}
    found = {}
    for message in _at_places(office, by_place).exclude(address=""):
        place = place_of(message)
        arrival = by_place[place]
        same_date = arrival.stored or message.received_at == arrival.received
        if message.told_size == arrival.size and same_date:
            found[place] = message
    return found


def record_moved(moved: Mapping[MailboxPlace, MailboxPlace | None], messages: Mapping[MailboxPlace, Message]) -> None:
    """These messages left the inbox; to their new place, where the door told it."""
    keys = {messages[place].pk: target for place, target in moved.items()}
    with transaction.atomic():
        Message.objects.filter(pk__in=keys, moved_at=None).update(moved_at=clock.now())
        # one by one: measured, half the time of one statement with a branch for each
        for key, target in keys.items():
            Message.objects.filter(pk=key).update(done_place=done_words(target) if target else "")


def record_gone(mark: FolderMark, there: Collection[MailboxPlace], *, office: str, account: str) -> int:
    """Recorded messages that no longer lie in the folder were moved: by us before a crash, or by a person.

    Under the folder's own UIDVALIDITY alone; see `record_renumbered_gone`. Returns how many.
    """
    uids = {place.uid for place in there}
    waiting = _unmoved(office, account, mark.folder).filter(uidvalidity=mark.uidvalidity)
    gone = [pk for pk, uid in waiting.values_list("pk", "uid") if uid not in uids]
    return Message.objects.filter(pk__in=gone).update(moved_at=clock.now())


def record_renumbered_gone(mark: FolderMark, *, office: str, account: str) -> int:
    """All that lies in a renumbered folder is recorded anew: what waited under former numbers is not there any more."""
    former = _unmoved(office, account, mark.folder).exclude(uidvalidity=mark.uidvalidity)
    return former.update(moved_at=clock.now())


def recorded_places(places: Iterable[MailboxPlace], *, office: str) -> list[MailboxPlace]:
    """Those of which the record holds the letter."""
    wanted = list(places)
    return [place_of(message) for message in _at_places(office, wanted).exclude(address="")] if wanted else []


def former_waiting(mark: FolderMark, *, office: str, account: str) -> list[Message]:
    """Recorded messages that waited to be moved when the folder was renumbered: they wait there still, or had left."""
    unmoved = _unmoved(office, account, mark.folder).exclude(address="")
    return list(unmoved.exclude(uidvalidity=mark.uidvalidity).order_by("-uid"))


def record_left(former: Sequence[Message], copies: Mapping[str, Sequence[MailboxPlace]]) -> int:
    """Of these, the ones that had left before the folder was renumbered; returns how many.

    `copies` are mails of the done folder that no message names, by the address of their bytes. As many of them belong
    to messages that were moved without being told where; only what is beyond that can be a former one.
    """
    left = 0
    for address, places in copies.items():
        alike = [message for message in former if message.address == address]
        if not alike:
            continue
        moved = Message.objects.filter(office=alike[0].office, account=alike[0].account, address=address, done_place="")
        beyond = len(places) - moved.exclude(moved_at=None).count()
        for message, place in zip(alike[: max(beyond, 0)], reversed(places), strict=False):
            message.moved_at, message.done_place = clock.now(), done_words(place)
            message.save(update_fields=["moved_at", "done_place"])
            left += 1
    return left


def named_places(office: str, account: str) -> set[str]:
    """The places of the done folder that messages of this door name."""
    told = Message.objects.filter(office=office, account=account).exclude(done_place="")
    return set(told.values_list("done_place", flat=True))


def record_unfetchable(arrival: Arrival, *, office: str) -> Message:
    """A message that cannot be fetched becomes a dead letter: a case in review that says where it lies.

    Its bytes come to the same message when they can be fetched later.
    """
    with transaction.atomic():
        known = _unfetched(office, [arrival]).get(arrival.place)
        if known is not None:
            return known
        message = _message(office, Stored(arrival, "", arrival.size))
        message.save(force_insert=True)
        case = open_case(message, actor=Actor.INTAKE)
        move(case, State.REVIEW, actor=Actor.INTAKE, reason=UNFETCHABLE, reasons=[UNFETCHABLE])
    return message


def done_words(place: MailboxPlace) -> str:
    """A place of the done folder as a message names it."""
    return f"{place.folder};{place.uidvalidity};{place.uid}"


def place_of(message: Message) -> MailboxPlace:
    """Where a message stood when it was taken in."""
    return MailboxPlace(message.account, message.folder, message.uidvalidity, message.uid)


def _record_one(stored: Stored, office: str) -> Recorded:
    try:
        return _record([stored], office)[stored.arrival.place]
    except IntegrityError:
        # another intake was faster: then it is known by now
        known = _known([stored], office).get(stored.arrival.place)
        if known is None:
            raise
        return Recorded(known, new=False)


@transaction.atomic
def _record(batch: Sequence[Stored], office: str) -> dict[MailboxPlace, Recorded]:
    known = _known(batch, office)
    recorded = {place: Recorded(message, new=False) for place, message in known.items()}
    late = _unfetched(office, [stored.arrival for stored in batch if stored.arrival.place not in known])
    for stored in batch:
        if stored.arrival.place in late:
            recorded[stored.arrival.place] = _fill(late[stored.arrival.place], stored)
    fresh = [stored for stored in batch if stored.arrival.place not in recorded]
    messages = Message.objects.bulk_create([_message(office, stored) for stored in fresh])
    open_cases(messages, actor=Actor.INTAKE)
    return recorded | {place_of(message): Recorded(message, new=True) for message in messages}


def _message(office: str, stored: Stored) -> Message:
    arrival = stored.arrival
    return Message(
        office=office,
        account=arrival.place.account,
        folder=arrival.place.folder,
        uidvalidity=arrival.place.uidvalidity,
        uid=arrival.place.uid,
        address=stored.address,
        name=arrival.name,
        size=stored.size,
        told_size=arrival.size,
        received_at=arrival.received,
        stored_at=clock.now(),
    )


def _known(batch: Sequence[Stored], office: str) -> dict[MailboxPlace, Message]:
    """Those that are in the record, by place and bytes; renumbered ones get their new place."""
    wanted = {(stored.arrival.place, stored.address): stored for stored in batch}
    known = {}
    for message in _at_places(office, [stored.arrival.place for stored in batch]):
        stored = wanted.get((place_of(message), message.address))
        if stored is not None:
            known[stored.arrival.place] = _as_told(message, stored.arrival)
    rest = [stored for stored in batch if stored.arrival.place not in known]
    return known | _renumbered(rest, office)


def _as_told(message: Message, arrival: Arrival) -> Message:
    """The same bytes under another size or date: what the door says now is what it is asked for next time."""
    if (message.told_size, message.received_at) != (arrival.size, arrival.received):
        message.told_size, message.received_at = arrival.size, arrival.received
        message.save(update_fields=["told_size", "received_at"])
    return message


def _renumbered(batch: Sequence[Stored], office: str) -> dict[MailboxPlace, Message]:
    """Each message of a former UIDVALIDITY is found again once: two alike that lie there stay two."""
    if not batch:
        return {}
    home = batch[0].arrival.place
    former = _unmoved(office, home.account, home.folder).exclude(uidvalidity=home.uidvalidity)
    alike: dict[str, list[Message]] = {}
    for message in former.filter(address__in=[stored.address for stored in batch]).order_by("-uid"):
        alike.setdefault(message.address, []).append(message)
    found = {}
    for stored in batch:
        if alike.get(stored.address):
            found[stored.arrival.place] = _renumber(alike[stored.address].pop(), stored.arrival)
    return found


def _renumber(message: Message, arrival: Arrival) -> Message:
    message.uidvalidity, message.uid = arrival.place.uidvalidity, arrival.place.uid
    message.told_size, message.received_at = arrival.size, arrival.received
    message.save(update_fields=["uidvalidity", "uid", "told_size", "received_at"])
    audit.write(None, "renumbered", actor=Actor.INTAKE, office=message.office, data={"message": message.pk})
    return message


def _unfetched(office: str, arrivals: Sequence[Arrival]) -> dict[MailboxPlace, Message]:
    """The dead letters among these: by place or, in a renumbered folder, by size and date."""
    if not arrivals:
        return {}
    home, found = arrivals[0].place, {}
    dead = _unmoved(office, home.account, home.folder).filter(address="", erased_at=None)
    for message in dead:
        for arrival in arrivals:
            same_place = place_of(message) == arrival.place
            told = (message.told_size, message.received_at) == (arrival.size, arrival.received)
            renumbered = message.uidvalidity != arrival.place.uidvalidity and told
            if arrival.place not in found and (same_place or renumbered):
                found[arrival.place] = message
                break
    return found


def _fill(message: Message, stored: Stored) -> Recorded:
    """The bytes of a dead letter have come; its cases go on with them."""
    place = stored.arrival.place
    message.uidvalidity, message.uid, message.address, message.size = (
        place.uidvalidity, place.uid, stored.address, stored.size,
    )  # fmt: skip
    message.save(update_fields=["uidvalidity", "uid", "address", "size"])
    for case in message.cases.all():
        audit.write(case, "bytes_came", actor=Actor.INTAKE, data={"address": audit.keyed(case, stored.address)})
        _go_on(case)
    return Recorded(message, new=True)


def _go_on(case: Case) -> None:
    if case.state == State.REVIEW:
        move(case, State.NEW, actor=Actor.INTAKE, reason="stored", reasons=[])
    elif case.state in FINAL:
        move(case, State.REVIEW, actor=Actor.INTAKE, reason=CAME_LATE, reasons=[CAME_LATE], closed_at=None)


def _at_places(office: str, places: Iterable[MailboxPlace]) -> QuerySet[Message]:
    homes: dict[tuple[str, str, int], list[int]] = {}
    for place in places:
        homes.setdefault((place.account, place.folder, place.uidvalidity), []).append(place.uid)
    there = Q(pk__in=[])
    for (account, folder, validity), uids in homes.items():
        there |= Q(account=account, folder=folder, uidvalidity=validity, uid__in=uids)
    return Message.objects.filter(there, office=office)


def _unmoved(office: str, account: str, folder: str) -> QuerySet[Message]:
    return Message.objects.filter(office=office, account=account, folder=folder, moved_at=None)
