"""Writing up the books: effort entries derived from audit events and the baselines in force then, append-only.

One case saves once, however often it was tried; retries and failures earn nothing (DESIGN §8). Writing up again adds
nothing: every entry names the event it comes from. Housekeeping goes on from the newest entry; a report looks at
everything, so that a baseline that was given later counts for what was done before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from casework.actions.force import current
from casework.configuration.configuration import Configuration
from casework.record.models import AuditEvent, EffortEntry, EffortKind
from casework.words.mailbox import BY_HAND_ACCOUNT

DONE = "moved_done"
TIME_ON_TASK = "effort_clerk"
BATCH = 500
LATE = timedelta(days=1)
"""So much later than its event may a transaction end, and a baseline be given, without a full look."""
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
    """Derive all entries that are still missing; returns how many were added."""
    return _write_up(AuditEvent.objects.all())


def go_on() -> int:
    """The same for what happened since the newest entry (and `LATE` before it), which is cheap every minute."""
    newest = EffortEntry.objects.select_related("event").order_by("-event").first()
    return _write_up(AuditEvent.objects.filter(at__gte=newest.event.at - LATE)) if newest else write_up()


def _write_up(events: QuerySet[AuditEvent]) -> int:
    configuration = current()
    return sum(_book(event, configuration) for batch in _unbooked(events) for event in batch)


def _unbooked(events: QuerySet[AuditEvent]) -> Iterator[list[AuditEvent]]:
    """Batches in full, so that nothing is still being read while entries are written (SQLite refuses such a write)."""
    booked: QuerySet[EffortEntry] = EffortEntry.objects.all()
    missing = events.filter(code__in=(DONE, TIME_ON_TASK)).exclude(case=None).exclude(pk__in=booked.values("event"))
    saved = booked.filter(kind=EffortKind.SAVED).values("case")
    # an order by hand is typed work of a person: the baseline of no process says what it saved
    missing = missing.exclude(code=DONE, case__message__account=BY_HAND_ACCOUNT)
    missing = missing.exclude(code=DONE, case__in=saved).select_related("case").order_by("pk")
    last = 0
    while batch := list(missing.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


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
