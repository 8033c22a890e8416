"""The data of an e-invoice beside what a person sees on its PDF: number, date, total, IBAN."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from casework.words.reading import FieldReading, Finding, Severity
from classifiers.kinds.einvoice.model import as_decimal
from classifiers.kinds.places.typed import Found, amounts, dates, ibans
from classifiers.kinds.seen.labels import DATE, NUMBER, TITLE_NUMBER, labelled_dates, labelled_numbers
from classifiers.readers.texts import Line, Text


def compare_with_page(fields: dict[str, FieldReading], text: Text, part: str) -> list[Finding]:
    """Adds a `text` or `ocr` source to every field that the page confirms; findings where it says something else.

    `part` is the id of the visible part. A page without text says nothing.
    """
    if not text.lines:
        return []
    findings = [
        _compare_number(fields.get("number"), text, part),
        _compare_amount(fields.get("gross"), text, part),
        _compare_date(fields.get("date"), text, part),
        _compare_typed(fields.get("iban"), ibans(text), text, part, "IBAN", "iban", "die IBAN", Severity.ERROR),
    ]
    for name in ("net", "tax", "payable"):
        _confirm_amount(fields.get(name), text, part)
    return [finding for finding in findings if finding is not None]


def _compare_number(field: FieldReading | None, text: Text, part: str) -> Finding | None:
    if field is None or not field.value:
        return None
    place = _find_squeezed(field.value, text)
    if place is not None:
        line, start, end = place
        field.sources.append(text.source(line, part, start, end))
        return None
    called = [*labelled_numbers(text, TITLE_NUMBER), *labelled_numbers(text, NUMBER)]
    return _differs("NUMBER", "number", "die Rechnungsnummer", field.value, _weight(called))


def _weight(called_otherwise: Sequence[Found]) -> Severity:
    """An error where the page calls another value so; a warning where it is only silent."""
    return Severity.ERROR if called_otherwise else Severity.WARNING


def _compare_date(field: FieldReading | None, text: Text, part: str) -> Finding | None:
    severity = _weight(list(labelled_dates(text, DATE)))
    seen = [other for found in dates(text) for other in (found, *_month_first(found))]
    return _compare_typed(field, seen, text, part, "DATE", "date", "das Rechnungsdatum", severity)


def _month_first(found: Found) -> list[Found]:
    """`11/03/2017` also read as the third of November: enough to confirm, not enough to contradict."""
    year, month, day = found.value.split("-")
    slashed = "/" in found.line.text[found.start : found.end] and int(day) <= 12
    return [Found(f"{year}-{day}-{month}", found.line, found.start, found.end)] if slashed else []


def _find_squeezed(value: str, text: Text) -> tuple[Line, int, int] | None:
    """The value in a line, blanks not counting, not as a piece of something longer."""
    pattern = r"\s?".join(re.escape(character) for character in value if not character.isspace())
    search = re.compile(rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])")
    for line in text.lines:
        match = search.search(line.text)
        if match:
            return line, match.start(), match.end()
    return None


def _compare_amount(field: FieldReading | None, text: Text, part: str) -> Finding | None:
    if field is None or not field.value or _confirm_amount(field, text, part) or not amounts(text):
        return None
    return _differs("GROSS", "gross", "den Gesamtbetrag", field.value, Severity.ERROR)


def _confirm_amount(field: FieldReading | None, text: Text, part: str) -> bool:
    number = as_decimal(field.value) if field is not None and field.value else None
    if field is None or number is None:
        return False
    for found in amounts(text):
        if abs(Decimal(found.value)) == abs(number):
            field.sources.append(found.source(text, part))
            return True
    return False


def _compare_typed(
    field: FieldReading | None,
    seen: list[Found],
    text: Text,
    part: str,
    code: str,
    name: str,
    what: str,
    severity: Severity,
) -> Finding | None:
    if field is None or not field.value or not seen:
        return None
    same = next((found for found in seen if found.value == field.value), None)
    if same is None:
        return _differs(code, name, what, field.value, severity)
    field.sources.append(same.source(text, part))
    return None


def _differs(code: str, name: str, what: str, value: str, severity: Severity) -> Finding:
    message = f"Die Rechnungsdaten nennen {what} {value}; im sichtbaren Dokument steht das nicht."
    return Finding(rule=f"AB-XML-PDF-{code}", severity=severity, message=message, field=name)
