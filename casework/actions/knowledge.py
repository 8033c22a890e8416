"""What the office knows beside its configuration: its own cases. The Knowledge behind `decide` in the flows."""

from __future__ import annotations

from casework.actions import likeness
from casework.actions.senders import SenderHistory
from casework.checks import OfficeKnowledge, SenderBook, business_key
from casework.configuration.configuration import Configuration
from casework.record.keys import office_key
from casework.record.models import Case
from casework.words.reading import DocumentReading


class RecordKnowledge(OfficeKnowledge):
    """Knowledge of one office, asked on behalf of one case (which is not its own duplicate)."""

    def __init__(self, configuration: Configuration, office: str, *, case: Case | None = None) -> None:
        super().__init__(configuration, office)
        self._case = case

    def business_key_taken(self, kind: str, key: str) -> bool:
        """Does another case of this office that still counts carry the key?"""
        others = Case.objects.filter(office=self.office.id, business_key_digest=key_digest(self.office.id, kind, key))
        others = likeness.that_count(others)
        return others.exclude(pk=self._case.pk).exists() if self._case else others.exists()

    def senders(self) -> SenderBook:
        """The configuration's, and every organisation with a proven letter among the done cases."""
        known = super().senders()
        return SenderHistory(known.own, known.names, office=self.office.id)

    def nearly_same(self) -> str:
        """The earliest other case that still counts and came with nearly the same letter."""
        found = likeness.nearly_same(self._case) if self._case else None
        return found.reference if found else ""


def key_digest(office: str, kind: str, key: str) -> str:
    """How a business key stands on a case: keyed with the office's key; empty for none."""
    return office_key(office).digest(f"{kind}|{key}") if key else ""


def business_key_digest(office: str, document: DocumentReading) -> str:
    """The digest of the key by which a matter is told from others; empty while fields lack."""
    return key_digest(office, document.kind, business_key(document))
