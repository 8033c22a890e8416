"""Between canonical values (ISO dates, decimal points) and what German masks show."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation

from casework.configuration.masks import ValueFormat
from casework.words import german
from casework.words.errors import NeedsReview

_CURRENCY = re.compile(r"(?:\s*(?:€|[A-Z]{3}))$")
_TRUE = frozenset({"true", "1", "yes", "ja"})
_FALSE = frozenset({"false", "0", "no", "nein", ""})


def to_mask(value: str, kind: ValueFormat) -> str:
    """How a canonical value is typed. Raises `NeedsReview('field_invalid')` for one that is not canonical."""
    if value == "":
        return "false" if kind == "check" else ""
    try:
        if kind == "date":
            return german.written_date(date.fromisoformat(value))
        if kind == "amount":
            return german.written_amount(Decimal(value), grouped=False)
        if kind in ("decimal", "integer"):
            return format(Decimal(value), "f").replace(".", ",")
    except (ValueError, InvalidOperation) as error:
        raise NeedsReview("field_invalid", f"a value is no canonical {kind}: correct the field in the case") from error
    if kind == "iban":
        return german.bare_iban(value)
    if kind == "check":
        return _truth(value)
    return value


def from_mask(text: str, kind: ValueFormat) -> str:
    """The canonical value of what a mask shows; what cannot be read comes back as it stands."""
    text = _tidy(text)
    if kind == "date":
        return _date(text)
    if kind in ("amount", "decimal", "integer"):
        return _number(text)
    if kind == "iban":
        return german.bare_iban(text)
    return text


def same(wanted: str, read: str, kind: ValueFormat) -> bool:
    """Whether two canonical values mean the same."""
    if kind in ("amount", "decimal", "integer"):
        try:
            return Decimal(wanted) == Decimal(read)
        except InvalidOperation:
            return wanted == read
    if kind == "iban":
        return from_mask(wanted, "iban") == read
    if kind == "check":
        return _truth(wanted) == read
    return _tidy(wanted) == _tidy(read)


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _date(text: str) -> str:
    day = german.read_date(text)
    return day.isoformat() if day else text


def _number(text: str) -> str:
    bare = _CURRENCY.sub("", text).strip()
    if bare.endswith("-"):  # bookkeepers put the minus behind
        bare = "-" + bare.removesuffix("-")
    number = german.read_number(bare)
    return text if number is None else str(number)


def _truth(value: str) -> str:
    lowered = value.strip().lower()
    if lowered in _TRUE:
        return "true"
    if lowered in _FALSE:
        return "false"
    raise NeedsReview("field_invalid", "a value is neither true nor false: correct the field in the case")
