"""Is a field accepted on its sources? (DESIGN §7)

A score never suffices: `xml`, `form`, `code` and `register` are accepted alone for what they can prove, `text` and
`ocr` need a second, independent source. Money and IBAN always need two, except money in valid e-invoice XML.
"""

from __future__ import annotations

from collections.abc import Mapping

from casework.configuration.processes import FieldSettings
from casework.words.reading import DecidedBy, DocumentReading, FieldReading, Origin, Severity, Source

LEAST_CONFIDENCE = 0.9
"""Below this a value is unsure whatever its sources; an office may set another threshold per field."""

_STRUCTURED = frozenset({Origin.XML, Origin.FORM, Origin.CODE})
_READ_BY_EYE = frozenset({Origin.TEXT, Origin.OCR})


def is_accepted(
    document: DocumentReading, name: str, settings: FieldSettings, *, thresholds: Mapping[str, float]
) -> bool:
    """May the value of this field be posted without a human? False when there is none."""
    reading = document.fields.get(name)
    if reading is None or not reading.value:
        return False
    if is_confirmed(reading):
        return True
    if reading.confidence < thresholds.get(name, LEAST_CONFIDENCE) or _contradicted(reading):
        return False
    if settings.needs_two_sources:
        if settings.type.value == "money" and _valid_xml(document) and _has(reading, Origin.XML):
            return True
        return has_two_independent(document, name)
    if any(_suffices(source, document) for source in reading.sources):
        return True
    return has_two_independent(document, name)


def is_confirmed(reading: FieldReading) -> bool:
    """Did a person of the office enter or confirm the value?"""
    return any(source.origin is Origin.CLERK for source in reading.sources)


def has_two_independent(document: DocumentReading, name: str) -> bool:
    """Are there two sources of different origin, neither computed from the other?"""
    reading = document.fields.get(name)
    sources = [source for source in reading.sources if _counts(source, name, document)] if reading else []
    return len({source.origin for source in sources}) >= 2


def has_structured_proof(document: DocumentReading) -> bool:
    """Do the bytes, or a proven form, say what the document is?"""
    return document.decided_by in (DecidedBy.BYTES, DecidedBy.FORM) and "sender_unproven" not in document.unsure


def _suffices(source: Source, document: DocumentReading) -> bool:
    if source.origin in (Origin.REGISTER, Origin.CLERK):
        return True
    return source.origin in _STRUCTURED and has_structured_proof(document)


def _counts(source: Source, name: str, document: DocumentReading) -> bool:
    """Arithmetic counts only over two other values that were read themselves, so that nothing confirms itself."""
    if source.origin is not Origin.ARITHMETIC:
        return True
    inputs = set(source.derived_from) - {name}
    return len(inputs) >= 2 and name not in source.derived_from and all(_was_read(document, each) for each in inputs)


def _was_read(document: DocumentReading, name: str) -> bool:
    reading = document.fields.get(name)
    return reading is not None and any(source.origin is not Origin.ARITHMETIC for source in reading.sources)


def _has(reading: FieldReading, origin: Origin) -> bool:
    return any(source.origin is origin for source in reading.sources)


def _valid_xml(document: DocumentReading) -> bool:
    """Does no rule of the standard or the schema speak against it? An account of our own concern does not."""
    return document.decided_by is DecidedBy.BYTES and not any(
        finding.severity in (Severity.FATAL, Severity.ERROR) and not finding.rule.startswith("AB-IBAN")
        for finding in document.findings
    )


def _contradicted(reading: FieldReading) -> bool:
    """Does a source that is not read by eye, or one as sure as the value's own, say something else?"""
    return any(
        candidate.value != reading.value
        and (candidate.source.origin not in _READ_BY_EYE or candidate.confidence >= reading.confidence)
        for candidate in reading.candidates
    )
