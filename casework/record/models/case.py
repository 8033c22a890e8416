"""One matter from arrival to closing: the case, what was read, what was found, what was decided."""

from __future__ import annotations

import base64
import secrets

from django.conf import settings
from django.db import models

from casework.record.models.message import Message
from casework.words.states import State


def new_reference() -> str:
    """A case reference that cannot be guessed or counted: ten base32 characters."""
    return base64.b32encode(secrets.token_bytes(7)).decode()[:10]


def new_salt() -> bytes:
    """The random salt that keys the digests of this case's events; erasing it makes them meaningless."""
    return secrets.token_bytes(16)


class Case(models.Model):
    """A Vorgang. States are few, reasons are codes; holds, leases and dates are attributes."""

    reference = models.CharField(max_length=12, unique=True, default=new_reference)
    office = models.SlugField()
    process = models.SlugField(default="posteingang")
    kind = models.CharField(max_length=60, default="unknown")
    state = models.CharField(max_length=10, default=State.NEW, choices=[(s.value, s.value) for s in State])
    reason = models.CharField(max_length=60, default="stored")
    reasons = models.JSONField(default=list)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="cases")
    part = models.CharField(max_length=80, blank=True)
    decided_by = models.CharField(max_length=10, blank=True)
    confidence = models.FloatField(default=0.0)
    fixed_kind = models.CharField(max_length=60, blank=True)
    business_key_digest = models.CharField(max_length=64, blank=True, db_index=True)
    lines = models.JSONField(default=list)
    basis = models.CharField(max_length=64, blank=True)
    salt = models.BinaryField(default=new_salt)

    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    due = models.DateTimeField(null=True)
    expires = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    begun = models.IntegerField(default=0)
    held_until = models.DateTimeField(null=True)
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)

    lease_until = models.DateTimeField(null=True)
    lease_holder = models.CharField(max_length=120, blank=True)
    token = models.BigIntegerField(default=0)
    version = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "part"], name="one_case_per_part")]
        indexes = [
            models.Index(fields=["state", "not_before"], name="case_waiting"),
            models.Index(fields=["office", "state", "reason"], name="case_queue"),
            models.Index(fields=["lease_until"], name="case_lease"),
        ]

    def __str__(self) -> str:
        return f"case {self.reference}"


class FieldValue(models.Model):
    """A field of a case with the sources it was read from; `corrected` when a clerk set it.

    `as_read` then keeps what had been read: value, confidence, sources, candidates.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="fields")
    name = models.CharField(max_length=60)
    value = models.TextField(blank=True)
    confidence = models.FloatField(default=0.0)
    sources = models.JSONField(default=list)
    candidates = models.JSONField(default=list)
    corrected = models.BooleanField(default=False)
    as_read = models.JSONField(default=dict)
    locked = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "name"], name="field_once")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.name} of case {self.case_id}"


class RecordedFinding(models.Model):
    """A check that spoke about a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="findings")
    rule = models.CharField(max_length=80)
    severity = models.CharField(max_length=10)
    message = models.TextField()
    field = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.rule} on case {self.case_id}"


class Decision(models.Model):
    """What a person answered to a review."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="decisions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    answer = models.CharField(max_length=40)
    reason = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.answer} on case {self.case_id}"
