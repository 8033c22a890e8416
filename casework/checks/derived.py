"""Fields that are computed: the tax of a dog by its municipality's statute. Their sources name what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from casework.checks.values import as_count, as_day, comparison_key
from casework.configuration.in_force import ProcessInForce
from casework.configuration.statutes import DogTaxVersion, Statute
from casework.statutes import Dog, NoStatute, assess, liability_end, version_for
from casework.statutes.calendar import first_of_month
from casework.words.reading import DocumentReading, FieldReading, Origin, Source

_INPUTS = ("municipality", "acquired_on", "moved_in_on", "dog_birth_date", "dogs_in_household", "ended_on")


@dataclass(frozen=True)
class Computed:
    """Canonical values by field, the version they rest on, and whether other dogs' tax changes with them."""

    values: dict[str, str]
    version: DogTaxVersion
    version_start: date
    others_change: bool = False


def derive(
    document: DocumentReading,
    process: ProcessInForce,
    statutes: Mapping[str, Statute] | None = None,
    today: date | None = None,
) -> dict[str, FieldReading]:
    """The derived fields of the process as far as the document's fields give them; empty without a statute.

    `statutes` by the municipality's name; None: those of the process's office. `today` is not needed for dog tax, where
    the day the dog came or went decides.
    """
    wanted = {settings.name for settings in process.fields if settings.derived}
    statute = statute_of(document, process.statutes if statutes is None else statutes)
    if not wanted or statute is None:
        return {}
    try:
        result = compute(document, statute)
    except NoStatute:
        return {}
    if result is None:
        return {}
    inputs = tuple(name for name in _INPUTS if _value(document, name))
    where = f"statute {statute.id} {result.version_start}"
    sources = [
        Source(origin=Origin.ARITHMETIC, where=where, derived_from=inputs),
        Source(origin=Origin.REGISTER, where=where),
    ]
    confidence = min((document.fields[name].confidence for name in inputs), default=1.0)
    return {
        name: FieldReading(value=value, confidence=confidence, sources=list(sources))
        for name, value in result.values.items()
        if name in wanted
    }


def with_derived(document: DocumentReading, process: ProcessInForce, today: date | None = None) -> DocumentReading:
    """The document with the derived fields it does not have yet."""
    derived = derive(document, process, today=today)
    missing = {name: reading for name, reading in derived.items() if not _value(document, name)}
    return document.model_copy(update={"fields": {**document.fields, **missing}}) if missing else document


def statute_of(document: DocumentReading, statutes: Mapping[str, Statute]) -> Statute | None:
    """The statute of the municipality that the document names, exactly one or none."""
    wanted = comparison_key(_value(document, "municipality") or "")
    found = [statute for name, statute in statutes.items() if wanted and comparison_key(name) == wanted]
    return found[0] if len(found) == 1 else None


def compute(document: DocumentReading, statute: Statute) -> Computed | None:
    """What the statute says; None when a field it needs is missing. Raises `NoStatute` when no version is in force."""
    return _leaving(document, statute) if _value(document, "ended_on") else _joining(document, statute)


def _joining(document: DocumentReading, statute: Statute) -> Computed | None:
    acquired, moved = as_day(_value(document, "acquired_on")), as_day(_value(document, "moved_in_on"))
    count = as_count(_value(document, "dogs_in_household"))
    if count is None or count < 1 or (acquired is None and moved is None):
        return None
    came = _before(acquired, moved)
    result = assess(
        statute,
        came,
        others=[Dog()] * (count - 1),
        dog_birth_date=as_day(_value(document, "dog_birth_date")),
        moved_in_on=moved,
    )
    return Computed(
        {
            "dog_ordinal": str(result.position),
            "tax_start": result.start.isoformat(),
            "annual_tax": _amount(result.annual),
            "first_year_tax": _amount(result.first_year.cents),
            "tax_explanation": result.explanation,
        },
        result.version,
        result.version_start,
        result.others_change,
    )


def _before(acquired: date | None, moved: date | None) -> date:
    """The day of intake; who only names the move had the dog before it."""
    if acquired is not None:
        return acquired
    assert moved is not None
    return first_of_month(moved, -1)


def _leaving(document: DocumentReading, statute: Statute) -> Computed | None:
    ended = as_day(_value(document, "ended_on"))
    if ended is None:
        return None
    begun, version = version_for(statute, ended)
    end = liability_end(statute, ended)
    paragraph = version.paragraphs.get("end", "")
    text = f"{paragraph + ': ' if paragraph else ''}Steuerpflicht bis {end:%d.%m.%Y}"
    return Computed({"tax_end": end.isoformat(), "tax_explanation": text}, version, begun)


def _value(document: DocumentReading, name: str) -> str | None:
    reading = document.fields.get(name)
    return reading.value or None if reading else None


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
