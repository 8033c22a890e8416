"""German masks: TT.MM.JJJJ and 1.234,56 in both directions, IBAN check; every refusal is a German sentence part."""

from __future__ import annotations

import re
from datetime import date

_AMOUNT = re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+),\d{2}")
_DATE = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


def read_date(text: str) -> date:
    """The date of TT.MM.JJJJ; ValueError says in German what is wrong."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise ValueError("ist nicht im Format TT.MM.JJJJ")
    day, month, year = (int(group) for group in match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("ist kein gültiges Datum") from None


def show_date(value: date | str | None) -> str:
    """TT.MM.JJJJ of a date or an ISO date; empty for nothing."""
    if not value:
        return ""
    day = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{day.day:02d}.{day.month:02d}.{day.year:04d}"


def read_amount(text: str) -> int:
    """The cents of 1.234,56 (points optional, two decimals required); ValueError says in German what is wrong."""
    cleaned = text.strip()
    if not _AMOUNT.fullmatch(cleaned):
        raise ValueError("ist kein Betrag im Format 1.234,56")
    return int(cleaned.replace(".", "").replace(",", ""))


def show_amount(cents: int | None) -> str:
    """1.234,56 of cents; empty for nothing."""
    if cents is None:
        return ""
    whole, rest = divmod(abs(cents), 100)
    return ("-" if cents < 0 else "") + f"{whole:,}".replace(",", ".") + f",{rest:02d}"


def read_iban(text: str) -> str:
    """The IBAN without blanks if its check digits hold; ValueError says in German what is wrong."""
    iban = re.sub(r"\s", "", text).upper()
    if not _IBAN.fullmatch(iban) or (iban[:2] == "DE" and len(iban) != 22):
        raise ValueError("ist keine IBAN")
    digits = "".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])
    if int(digits) % 97 != 1:
        raise ValueError("hat eine falsche Prüfziffer")
    return iban
