"""What is written back to senders."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from casework.record.models.case import Case
from casework.record.models.posting import Posting
from casework.words.answers import AnswerState


class Answer(models.Model):
    """An answer as it was released, word for word; its posting is what the journal knows of its departure.

    `ordered_by` None: a rule of the office released it.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="answers")
    number = models.IntegerField()
    template = models.SlugField()
    system = models.SlugField()
    operation = models.SlugField()
    recipient = models.CharField(max_length=254)
    subject = models.TextField()
    body = models.TextField()
    in_reply_to = models.TextField(blank=True)
    references = models.TextField(blank=True)
    message_id = models.CharField(max_length=254)
    state = models.CharField(
        max_length=10, default=AnswerState.WAITING, choices=[(s.value, s.value) for s in AnswerState]
    )
    reason = models.CharField(max_length=60, blank=True)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    ordered_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    posting = models.OneToOneField(Posting, null=True, on_delete=models.PROTECT, related_name="answer")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="answer_number_once"),
            models.UniqueConstraint(
                fields=["case", "template"], condition=models.Q(ordered_by=None), name="answer_by_rule_once"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "not_before"], name="answer_waiting"),
            models.Index(fields=["message_id"], name="answer_message_id"),
            models.Index(fields=["recipient", "ordered_at"], name="answer_recipient"),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"answer {self.number} of case {self.case_id}"
