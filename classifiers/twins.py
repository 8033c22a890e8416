"""Two parts of one message that are one matter: a PDF beside its XRechnung. XML leads, the page confirms."""

from __future__ import annotations

from collections.abc import Mapping

from casework.words.reading import DecidedBy, DocumentReading
from classifiers.kinds.contract import Material
from classifiers.kinds.identifiers import compact
from classifiers.kinds.invoice import NAME as INVOICE, confirm_by_page


def join_twins(documents: list[DocumentReading], materials: Mapping[str, Material]) -> list[DocumentReading]:
    """Invoices with one number become one document: the one that bytes prove leads, the others join its parts."""
    leaders = [
        document for document in documents if document.kind == INVOICE and document.decided_by is DecidedBy.BYTES
    ]
    joined: set[str] = set()
    for document in documents:
        if document.kind != INVOICE or document.decided_by is DecidedBy.BYTES:
            continue
        leader = next((other for other in leaders if _same_matter(other, document, materials)), None)
        if leader is not None:
            leader.parts.append(document.part)
            confirm_by_page(leader, materials[document.part])
            joined.add(document.part)
    return [document for document in documents if document.part not in joined]


def _same_matter(leader: DocumentReading, other: DocumentReading, materials: Mapping[str, Material]) -> bool:
    """The same number, or the leader's number stands on the other's page."""
    number = _value(leader, "number")
    if not number:
        return False
    if compact(_value(other, "number")) == compact(number):
        return True
    words = materials[other.part].lowered.split()
    return len(number) >= 5 and number.lower() in words


def _value(document: DocumentReading, name: str) -> str:
    field = document.fields.get(name)
    return (field.value or "") if field is not None else ""
