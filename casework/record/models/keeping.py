"""What is kept and what is erased: verified backups, and orders to erase with how far each has come."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from casework.record.models.message import Message


class Backup(models.Model):
    """A backup that was read back and found whole. Letters stored before `began` are in it."""

    began = models.DateTimeField()
    verified_at = models.DateTimeField()
    messages = models.IntegerField()
    files = models.IntegerField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"backup of {self.began:%Y-%m-%d %H:%M}"


class Erasure(models.Model):
    """An order to erase: rows go with the order, `files` and the mailbox copy after it, each as often as it takes.

    `scope` is `letter` (everything) or `mailbox` (only the copy there). `files` are pairs of store and address. `copy`
    is where the mailbox copy lay, and the keyed digest and size by which it is known.
    """

    office = models.SlugField()
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="erasures")
    scope = models.CharField(max_length=10)
    why = models.CharField(max_length=20)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    ordered_at = models.DateTimeField()
    files = models.JSONField(default=list)
    copy = models.JSONField(default=dict)
    listed_at = models.DateTimeField(null=True)
    files_gone_at = models.DateTimeField(null=True)
    copy_gone_at = models.DateTimeField(null=True)
    copy_was = models.CharField(max_length=20, blank=True)
    tried_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "scope"], name="erased_once")]

    @property
    def finished(self) -> bool:
        """Is nothing left to be done?"""
        return self.files_gone_at is not None and self.copy_gone_at is not None

    def __str__(self) -> str:
        return f"erasure of message {self.message_id}"
