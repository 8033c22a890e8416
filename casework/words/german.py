"""Dates, numbers and account numbers as Germans write them, to and fro; canonical are ISO dates and decimal points.

Strict both ways: what has no such form is None and nobody's guess. Text that is searched for values on paper, in
whatever notation, is another matter (`classifiers.kinds.places.typed`).
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

_DATE = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})")
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?")
_SWAPPED = str.maketrans(",.", ".,")


def written_date(day: date) -> str:
    """`23.11.2026`."""
    return day.strftime("%d.%m.%Y")


def read_date(text: str) -> date | None:
    """`23.11.2026`, `3. 1. 2026`, `3.1.26` (from 69 on the last century, as POSIX has it); None for what is no day."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    day, month, year = map(int, match.groups())
    try:
        return date(_century(year) + year if len(match[3]) == 2 else year, month, day)
    except ValueError:
        return None


def _century(short: int) -> int:
    return 1900 if short >= 69 else 2000


def written_amount(amount: Decimal, *, grouped: bool = True) -> str:
    """`1.234,50`, or `1234,50` without points between the thousands."""
    return f"{amount:{',' if grouped else ''}.2f}".translate(_SWAPPED)


def read_number(text: str) -> Decimal | None:
    """`1.234,5`, `1234,50`, `-3`: a comma before decimals, points only between thousands; else None."""
    if _NUMBER.fullmatch(text) is None:
        return None
    return Decimal(text.replace(".", "").replace(",", "."))


def written_iban(text: str) -> str:
    """In groups of four."""
    plain = bare_iban(text)
    return " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def bare_iban(text: str) -> str:
    """Capitals without blanks and dashes."""
    return re.sub(r"[\s-]", "", text).upper()
