"""The audit trail: append-only, a hash chain per case; ids, codes and keyed digests, never values."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from casework.record.models.case import Case


class Chain(models.Model):
    """The chain of an office's events that belong to no case: the row that is locked while one is appended."""

    office = models.SlugField(blank=True, unique=True)

    def __str__(self) -> str:
        return f"chain of {self.office or 'the house'}"


class AuditEvent(models.Model):
    """Something that happened to a case (or, without one, to an office or system)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="events")
    office = models.SlugField(blank=True)
    number = models.IntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=20)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    code = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="event_number_once"),
            models.UniqueConstraint(
                fields=["office", "number"], condition=models.Q(case=None), name="office_event_number_once"
            ),
        ]
        indexes = [
            models.Index(fields=["code", "at"], name="event_code"),
            models.Index(fields=["at"], name="event_at"),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.code} no. {self.number} of case {self.case_id}"
