"""Erasing letters: by the office's retention rule or by order. Rows go at once, files and mailbox copy after them.

What stays is pseudonymous: that there was a case, when it moved, what it saved, and an unbroken trail whose digests
mean nothing without the salt. No letter goes that is younger than the last verified backup.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import F

from casework.actions import audit, claims, clock, files
from casework.actions.force import current
from casework.actions.senders import HANDED_OVER, came_in_as
from casework.configuration import places
from casework.configuration.retention import Retention
from casework.record.keys import sync_folder
from casework.record.models import (
    Attempt,
    Backup,
    Case,
    ComparedLetter,
    Discrepancy,
    Erasure,
    Evidence,
    LetterText,
    Message,
    Posting,
)
from casework.words.answers import AnswerState
from casework.words.errors import AmtsboteError
from casework.words.states import Actor, State

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ENDED = (State.DONE, State.CLOSED)
LETTER, MAILBOX = "letter", "mailbox"
RETENTION, ORDER = "retention", "order"
LIST = "erasures.jsonl"
"""The list of erasures, beside the keys and in no backup: a restored record is erased anew by it."""


class NotErasable(AmtsboteError):
    """The letter may not be erased now; the sentence says why."""


def backed_up_until() -> datetime | None:
    """Letters stored before this moment lie in a verified backup; None: there is none."""
    last = Backup.objects.order_by("-began").first()
    return last.began if last else None


def due(office: str, rule: Retention, *, most: int) -> Iterator[Message]:
    """Letters of an office whose time is over: all their cases have ended so long ago, and they are backed up."""
    safe = backed_up_until()
    if safe is None:
        return
    shortest = min((days for days in (rule.keep_days, *rule.processes.values()) if days), default=None)
    if shortest is None:
        return
    old = clock.now() - timedelta(days=shortest)
    ended = Message.objects.filter(office=office, erased_at=None, stored_at__lt=safe, cases__closed_at__lt=old)
    over = (
        message
        for message in ended.distinct().order_by("pk").iterator()
        if all(_is_over(case, rule) for case in message.cases.all()) and not _in_use(message)
    )
    yield from islice(over, most)


def due_in_mailbox(office: str, rule: Retention, *, most: int) -> Iterator[Message]:
    """Letters whose copy in the mailbox may go, because ours is kept and backed up."""
    safe = backed_up_until()
    if safe is None or rule.mailbox_days is None:
        return
    old = clock.now() - timedelta(days=rule.mailbox_days)
    moved = Message.objects.filter(office=office, erased_at=None, stored_at__lt=safe, moved_at__lt=old)
    moved = moved.exclude(account__startswith=HANDED_OVER).exclude(erasures__scope=MAILBOX)
    yield from moved.order_by("pk")[:most]


def elsewhere(message: Message) -> list[str]:
    """The cases of the same letter in other offices, which it was handed to or came from: nobody erases them here."""
    others, found = [came_in_as(message)], list[Message]()
    while others:
        one = others.pop()
        found.append(one)
        others += Message.objects.filter(account=f"{HANDED_OVER}{one.office}", uid=one.pk)
    there = Case.objects.filter(message__in=found, message__erased_at=None).exclude(message=message)
    return sorted(there.values_list("reference", flat=True))


def check_erasable(message: Message) -> None:
    """Raises `NotErasable`: a case is under way, it lies before its door, or it is in no verified backup yet."""
    open_cases = [case.reference for case in message.cases.all() if case.state not in ENDED]
    if open_cases:
        raise NotErasable(f"case {', '.join(open_cases)} has not ended; close it first")
    if why := _in_use(message):
        raise NotErasable(why)
    safe = backed_up_until()
    if safe is None or message.stored_at >= safe:
        raise NotErasable("the letter lies in no verified backup yet; run `amtsbote backup` first")


@transaction.atomic
def erase(message: Message, *, why: str, user: User | None = None) -> Erasure:
    """Delete everything the record holds of a letter and its cases, and order files and mailbox copy to be deleted.

    Raises `NotErasable`. What was ordered before is not ordered again.
    """
    cases = list(message.cases.select_for_update())  # from here on nobody takes one of them into work
    check_erasable(message)
    known = Erasure.objects.filter(message=message, scope=LETTER).first()
    if known is not None:
        return known
    order = _order(message, scope=LETTER, why=why, user=user, named=_files_of(message))
    _forget_comparisons(message)
    for case in cases:
        _forget_case(case)
        audit.write(case, "erased", actor=Actor.HOUSEKEEPING, user=user, data={"why": why})
    message.parts.all().delete()
    message.pages.all().delete()
    blank: dict[str, Any] = dict.fromkeys(
        ("address", "name", "sender", "sender_name", "subject", "message_id", "sent_at", "sender_proof", "body_digest"),
        "",
    ) | {"sender_domain": "", "sender_verdict": {}, "correspondence": {}}
    Message.objects.filter(pk=message.pk).update(erased_at=clock.now(), **blank)
    return order


@transaction.atomic
def erase_in_mailbox(message: Message) -> Erasure:
    """Order the copy in the mailbox to be deleted; ours stays."""
    order = _order(message, scope=MAILBOX, why=RETENTION, user=None, named=[])
    data = {"message": message.pk}
    audit.write(None, "mailbox_copy_erased", actor=Actor.HOUSEKEEPING, office=message.office, data=data)
    return order


def remove_files(order: Erasure) -> None:
    """Write the erasure on the list, then delete the files that nothing else names; too fresh ones wait."""
    if not order.listed_at:
        _note_on_list(order)
        Erasure.objects.filter(pk=order.pk).update(listed_at=clock.now())
    left = [
        (where, address)
        for where, address in order.files
        if not files.is_named(where, order.office, address) and not files.store_of(where, order.office).remove(address)
    ]
    Erasure.objects.filter(pk=order.pk).update(files_gone_at=None if left else clock.now(), files=left)


def unfinished(*, tried_before: datetime, most: int) -> list[Erasure]:
    """Orders of which something is still to be done, the ones tried longest ago first."""
    files_left = Erasure.objects.filter(files_gone_at=None)
    copies_left = Erasure.objects.filter(copy_gone_at=None)
    left = (files_left | copies_left).exclude(tried_at__gte=tried_before)
    return list(left.select_related("message").order_by(F("tried_at").asc(nulls_first=True), "pk")[:most])


def came_twice(order: Erasure) -> bool:
    """Did another letter that stays come through this door with the same bytes?"""
    alike = Message.objects.filter(office=order.office, account=order.message.account, address=order.copy["address"])
    return alike.exclude(pk=order.message_id).exists()


@transaction.atomic
def copy_is_gone(order: Erasure, was: str) -> None:
    """The mailbox holds no copy any more: it `was` deleted, or not found (somebody moved or deleted it)."""
    data = {"message": order.message_id, "copy": was}
    audit.write(None, "mailbox_copy_gone", actor=Actor.HOUSEKEEPING, office=order.office, data=data)
    Erasure.objects.filter(pk=order.pk).update(copy_gone_at=clock.now(), copy_was=was, copy={})


def empty_log() -> bool:
    """Empty SQLite's write-ahead log, in which what was deleted still stands; False while somebody reads from it.

    Outside of any transaction. Every other database does as much by itself.
    """
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return not cursor.fetchone()[0]


def tried(order: Erasure) -> None:
    """Something stood in the way; it is tried again later."""
    Erasure.objects.filter(pk=order.pk).update(tried_at=clock.now())


def _in_use(message: Message) -> str:
    """Why the letter cannot go just now, as a sentence; empty when it can.

    What still lies before its door would be taken in anew once the record knows it no more.
    """
    doors = {door.account for door in current().office(message.office).doors}
    if message.moved_at is None and message.account in doors:
        return f"the letter still lies in {message.folder} of {message.account}; have it moved to the done folder first"
    if message.cases.exclude(pk__in=claims.unleased(message.cases.all(), clock.now())).exists():
        return "a case of the letter is being worked on; try again in a few minutes"
    return ""


def _is_over(case: Case, rule: Retention) -> bool:
    days = rule.days_for(case.process)
    if days is None or case.closed_at is None or case.state not in ENDED:
        return False
    return case.closed_at < clock.now() - timedelta(days=days)


def _order(message: Message, *, scope: str, why: str, user: User | None, named: list[tuple[str, str]]) -> Erasure:
    moved = message.moved_at is not None and not message.account.startswith(HANDED_OVER)
    return Erasure.objects.create(
        office=message.office,
        message=message,
        scope=scope,
        why=why,
        user=user,
        ordered_at=clock.now(),
        files=named,
        files_gone_at=None if scope == LETTER else clock.now(),
        copy={"place": message.done_place, "address": message.address, "size": message.size} if moved else {},
        copy_gone_at=None if moved else clock.now(),
        copy_was="" if moved else "never moved",
    )


def _files_of(message: Message) -> list[tuple[str, str]]:
    found = {message.address, *message.parts.values_list("readable", flat=True)}
    for image, words in message.pages.values_list("image", "words"):
        found |= {image, words}
    found |= set(LetterText.objects.filter(case__message=message).values_list("address", flat=True))
    proof = Evidence.objects.filter(attempt__posting__case__message=message).values_list("address", flat=True)
    return [(files.LETTERS, address) for address in sorted(found - {""})] + [
        (files.EVIDENCE, address) for address in sorted(set(proof))
    ]


def _forget_comparisons(message: Message) -> None:
    """By the address alone whoever has the letter could tell that it came."""
    if Message.objects.filter(office=message.office, address=message.address).exclude(pk=message.pk).exists():
        return
    addresses = [address for where, address in _files_of(message) if where == files.LETTERS]
    ComparedLetter.objects.filter(office=message.office, address__in=addresses).delete()
    Discrepancy.objects.filter(reconciliation__office=message.office, address__in=addresses).update(address="")


def _forget_case(case: Case) -> None:
    """The values and free words of a case, and the salt without which its digests say nothing."""
    case.fields.all().delete()
    case.findings.all().delete()
    LetterText.objects.filter(case=case).delete()
    Evidence.objects.filter(attempt__posting__case=case).delete()
    case.decisions.update(note="")
    words = ("recipient", "subject", "body", "in_reply_to", "references", "message_id")
    case.answers.filter(state=AnswerState.WAITING).update(state=AnswerState.WITHDRAWN)
    case.answers.update(**dict.fromkeys(words, ""))
    Attempt.objects.filter(posting__case=case).update(receipt="", request_digest="")
    for posting in case.postings.all():
        gone = {"keys": [], "receipt": "", "key_digest": f"erased {posting.pk}"}
        Posting.objects.filter(pk=posting.pk).update(**gone)
    Case.objects.filter(pk=case.pk).update(lines=[], business_key_digest="", salt=b"")
    case.refresh_from_db()


def _note_on_list(order: Erasure) -> None:
    """One line per erased letter: place in the mailbox and cases, nothing of what it said."""
    message = order.message
    line = {
        "office": order.office,
        "at": order.ordered_at.isoformat(),
        "place": [message.account, message.folder, message.uidvalidity, message.uid],
        "cases": sorted(message.cases.values_list("reference", flat=True)),
        "why": order.why,
    }
    path = places.home().keys / LIST
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="utf-8") as file:
        file.write(json.dumps(line, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
