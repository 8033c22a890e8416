"""The books: minutes spent or not spent, derived from audit events and dated baselines, append-only."""

from __future__ import annotations

from django.db import models

from casework.record.models.case import Case
from casework.record.models.event import AuditEvent


class EffortKind(models.TextChoices):
    """What a number of seconds means; only `saved` is gain."""

    SAVED = "saved"
    CLERK = "clerk"
    FAILURE = "failure"


class EffortEntry(models.Model):
    """Seconds for one case from one event. `known` says how the baseline is known (measured, estimate, table)."""

    office = models.SlugField()
    process = models.SlugField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="effort")
    event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10, choices=EffortKind.choices)
    month = models.DateField()
    seconds = models.IntegerField()
    baseline = models.CharField(max_length=120, blank=True)
    known = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "kind"], name="event_booked_once"),
            models.UniqueConstraint(fields=["case"], condition=models.Q(kind="saved"), name="case_saves_once"),
        ]
        indexes = [models.Index(fields=["month", "office", "process"], name="effort_month")]

    def __str__(self) -> str:
        return f"{self.seconds} s {self.kind} for case {self.case_id}"
