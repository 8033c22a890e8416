"""What the record knows of the doors: how a folder stood, and what in it does not come."""

from __future__ import annotations

from django.db import models

from casework.record.models.message import Message


class KnownFolder(models.Model):
    """A folder of a door as it was last seen, for the page *Betrieb*; and how it stood when nothing was left in it.

    `uidvalidity` and what follows are None until then: they are the mark by which an unchanged folder is told.
    `waiting` is the number of messages that lay there after the last look was worked off; `notes` say in which older
    way its server has to be worked.
    """

    office = models.SlugField()
    account = models.CharField(max_length=200)
    folder = models.CharField(max_length=200)
    looked_at = models.DateTimeField()
    waiting = models.IntegerField(default=0)
    notes = models.JSONField(default=list)
    uidvalidity = models.BigIntegerField(null=True)
    uidnext = models.BigIntegerField(null=True)
    messages = models.BigIntegerField(null=True)
    highestmodseq = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "account", "folder"], name="known_folder_once")]

    def __str__(self) -> str:
        return f"folder {self.folder} of {self.account}"


class StuckMessage(models.Model):
    """A message that could not be fetched, recorded or moved: how often that was tried, and when it is tried again.

    `message` is the dead letter, once a clerk has been told.
    """

    office = models.SlugField()
    account = models.CharField(max_length=200)
    folder = models.CharField(max_length=200)
    uidvalidity = models.BigIntegerField()
    uid = models.BigIntegerField()
    tries = models.IntegerField(default=0)
    first_at = models.DateTimeField()
    not_before = models.DateTimeField()
    words = models.TextField(blank=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="stuck")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "account", "folder", "uidvalidity", "uid"], name="stuck_message_once"
            )
        ]

    def __str__(self) -> str:
        return f"stuck message {self.uid} in {self.folder}"
