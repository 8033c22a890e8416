"""Recording what arrived: bytes into the store first, then message and case in one transaction. It judges nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from casework.actions import audit, clock
from casework.actions.move import open_case
from casework.record.models import Message
from casework.record.store import Store
from casework.words.mailbox import MailboxPlace
from casework.words.states import Actor


@dataclass(frozen=True)
class Recorded:
    """A message of the record; `new` is False when it had been recorded before."""

    message: Message
    new: bool


def record_message(data: bytes, *, office: str, place: MailboxPlace) -> Recorded:
    """Keep a message for good: seal its bytes, then write message, case and event in one transaction.

    Keyed by account, folder, UIDVALIDITY, UID and the digest of the bytes, so that a crash after any step doubles
    nothing. Under a new UIDVALIDITY a message that still waited to be moved is known again by its digest.
    Raises `StoreError` before anything is recorded when the bytes cannot be kept.
    """
    address = Store(office).put(data)
    try:
        with transaction.atomic():
            known = _known(office, place, address)
            if known is not None:
                return Recorded(known, new=False)
            return Recorded(_record(office, place, address, len(data)), new=True)
    except IntegrityError:
        known = _known(office, place, address)
        if known is None:
            raise
        return Recorded(known, new=False)


def record_moved(message: Message, target: MailboxPlace | None) -> None:
    """The message left the inbox; `target` is its new place where the server told it."""
    where = f"{target.folder};{target.uidvalidity};{target.uid}" if target else ""
    Message.objects.filter(pk=message.pk, moved_at=None).update(moved_at=clock.now(), done_place=where[:200])


def _known(office: str, place: MailboxPlace, address: str) -> Message | None:
    same_bytes = Message.objects.filter(office=office, account=place.account, folder=place.folder, address=address)
    known = same_bytes.filter(uidvalidity=place.uidvalidity, uid=place.uid).first()
    if known is not None:
        return known
    renumbered = same_bytes.filter(moved_at=None).exclude(uidvalidity=place.uidvalidity).first()
    if renumbered is None:
        return None
    Message.objects.filter(pk=renumbered.pk).update(uidvalidity=place.uidvalidity, uid=place.uid)
    audit.write(None, "renumbered", actor=Actor.INTAKE, office=office, data={"message": renumbered.pk})
    return renumbered


def _record(office: str, place: MailboxPlace, address: str, size: int) -> Message:
    message = Message.objects.create(
        office=office,
        account=place.account,
        folder=place.folder,
        uidvalidity=place.uidvalidity,
        uid=place.uid,
        address=address,
        size=size,
        stored_at=clock.now(),
    )
    open_case(message, actor=Actor.INTAKE)
    return message
