"""What people type, brought into canonical form: ISO dates, decimal points, no blanks in an IBAN.

German notation leads (`23.11.2026`, `1.234,56`); canonical input stays as it is. Nothing is guessed: what fits no
form, or two, is refused with the form that is wanted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum

from casework.checks.values import fits
from casework.configuration.processes import FieldSettings
from casework.configuration.vocabulary import FieldType
from casework.words import german
from casework.words.errors import AmtsboteError

POINT_NUMBER = re.compile(r"-?\d+\.\d{1,2}")
LONGEST: dict[FieldType, int] = {FieldType.TEXT: 1_000, FieldType.LONG_TEXT: 20_000}
"""Characters a field of this type can hold; every other type is short."""
LONGEST_OF_OTHERS = 200
YES = ("yes", "ja", "j", "y", "true", "1")
NO = ("no", "nein", "n", "false", "0")


class Refusal(StrEnum):
    """Why typed text is refused whatever type its field has."""

    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"


class ValueRefused(AmtsboteError):
    """A typed value has no form that its field can take.

    `form` names the wanted one (date, money, iban …) or says as a `Refusal` why no field takes it.
    """

    def __init__(self, field: str, form: str) -> None:
        self.field = field
        self.form = form
        super().__init__(f"field {field!r} cannot hold what was typed; it takes a value of the form {form!r}")


def printable(text: str) -> str:
    """The text without control characters and lone surrogates; lines, tabs and NUL (which is refused) stay."""
    return "".join(sign for sign in text if sign in "\n\r\t\0" or unicodedata.category(sign) not in ("Cc", "Cs"))


def canonical(typed: str, settings: FieldSettings) -> str:
    """The typed value as the record holds it; empty stays empty. Raises `ValueRefused`."""
    # before anything else looks at it: what is long is costly to normalise, and no number has thousands of digits
    if len(typed) > LONGEST.get(settings.type, LONGEST_OF_OTHERS):
        raise ValueRefused(settings.name, Refusal.TOO_LONG)
    if "\0" in typed:
        raise ValueRefused(settings.name, Refusal.UNREADABLE)
    text = unicodedata.normalize("NFC", printable(typed)).strip()
    if not text:
        return ""
    try:
        value = _FORMS.get(settings.type, _text)(text, settings)
    except (ValueError, ArithmeticError) as error:
        raise ValueRefused(settings.name, settings.type.value) from error
    if not fits(settings, value):
        raise ValueRefused(settings.name, settings.type.value)
    return value


def same(typed: str, value: str, settings: FieldSettings) -> bool:
    """Does the typed text say what the record holds already, however either is written?"""
    try:
        return canonical(typed, settings) == canonical(value, settings)
    except ValueRefused:
        return typed.strip() == value.strip()


def _text(text: str, settings: FieldSettings) -> str:
    return " ".join(text.split())


def _long_text(text: str, settings: FieldSettings) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines())


def _date(text: str, settings: FieldSettings) -> str:
    day = german.read_date(text) if text[-4:].isdigit() else None
    return (day or date.fromisoformat(text)).isoformat()


def _money(text: str, settings: FieldSettings) -> str:
    plain = re.sub(r"\s|€|EUR", "", text)
    amount = Decimal(plain) if POINT_NUMBER.fullmatch(plain) else german.read_number(plain)
    if amount is None or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(text)
    return str(amount.quantize(Decimal("0.01")))


def _integer(text: str, settings: FieldSettings) -> str:
    return str(int(text))


def _boolean(text: str, settings: FieldSettings) -> str:
    word = text.casefold()
    if word in YES:
        return "yes"
    if word in NO:
        return "no"
    raise ValueError(text)


def _iban(text: str, settings: FieldSettings) -> str:
    return german.bare_iban(text)


def _currency(text: str, settings: FieldSettings) -> str:
    return text.upper()


def _choice(text: str, settings: FieldSettings) -> str:
    words = {label.casefold(): key for key, choice in settings.choices.items() for label in (choice.de, choice.en)}
    return words.get(text.casefold(), text)


_FORMS: dict[FieldType, Callable[[str, FieldSettings], str]] = {
    FieldType.DATE: _date,
    FieldType.MONEY: _money,
    FieldType.INTEGER: _integer,
    FieldType.BOOLEAN: _boolean,
    FieldType.IBAN: _iban,
    FieldType.CURRENCY: _currency,
    FieldType.CHOICE: _choice,
    FieldType.LONG_TEXT: _long_text,
}
