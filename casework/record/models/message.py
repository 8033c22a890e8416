"""What arrived: messages, their parts with fates, and the pages the console shows."""

from __future__ import annotations

from pathlib import PurePath

from django.db import models

from casework.words.mailbox import MAIL_NAME


class Message(models.Model):
    """One mail or file drop of an office; its bytes lie in the store under `address`, unchanged.

    Without `address` it could not be fetched yet and still lies where its place says. `told_size` and `received_at` are
    what the door said about it, `size` is that of the bytes. `done_place` is where the mail lies since it was taken in:
    folder, UIDVALIDITY and UID, joined by semicolons.
    """

    office = models.SlugField()
    account = models.CharField(max_length=200)
    folder = models.CharField(max_length=200)
    uidvalidity = models.BigIntegerField()
    uid = models.BigIntegerField()
    address = models.CharField(max_length=64, blank=True, db_index=True)
    name = models.CharField(max_length=255, default=MAIL_NAME)
    size = models.BigIntegerField()
    told_size = models.BigIntegerField(null=True)
    received_at = models.DateTimeField(null=True)
    stored_at = models.DateTimeField()
    moved_at = models.DateTimeField(null=True)
    done_place = models.CharField(max_length=260, blank=True)

    sender = models.CharField(max_length=320, blank=True)
    sender_name = models.CharField(max_length=320, blank=True)
    subject = models.TextField(blank=True)
    message_id = models.TextField(blank=True)
    sent_at = models.CharField(max_length=40, blank=True)
    sender_domain = models.CharField(max_length=255, blank=True)
    """The organisation's domain, as `casework.checks.organisation` cuts it."""
    sender_proof = models.CharField(max_length=20, blank=True)
    sender_verdict = models.JSONField(default=dict)
    correspondence = models.JSONField(default=dict)
    body_digest = models.CharField(max_length=64, blank=True, db_index=True)
    read_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "account", "folder", "uidvalidity", "uid", "address"], name="message_once"
            )
        ]
        indexes = [models.Index(fields=["office", "sender_domain"], name="message_sender")]

    def __str__(self) -> str:
        return f"message {self.pk}"

    @property
    def has_bytes(self) -> bool:
        """Was it fetched? False for one that still lies in the mailbox and cannot be read."""
        return bool(self.address)

    @property
    def ending(self) -> str:
        """The ending of its name as any file name may have it: up to eight plain letters and digits, else `bin`."""
        ending = PurePath(self.name).suffix.lstrip(".").lower()
        return ending if ending.isascii() and ending.isalnum() and len(ending) <= 8 else "bin"


class MessagePart(models.Model):
    """A part of a message as unpacking found it, with its fate and the reason for it.

    `readable` is the store address of sanitised HTML (a mail's text, an invoice's view), where there is one.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="parts")
    part = models.CharField(max_length=80)
    parent = models.CharField(max_length=80, blank=True)
    name = models.TextField(blank=True)
    type = models.CharField(max_length=120)
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    fate = models.CharField(max_length=10)
    reason = models.CharField(max_length=60, blank=True)
    readable = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "part"], name="part_once")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"part {self.part} of message {self.message_id}"


class Page(models.Model):
    """A page of a part as the console shows it; image and words lie in the store. Sizes in points."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="pages")
    part = models.CharField(max_length=80)
    number = models.IntegerField()
    width = models.FloatField()
    height = models.FloatField()
    image = models.CharField(max_length=64)
    words = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "part", "number"], name="page_once")]
        ordering = ["part", "number"]

    def __str__(self) -> str:
        return f"page {self.number} of part {self.part} of message {self.message_id}"
