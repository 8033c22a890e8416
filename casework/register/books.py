"""Writing up the books: effort entries derived from audit events and the baselines in force then, append-only.

One case saves once, however often it was tried; retries and failures earn nothing (DESIGN §8). Writing up again adds
nothing: every entry names the event it comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from casework.actions.force import current
from casework.configuration.configuration import Configuration
from casework.record.models import AuditEvent, EffortEntry, EffortKind

DONE = "moved_done"
TIME_ON_TASK = "effort_clerk"
BATCH = 500
FAILURES = frozenset(
    {
        "already_posted",
        "rejected",
        "content_differs",
        "outcome_unknown",
        "mask_changed",
        "posting_failed",
        "tried_too_often",
        "reading_failed",
        "restored",
    }
)
"""Reasons of a review that machinery caused: a clerk's time on such a case is handling of a failure, not checking."""


def write_up() -> int:
    """Derive the entries that are still missing; returns how many were added."""
    configuration = current()
    return sum(_book(event, configuration) for event in _unbooked())


def _unbooked() -> Iterator[AuditEvent]:
    booked: QuerySet[EffortEntry] = EffortEntry.objects.all()
    events = AuditEvent.objects.filter(code__in=(DONE, TIME_ON_TASK)).exclude(case=None)
    missing = events.exclude(pk__in=booked.values("event"))
    saved = booked.filter(kind=EffortKind.SAVED).values("case")
    missing = missing.exclude(code=DONE, case__in=saved)
    yield from missing.select_related("case").order_by("pk").iterator(chunk_size=BATCH)


def _book(event: AuditEvent, configuration: Configuration) -> bool:
    entry = _saved(event, configuration) if event.code == DONE else _spent(event)
    if entry is None:
        return False
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _saved(event: AuditEvent, configuration: Configuration) -> EffortEntry | None:
    """What the case would have taken by hand, by the baseline in force on the day it was done; None without one."""
    entry = _entry(event, EffortKind.SAVED)
    baseline = configuration.baseline(entry.process, _day(event), office=entry.office)
    if baseline is None:
        return None
    entry.seconds, entry.baseline, entry.known = baseline.seconds, baseline.id, baseline.provenance.value
    return entry


def _spent(event: AuditEvent) -> EffortEntry:
    failure = event.data.get("reason") in FAILURES
    entry = _entry(event, EffortKind.FAILURE if failure else EffortKind.CLERK)
    entry.seconds, entry.known = int(event.data["seconds"]), "measured"
    return entry


def _entry(event: AuditEvent, kind: EffortKind) -> EffortEntry:
    case = event.case
    assert case is not None
    month = _day(event).replace(day=1)
    return EffortEntry(office=case.office, process=case.process, case=case, event=event, kind=kind, month=month)


def _day(event: AuditEvent) -> date:
    return event.at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
