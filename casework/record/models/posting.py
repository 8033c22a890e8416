"""The exactly-once journal: postings, their attempts, and the evidence of each."""

from __future__ import annotations

from django.db import models

from casework.record.models.case import Case
from casework.words.states import AttemptState


class Posting(models.Model):
    """One operation in a target system for one case, exactly once.

    `keys`: every business key it has carried, the newest last; `carries`: the fields of the case that it takes along.
    """

    office = models.SlugField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="postings")
    step = models.IntegerField()
    system = models.SlugField()
    operation = models.SlugField()
    operation_class = models.CharField(max_length=20)
    key_digest = models.CharField(max_length=64)
    keys = models.JSONField(default=list)
    carries = models.JSONField(default=list)
    marker = models.CharField(max_length=40)
    confirmed_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "case", "step"], name="posting_step_once"),
            models.UniqueConstraint(fields=["office", "system", "operation", "key_digest"], name="posting_key_once"),
        ]
        indexes = [
            models.Index(fields=["marker"], name="posting_marker"),
            models.Index(fields=["receipt"], name="posting_receipt"),
        ]
        ordering = ["step"]

    def __str__(self) -> str:
        return f"{self.system}/{self.operation} of case {self.case_id}"


class Attempt(models.Model):
    """One row of the journal; every write is guarded by the fencing token."""

    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="attempts")
    number = models.IntegerField()
    state = models.CharField(max_length=10, default=AttemptState.PREPARED)
    token = models.BigIntegerField()
    reason = models.CharField(max_length=60, blank=True)
    sign = models.CharField(max_length=120, blank=True)
    request_digest = models.CharField(max_length=64, blank=True)
    receipt = models.CharField(max_length=200, blank=True)
    prepared_at = models.DateTimeField()
    armed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    settle_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["posting", "number"], name="attempt_number_once")]
        indexes = [models.Index(fields=["sent_at"], name="attempt_sent")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"attempt {self.number} of posting {self.posting_id}"


class Evidence(models.Model):
    """A file that proves what an attempt did: a masked picture, or the values entered and read back."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="evidence")
    name = models.CharField(max_length=80)
    type = models.CharField(max_length=60)
    address = models.CharField(max_length=64)
    taken_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["address"], name="evidence_address")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.name} of attempt {self.attempt_id}"
