"""The daily reconciliation of mailbox, record and store: when, how much, and what does not agree."""

from __future__ import annotations

from django.db import models

from casework.record.models.message import Message


class Reconciliation(models.Model):
    """One comparison: of a door of an office with the record, or (`account` empty) of the record with the store.

    `compared` counts messages, or files of the store that were decrypted in this round; `of` is how many there are.
    `trouble` says why it did not come to its end. `ended_at` None: it runs, or its process died.
    """

    office = models.SlugField()
    account = models.CharField(max_length=200, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    compared = models.IntegerField(default=0)
    of = models.IntegerField(default=0)
    trouble = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["office", "account", "began_at"], name="reconciliation_latest")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"reconciliation of {self.office} {self.account or 'store'}"


class Discrepancy(models.Model):
    """One thing that does not agree; `code` is a reason code. The place, where it stands in a mailbox."""

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.CASCADE, related_name="discrepancies")
    code = models.CharField(max_length=40)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True)
    address = models.CharField(max_length=64, blank=True)
    folder = models.CharField(max_length=200, blank=True)
    uidvalidity = models.BigIntegerField(null=True)
    uid = models.BigIntegerField(null=True)
    since = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.code} in {self.reconciliation_id}"


class ComparedLetter(models.Model):
    """What lies at a place of the done folder that no message names: fetched once to learn its `address`."""

    office = models.SlugField()
    account = models.CharField(max_length=200)
    folder = models.CharField(max_length=200)
    uidvalidity = models.BigIntegerField()
    uid = models.BigIntegerField()
    address = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "account", "folder", "uidvalidity", "uid"], name="compared_letter_once"
            )
        ]

    def __str__(self) -> str:
        return f"compared letter {self.uid} in {self.folder}"


class StoreWalk(models.Model):
    """How far the walk over an office's store has come: all files up to `cursor` (an address) were decrypted.

    It begins anew when it has come round, which takes several rounds where the store is large.
    """

    office = models.SlugField(unique=True)
    cursor = models.CharField(max_length=64, blank=True)
    began_at = models.DateTimeField()
    came_round_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"walk over the store of {self.office}"
