"""Canonical values as Python reads them, and texts made comparable."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation

from stdnum import iban as iban_number

from casework.configuration.processes import FieldSettings
from casework.configuration.vocabulary import FieldType

YES, NO = "yes", "no"
_MONEY = re.compile(r"-?[0-9]{1,13}(?:\.[0-9]{1,2})?")
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FORMS = {
    FieldType.MONEY: _MONEY,
    FieldType.INTEGER: _INTEGER,
    FieldType.BOOLEAN: re.compile(f"{YES}|{NO}"),
    FieldType.CURRENCY: re.compile(r"[A-Z]{3}"),
    FieldType.POSTCODE: re.compile(r"[0-9]{5}"),
}


def as_day(text: str | None) -> date | None:
    """An ISO date, or None when it is none."""
    if not text or not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def as_cents(text: str | None) -> int | None:
    """A canonical amount (`1190.00`) in cents, or None when it is none."""
    if not text or not _MONEY.fullmatch(text):
        return None
    try:
        return int(Decimal(text) * 100)
    except InvalidOperation:
        return None


def as_count(text: str | None) -> int | None:
    """A whole number, or None when it is none."""
    return int(text) if text and _INTEGER.fullmatch(text) else None


def is_iban(text: str) -> bool:
    """Do country, length and check digits fit? Canonical: capitals, no blanks."""
    return text == iban_number.compact(text) and bool(iban_number.is_valid(text))


def fits(settings: FieldSettings, value: str) -> bool:
    """Has the value the form that its field asks for?"""
    if settings.type is FieldType.DATE:
        formed = as_day(value) is not None
    elif settings.type is FieldType.IBAN:
        formed = is_iban(value)
    elif settings.type is FieldType.CHOICE:
        formed = value in settings.choices
    else:
        pattern = _FORMS.get(settings.type)
        formed = pattern is None or pattern.fullmatch(value) is not None
    return formed and (not settings.pattern or re.fullmatch(settings.pattern, value) is not None)


def comparison_key(text: str) -> str:
    """The text for comparing: NFKC, lower case, letters and digits only (ł, š and ß stay what they are)."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def words_of(text: str) -> tuple[str, ...]:
    """The words of a name for comparing."""
    return tuple(comparison_key(word) for word in re.split(r"[^\w]+", text) if comparison_key(word))
