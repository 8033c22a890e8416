"""The right side of a case page: its fields in the order of the process, the doubtful one first in line."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from casework.checks.acceptance import LEAST_CONFIDENCE
from casework.configuration.in_force import ProcessInForce
from casework.configuration.processes import FieldSettings
from casework.configuration.vocabulary import FieldType
from casework.console import boxes, formats, words
from casework.console.findings import FindingView, finding_view
from casework.record.models import Case, FieldValue, Page, RecordedFinding

UNSURE_RULE = "AB-FIELD-UNSURE"
"""Says of a field what its mark on the page says already."""
MOST_CANDIDATES = 9


@dataclass(frozen=True)
class Choice:
    """One value of a choice, canonical and in words."""

    value: str
    words: str


@dataclass(frozen=True)
class CandidateView:
    """Another value the field may have; `key` is the digit that picks it."""

    key: int
    value: str
    source: str
    places: str


@dataclass(frozen=True)
class FieldView:
    """A field as the page shows it; `places` is JSON of rectangles for the highlighting."""

    name: str
    label: str
    type: str
    value: str
    canonical: str
    required: bool
    derived: bool
    locked: bool
    corrected: bool
    unsure: bool
    sources: tuple[str, ...]
    places: str
    choices: tuple[Choice, ...]
    candidates: tuple[CandidateView, ...]
    findings: tuple[FindingView, ...]
    refused: str = ""

    @property
    def is_missing(self) -> bool:
        """Is a required value not there?"""
        return self.required and not self.canonical

    @property
    def needs_eyes(self) -> bool:
        """Should a person look at it?"""
        return self.unsure or self.is_missing or bool(self.refused) or bool(self.serious)

    @property
    def serious(self) -> tuple[FindingView, ...]:
        """Findings that stop the case from passing alone."""
        return tuple(finding for finding in self.findings if finding.severity in ("fatal", "error"))


@dataclass(frozen=True)
class Sheet:
    """All fields, the findings that belong to none, and which field is focused."""

    fields: tuple[FieldView, ...]
    others: tuple[FieldView, ...]
    findings: tuple[RecordedFinding, ...]
    focus: str


def sheet_of(
    case: Case,
    process: ProcessInForce | None,
    pages: Sequence[Page],
    *,
    typed: Mapping[str, str] | None = None,
    refused: Mapping[str, str] | None = None,
) -> Sheet:
    """The fields of a case; `typed` is what somebody typed before and `refused` why it was not taken."""
    rows = {row.name: row for row in case.fields.all()}
    findings = list(case.findings.all())
    page_words = boxes.words_of(case.office, pages) if rows else []
    thresholds = process.overlay.thresholds if process else {}
    maker = _Maker(rows, findings, pages, page_words, thresholds, typed or {}, refused or {})
    known = process.fields if process else ()
    fields = tuple(maker.view(settings.name, settings) for settings in known)
    names = {field.name for field in fields}
    others = tuple(maker.view(name, None) for name in rows if name not in names)
    shown = names | {field.name for field in others}
    loose = tuple(finding for finding in findings if finding.field not in shown)
    return Sheet(fields, others, loose, _focus(fields))


@dataclass(frozen=True)
class _Maker:
    rows: Mapping[str, FieldValue]
    findings: Sequence[RecordedFinding]
    pages: Sequence[Page]
    page_words: Sequence[boxes.PageWords]
    thresholds: Mapping[str, float]
    typed: Mapping[str, str]
    refused: Mapping[str, str]

    def view(self, name: str, settings: FieldSettings | None) -> FieldView:
        row = self.rows.get(name)
        value = row.value if row else ""
        derived = settings.derived if settings else True
        sources = row.sources if row else []
        least = self.thresholds.get(name, LEAST_CONFIDENCE)
        doubtful = bool(row and value and row.confidence < least and not row.corrected and not derived)
        return FieldView(
            name=name,
            label=words.field_label(settings, name),
            type=settings.type.value if settings else FieldType.TEXT.value,
            value=self.typed.get(name, formats.shown(value, settings)),
            canonical=value,
            required=bool(settings and settings.required),
            derived=derived,
            locked=bool(row and row.locked),
            corrected=bool(row and row.corrected),
            unsure=doubtful or any(finding.rule == UNSURE_RULE and finding.field == name for finding in self.findings),
            sources=tuple(dict.fromkeys(words.source_words(source) for source in sources)),
            places=self._places(value, settings, sources),
            choices=_choices(settings),
            candidates=self._candidates(row, settings),
            findings=tuple(finding_view(f) for f in self.findings if f.field == name and f.rule != UNSURE_RULE),
            refused=self.refused.get(name, ""),
        )

    def _places(self, value: str, settings: FieldSettings | None, sources: Sequence[dict[str, Any]]) -> str:
        found = boxes.places_of_sources(sources, self.pages)
        if not found and value:
            found = boxes.places_of_value(value, settings, self.page_words)
        return json.dumps([dataclasses.asdict(place) for place in found])

    def _candidates(self, row: FieldValue | None, settings: FieldSettings | None) -> tuple[CandidateView, ...]:
        if row is None or row.locked:
            return ()
        offered = [candidate for candidate in row.candidates if candidate["value"] != row.value][:MOST_CANDIDATES]
        return tuple(
            CandidateView(
                key=key,
                value=formats.shown(candidate["value"], settings),
                source=words.source_words(candidate["source"]),
                places=self._places(candidate["value"], settings, [candidate["source"]]),
            )
            for key, candidate in enumerate(offered, 1)
        )


def _choices(settings: FieldSettings | None) -> tuple[Choice, ...]:
    if settings is None:
        return ()
    if settings.type is FieldType.BOOLEAN:
        return (Choice("yes", words.word(words.YES_NO, "yes")), Choice("no", words.word(words.YES_NO, "no")))
    return tuple(Choice(key, words.label_words(label)) for key, label in settings.choices.items())


def _focus(fields: Sequence[FieldView]) -> str:
    """The field a person should look at first."""
    editable = [field for field in fields if not field.derived and not field.locked]
    ranked = (
        [field for field in editable if field.refused],
        [field for field in editable if field.is_missing],
        [field for field in editable if field.serious],
        [field for field in editable if field.unsure or field.findings],
        editable,
    )
    return next((fields[0].name for fields in ranked if fields), "")
