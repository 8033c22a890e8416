"""What keeps the house running: leases, pauses, health of systems, dated overrides."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Lease(models.Model):
    """Who works on what, for which office: a mailbox, a login slot. The token grows with every holder (fencing)."""

    name = models.CharField(max_length=200, unique=True)
    office = models.SlugField(blank=True)
    holder = models.CharField(max_length=120, blank=True)
    until = models.DateTimeField()
    token = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.holder}"


class Pause(models.Model):
    """Something an officer stopped: `all`, or an office, process, system or mailbox (`office/account`).

    `backlog` is for what waits.
    """

    scope = models.CharField(max_length=20)
    name = models.CharField(max_length=260, blank=True)
    backlog = models.CharField(max_length=20, default="work-off")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return f"pause {self.scope} {self.name}".strip()


class SystemHealth(models.Model):
    """How a target system or mailbox is: failures in a row open the circuit breaker until `paused_until`."""

    office = models.SlugField(blank=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, default="system")
    failures = models.IntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
    last_ok = models.DateTimeField(null=True)
    last_failure = models.DateTimeField(null=True)
    reason = models.CharField(max_length=60, blank=True)
    words = models.TextField(blank=True)
    needs_officer = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "kind", "name"], name="health_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Override(models.Model):
    """A dated decision that overrides one configuration key (stage, threshold, baseline), with what it rested on."""

    office = models.SlugField(blank=True)
    process = models.SlugField(blank=True)
    key = models.CharField(max_length=120)
    value = models.JSONField()
    since = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    rested_on = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.key} of {self.process}@{self.office}"
