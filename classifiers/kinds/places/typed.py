"""Candidates of a type wherever they stand: dates, amounts, IBAN, BIC, VAT ids. Formats only, no supplier's layout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from casework.words.reading import Candidate, Source
from classifiers.kinds.identifiers import compact, german_amount, is_bic, is_iban
from classifiers.readers.texts import Line, Text


@dataclass(frozen=True)
class Found:
    """A candidate: canonical value, the line and the characters it stands in."""

    value: str
    line: Line
    start: int
    end: int

    def source(self, text: Text, part: str) -> Source:
        return text.source(self.line, part, self.start, self.end)

    def candidate(self, text: Text, part: str, confidence: float = 0.5) -> Candidate:
        return Candidate(value=self.value, confidence=confidence, source=self.source(text, part))

    @property
    def number(self) -> Decimal:
        return Decimal(self.value)

    @property
    def reading_confidence(self) -> float:
        """What OCR thought of these words; 1 for a text layer."""
        return self.line.confidence(self.start, self.end)


_MONTHS = {
    "jan": 1,
    "feb": 2,
    "fev": 2,
    "mar": 3,
    "mär": 3,
    "mae": 3,
    "apr": 4,
    "avr": 4,
    "mai": 5,
    "may": 5,
    "jun": 6,
    "juin": 6,
    "jul": 7,
    "juil": 7,
    "aug": 8,
    "aou": 8,
    "sep": 9,
    "okt": 10,
    "oct": 10,
    "nov": 11,
    "dez": 12,
    "dec": 12,
    "déc": 12,
    "fév": 2,
    "aoû": 8,
}
_NUMERIC_DATE = re.compile(r"(?<![\d.,/])(\d{1,2})\s?[./]\s?(\d{1,2})\s?[./]\s?(\d{4}|\d{2})(?![\d/]|[.,]\d)")
_ISO_DATE = re.compile(r"(?<![\d-])(\d{4})-(\d{2})-(\d{2})(?![\d-])")
_WORD_DATE = re.compile(r"(?<!\d)(\d{1,2})\.?\s*(?:er\s+)?([A-Za-zäûéÄ]{3,10})\.?\s+(\d{4})(?!\d)")
_US_DATE = re.compile(r"(?<![A-Za-z])([A-Z][a-z]{2,8})\.?\s+(\d{1,2}),\s*(\d{4})(?!\d)")
_AMOUNT = re.compile(
    r"(?<![\d.,/])(?P<sign>[-\u2212\u2013]\s?)?(?P<digits>\d{1,3}(?:[.\s\u00a0\u202f']\d{3})+,\d{2}"
    r"|\d{1,3}(?:,\d{3})+\.\d{2}|\d+[.,]\d{2})"
    r"(?![\d]|[.,]\d)(?P<after>\s?-)?(?!\s?%)"
)
_IBAN = re.compile(r"(?<![A-Z0-9])([A-Z]{2}\d{2}(?:[ \u00a0.]?[A-Z0-9]){11,30})(?![A-Z0-9])")
_VAT = re.compile(
    r"(?<![A-Z0-9])((?:DE\s?\d{3}\s?\d{3}\s?\d{3})|(?:ATU\d{8})|(?:(?:NL|FR|BE|DK|PL|IT"
    r"|LU)[A-Z0-9]{8,12}))(?![A-Z0-9])"
)
_BIC = re.compile(
    r"(?<![A-Z0-9])(?!IBAN)([A-Z]{4}\s?(?:DE|AT|CH|NL|FR|BE|LU|DK|PL)[A-Z0-9]{2}(?:\s?[A-Z0-9]{3})?)(?![A-Z0-9])"
)


def dates(text: Text) -> list[Found]:
    """Every date that exists in the calendar, as ISO, in reading order."""
    return [found for line in text.lines for found in sorted(dates_in(line), key=lambda hit: hit.start)]


def dates_in(line: Line) -> Iterator[Found]:
    """The dates of one line."""
    for match in _NUMERIC_DATE.finditer(line.text):
        day, month, year = (int(group) for group in match.groups())
        yield from _date(line, match, year if year > 99 else 2000 + year, month, day)
    for match in _ISO_DATE.finditer(line.text):
        yield from _date(line, match, *(int(group) for group in match.groups()))
    for match in _WORD_DATE.finditer(line.text):
        yield from _date(line, match, int(match[3]), _month(match[2]), int(match[1]))
    for match in _US_DATE.finditer(line.text):
        yield from _date(line, match, int(match[3]), _month(match[1]), int(match[2]))


def _month(word: str) -> int:
    lowered = word.lower()
    return _MONTHS.get(lowered[:4], _MONTHS.get(lowered[:3], 0))


def _date(line: Line, match: re.Match[str], year: int, month: int, day: int) -> Iterator[Found]:
    try:
        yield Found(date(year, month, day).isoformat(), line, match.start(), match.end())
    except ValueError:
        return


def amounts(text: Text) -> list[Found]:
    """Every amount with two decimals, in reading order; percentages and parts of dates are none."""
    return [found for line in text.lines for found in amounts_in(line)]


def amounts_in(line: Line) -> Iterator[Found]:
    """The amounts of one line; a minus before or directly after counts."""
    taken = [(found.start, found.end) for found in dates_in(line)]
    for match in _AMOUNT.finditer(line.text):
        number = german_amount(match["digits"])
        inside = any(start < match.end() and match.start() < end for start, end in taken)
        if number is None or inside:
            continue
        negative = bool(match["sign"]) or bool(match["after"])
        yield Found(f"{-number if negative else number:.2f}", line, match.start(), match.end())


def ibans(text: Text) -> list[Found]:
    """Every IBAN with right check digits, blanks removed. A longer run of characters is cut where it checks."""
    found: list[Found] = []
    for line in text.lines:
        for match in _IBAN.finditer(line.text.upper()):
            value, end = _checked_iban(match)
            if value:
                found.append(Found(value, line, match.start(), end))
    return found


def _checked_iban(match: re.Match[str]) -> tuple[str, int]:
    run = match[1]
    for end in range(len(run), 14, -1):
        piece = compact(run[:end])
        if (
            run[end - 1 : end].isalnum()
            and (end == len(run) or not run[end].isalnum() or len(piece) >= 15)
            and is_iban(piece)
        ):
            return piece, match.start() + end
    return "", match.end()


_IBAN_LABEL = re.compile(r"\bIBAN\b\W{0,4}([A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]){8,30})(?![A-Z0-9])")
_GERMAN_ACCOUNT = re.compile(r"(?<![A-Z0-9])(DE\d{2}(?:[ \u00a0]?\d{4}){4}[ \u00a0]?\d{2})(?!\d)")


def iban_like(text: Text) -> list[Found]:
    """What stands where an IBAN should, or has the shape of a German one, whether its check digits fit or not."""
    return [
        Found(compact(match[1]), line, match.start(1), match.end(1))
        for line in text.lines
        for pattern in (_IBAN_LABEL, _GERMAN_ACCOUNT)
        for match in pattern.finditer(line.text.upper())
    ]


def vat_ids(text: Text) -> list[Found]:
    """VAT ids by shape, blanks removed."""
    return [
        Found(compact(match[1]), line, match.start(), match.end())
        for line in text.lines
        for match in _VAT.finditer(line.text)
    ]


def bics(text: Text) -> list[Found]:
    """Words of BIC shape in lines that speak of one."""
    return [
        Found(compact(match[1]), line, match.start(), match.end())
        for line in text.lines
        if re.search(r"\b(?:BIC|SWIFT)\b", line.text, re.I)
        for match in _BIC.finditer(line.text)
        if is_bic(compact(match[1]))
    ]
