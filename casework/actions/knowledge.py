"""What the office knows beside its configuration: its own cases. The Knowledge behind `decide` in the flows."""

from __future__ import annotations

from casework.checks import OfficeKnowledge, business_key
from casework.configuration.configuration import Configuration
from casework.record.keys import office_key
from casework.record.models import Case
from casework.words.reading import DocumentReading
from casework.words.states import State

FORGOTTEN = ("duplicate", "merged", "withdrawn", "other_office")
"""Cases closed for one of these reasons hold no business key."""


class RecordKnowledge(OfficeKnowledge):
    """Knowledge of one office, asked on behalf of one case (which is not its own duplicate)."""

    def __init__(self, configuration: Configuration, office: str, *, case: Case | None = None) -> None:
        super().__init__(configuration, office)
        self._case = case

    def business_key_taken(self, kind: str, key: str) -> bool:
        """Does another case of this office that still counts carry the key?"""
        others = Case.objects.filter(office=self.office.id, business_key_digest=key_digest(self.office.id, kind, key))
        others = others.exclude(state=State.CLOSED, reason__in=FORGOTTEN)
        return others.exclude(pk=self._case.pk).exists() if self._case else others.exists()


def key_digest(office: str, kind: str, key: str) -> str:
    """How a business key stands on a case: keyed with the office's key; empty for none."""
    return office_key(office).digest(f"{kind}|{key}") if key else ""


def business_key_digest(office: str, document: DocumentReading) -> str:
    """The digest of the key by which a matter is told from others; empty while fields lack."""
    return key_digest(office, document.kind, business_key(document))
