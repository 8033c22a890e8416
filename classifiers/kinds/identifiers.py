"""Identifiers that prove their own reading: IBAN, BIC, VAT id. A checksum proves the reading, never the truth."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from stdnum import iban as stdnum_iban
from stdnum.exceptions import ValidationError


def compact(text: str) -> str:
    """Upper case without blanks, dots and dashes."""
    return re.sub(r"[\s.\-\u2010-\u2015]", "", text).upper()


def is_iban(text: str) -> bool:
    """Right length and structure for its country, and mod 97 (ISO 13616). The bank code is not looked up."""
    try:
        stdnum_iban.validate(text, check_country=False)
    except ValidationError:
        return False
    return _LENGTHS.get(text[:2], len(text)) == len(text)


_LENGTHS = {
    "AT": 20, "BE": 16, "CH": 21, "CZ": 24, "DE": 22, "DK": 18, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "IE": 22,
    "IT": 27, "LI": 21, "LT": 20, "LU": 20, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "SE": 24, "SK": 24,
}  # fmt: skip
"""IBAN lengths of the countries offices pay to (SWIFT IBAN registry); others are checked by mod 97 alone."""

_BIC = re.compile(r"^[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$")


def is_bic(text: str) -> bool:
    """The shape of ISO 9362."""
    return bool(_BIC.match(text))


def german_amount(text: str) -> Decimal | None:
    """`1.234,56`, `1 234,56`, `1,234.56`, `1234.56` with exactly two decimals; None for anything else."""
    bare = re.sub(r"[\s\u00a0\u202f']", "", text)
    if re.fullmatch(r"[+-]?\d{1,3}(?:\.\d{3})+,\d{2}|[+-]?\d+,\d{2}", bare):
        bare = bare.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+\.\d{2}|[+-]?\d+\.\d{2}", bare):
        bare = bare.replace(",", "")
    else:
        return None
    try:
        return Decimal(bare)
    except InvalidOperation:
        return None
