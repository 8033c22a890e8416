"""Checks run anew on what a case says now, after a person corrected it: derived fields, findings, business key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from casework import checks
from casework.actions import clock, senders
from casework.actions.force import current
from casework.actions.knowledge import RecordKnowledge, business_key_digest
from casework.configuration.in_force import ProcessInForce
from casework.record.models import Case, FieldValue, RecordedFinding
from casework.words.errors import AmtsboteError
from casework.words.reading import Candidate, DecidedBy, DocumentReading, FieldReading, Finding, Origin, Source

BY_CLERK = Source(origin=Origin.CLERK, where="clerk")
"""How a corrected value stands among the sources: a person of the office confirmed it."""


@dataclass(frozen=True)
class Rechecked:
    """What a recheck wrote: every value that was not so before, typed or derived; the rules that speak now.

    `is_new` is False when everything stands as it stood.
    """

    values: Mapping[str, str]
    rules: tuple[str, ...]
    is_new: bool


class FieldsMissing(AmtsboteError):
    """A case cannot be released while required fields are empty; `fields` are their names."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.fields = fields
        super().__init__(f"required fields are empty: {', '.join(fields)}; fill them in before releasing")


def document_of(case: Case, *, corrections: Mapping[str, str] | None = None) -> DocumentReading:
    """The case as a reading, with canonical corrections laid over it; writes nothing."""
    fields = {row.name: _reading_of(row) for row in case.fields.all()}
    for name, value in (corrections or {}).items():
        fields[name] = FieldReading(value=value or None, confidence=1.0, sources=[BY_CLERK])
    decided_by = DecidedBy(case.decided_by) if case.decided_by else DecidedBy.NONE
    return DocumentReading(
        part=case.part,
        kind=case.kind,
        confidence=case.confidence,
        decided_by=decided_by,
        fields=fields,
        lines=case.lines,
    )


def judge(case: Case, process: ProcessInForce, document: DocumentReading) -> list[Finding]:
    """What the process's checks say about this document of the case; writes nothing."""
    knowledge = RecordKnowledge(current(), case.office, case=case)
    return list(checks.check(document, process, knowledge, clock.now().date(), senders.recorded(case.message)))


def apply(case: Case, process: ProcessInForce, corrections: Mapping[str, str]) -> Rechecked:
    """Write corrections, what derives from them, the findings and the business key; inside the caller's transaction.

    Returns what the caller's event has to tell. Raises `FieldsMissing` when a required field is empty afterwards.
    """
    document = document_of(case, corrections=corrections)
    derived = checks.derive(document, process, process.statutes, clock.now().date())
    document = document.model_copy(update={"fields": {**document.fields, **derived}})
    missing = tuple(name for name in process.required if not _value_of(document, name))
    if missing:
        raise FieldsMissing(missing)
    before = {row.name: row for row in case.fields.all()}
    for name, value in corrections.items():
        former = before.get(name)
        _write(case, name, document.fields[name], value=value, corrected=True, as_read=_as_read(former))
    for name, reading in derived.items():
        _write(case, name, reading, value=reading.value or "", corrected=False, as_read={})
    former_rules = sorted(case.findings.values_list("rule", flat=True))
    findings = judge(case, process, document)
    _write_findings(case, findings)
    key = business_key_digest(case.office, document)
    Case.objects.filter(pk=case.pk).update(business_key_digest=key, basis=process.digest)
    written = {**corrections, **{name: reading.value or "" for name, reading in derived.items()}}
    values = {name: value for name, value in written.items() if name not in before or before[name].value != value}
    rules = sorted(finding.rule for finding in findings)
    return Rechecked(values, tuple(rules), is_new=bool(values) or rules != former_rules)


def _as_read(row: FieldValue | None) -> dict[str, Any]:
    """What had been read before a person first corrected it."""
    if row is None or row.corrected:
        return row.as_read if row else {}
    return {"value": row.value, "confidence": row.confidence, "sources": row.sources, "candidates": row.candidates}


def _write(
    case: Case, name: str, reading: FieldReading, *, value: str, corrected: bool, as_read: dict[str, Any]
) -> None:
    FieldValue.objects.update_or_create(
        case=case,
        name=name,
        defaults={
            "value": value,
            "confidence": reading.confidence,
            "sources": [source.model_dump(mode="json") for source in reading.sources],
            "corrected": corrected,
            "as_read": as_read,
        },
    )


def _write_findings(case: Case, findings: list[Finding]) -> None:
    case.findings.all().delete()
    RecordedFinding.objects.bulk_create(
        RecordedFinding(case=case, rule=f.rule, severity=f.severity, message=f.message, field=f.field or "")
        for f in findings
    )


def _value_of(document: DocumentReading, name: str) -> str:
    reading = document.fields.get(name)
    return (reading.value or "") if reading else ""


def _reading_of(row: FieldValue) -> FieldReading:
    return FieldReading(
        value=row.value or None,
        confidence=row.confidence,
        sources=[Source.model_validate(source) for source in row.sources],
        candidates=[Candidate.model_validate(candidate) for candidate in row.candidates],
    )
