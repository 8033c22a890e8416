"""By what a letter is found again that comes a second time in almost the same words."""

from __future__ import annotations

from django.db import models

from casework.record.models.case import Case


class LetterText(models.Model):
    """The words of a case's letter; they lie in the store under `address`."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="letter_text")
    office = models.SlugField()
    address = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"text of case {self.case_id}"


class LetterBand(models.Model):
    """A piece of the letter's MinHash signature, keyed with the office's key: who shares one may be alike."""

    letter = models.ForeignKey(LetterText, on_delete=models.CASCADE, related_name="bands")
    office = models.SlugField()
    digest = models.CharField(max_length=24)

    class Meta:
        indexes = [models.Index(fields=["office", "digest"], name="letter_band")]

    def __str__(self) -> str:
        return f"band of text {self.letter_id}"
