"""The audit trail: one hash chain per case, and one per office, written in the transaction of what it tells.

An event's digest is SHA-256 over its predecessor's digest and its own canonical JSON. Events hold ids, codes and
digests keyed with the case's salt, never values, so erasing the salt leaves the chain verifiable and the case unknown.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet

from casework.actions import clock
from casework.record.models import AuditEvent, Case, Chain
from casework.words.states import Actor

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def write(
    case: Case | None,
    code: str,
    *,
    actor: Actor,
    user: User | None = None,
    data: dict[str, Any] | None = None,
    office: str = "",
) -> AuditEvent:
    """Append an event to the chain of a case, or of an office when `case` is None.

    Runs inside the caller's transaction, so that nothing changes without its event. Whoever appends to the same chain
    waits until that transaction has ended.
    """
    with transaction.atomic():
        _hold(case, office)
        last = _chain(case, office).order_by("-number").first()
        event = AuditEvent(
            case=case,
            office=case.office if case else office,
            number=last.number + 1 if last else 1,
            at=clock.now(),
            actor=actor,
            user=user,
            code=code,
            data=data or {},
            previous=last.digest if last else "",
        )
        event.digest = digest_of(event)
        event.save(force_insert=True)
    return event


def write_first(told: Mapping[Case, dict[str, Any]], code: str, *, actor: Actor) -> list[AuditEvent]:
    """Begin the chains of cases that were made in this same transaction, so that nobody else can append to them yet."""
    moment, events = clock.now(), []
    for case, data in told.items():
        event = AuditEvent(case=case, office=case.office, number=1, at=moment, actor=actor, code=code, data=data)
        event.digest = digest_of(event)
        events.append(event)
    return AuditEvent.objects.bulk_create(events)


def keyed(case: Case, value: str) -> str:
    """The digest of a value as events may hold it: keyed with the case's salt."""
    return hmac.new(bytes(case.salt), value.encode(), hashlib.sha256).hexdigest()


def digest_of(event: AuditEvent) -> str:
    """What the digest of an event must be, from its predecessor and its content."""
    content = {
        "case": event.case_id,
        "office": event.office,
        "number": event.number,
        "at": event.at.isoformat(),
        "actor": str(event.actor),
        "user": event.user_id,
        "code": event.code,
        "data": event.data,
    }
    text = event.previous + json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def verify(case: Case | None, *, office: str = "") -> Iterator[str]:
    """One sentence per break in a chain: a missing number, a changed content, a wrong predecessor."""
    previous, number = "", 0
    for event in _chain(case, office).order_by("number"):
        number += 1
        if event.number != number:
            yield f"event {number} is missing before event {event.number}"
            number = event.number
        if event.previous != previous:
            yield f"event {event.number} does not follow its predecessor"
        if event.digest != digest_of(event):
            yield f"event {event.number} was changed"
        previous = event.digest


def _hold(case: Case | None, office: str) -> None:
    """Lock the row a chain belongs to. Its last event is no use for that: who waits for it does not see the next one.

    On SQLite there is nothing to lock, because every transaction that writes is alone.
    """
    parent: QuerySet[Case] | QuerySet[Chain] = Case.objects.filter(pk=case.pk) if case else _chain_row(office)
    parent.select_for_update(no_key=True).get()


def _chain_row(office: str) -> QuerySet[Chain]:
    Chain.objects.get_or_create(office=office)
    return Chain.objects.filter(office=office)


def _chain(case: Case | None, office: str) -> Any:
    if case is not None:
        return AuditEvent.objects.filter(case=case)
    return AuditEvent.objects.filter(case=None, office=office)
