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

from casework.checks.values import fits
from casework.configuration.processes import FieldSettings
from casework.configuration.vocabulary import FieldType
from casework.words.errors import AmtsboteError

GERMAN_DATE = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
GERMAN_NUMBER = re.compile(r"-?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?")
POINT_NUMBER = re.compile(r"-?\d+\.\d{1,2}")
YES = ("yes", "ja", "j", "y", "true", "1")
NO = ("no", "nein", "n", "false", "0")


class ValueRefused(AmtsboteError):
    """A typed value has no form that its field can take. `form` names the wanted one: date, money, iban …"""

    def __init__(self, field: str, form: str) -> None:
        self.field = field
        self.form = form
        super().__init__(f"field {field!r} cannot hold what was typed; it takes a value of the form {form!r}")


def canonical(typed: str, settings: FieldSettings) -> str:
    """The typed value as the record holds it; empty stays empty. Raises `ValueRefused`."""
    text = unicodedata.normalize("NFC", typed).strip()
    if not text:
        return ""
    try:
        value = _FORMS.get(settings.type, _text)(text, settings)
    except ValueError as error:
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
    german = GERMAN_DATE.fullmatch(text)
    if german:
        day, month, year = map(int, german.groups())
        return date(year, month, day).isoformat()
    return date.fromisoformat(text).isoformat()


def _money(text: str, settings: FieldSettings) -> str:
    plain = re.sub(r"\s|€|EUR", "", text)
    if POINT_NUMBER.fullmatch(plain):
        amount = Decimal(plain)
    elif GERMAN_NUMBER.fullmatch(plain):
        amount = Decimal(plain.replace(".", "").replace(",", "."))
    else:
        raise ValueError(text)
    if amount != amount.quantize(Decimal("0.01")):
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
    return re.sub(r"[\s-]", "", text).upper()


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
