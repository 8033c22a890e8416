"""How a person in a German office types a value, and what a typed one means."""

from __future__ import annotations

import re

GERMAN_DATE = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})")
ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def typed(value: str, form: str) -> str:
    """A canonical value as a person types it into a field of this form."""
    date = ISO_DATE.fullmatch(value) if form == "date" else None
    if date:
        return f"{date[3]}.{date[2]}.{date[1]}"
    if form == "money":
        return value.replace(".", ",")
    return value


def meant(shown: str, form: str) -> str:
    """What a shown value says, comparable with a canonical one."""
    date = GERMAN_DATE.fullmatch(shown.strip()) if form == "date" else None
    if date:
        return f"{date[3]}-{date[2]}-{date[1]}"
    if form == "money":
        return _amount(shown.replace(".", "").replace(",", "."))
    if form == "iban":
        return re.sub(r"\s", "", shown)
    return " ".join(shown.split())


def is_same(shown: str, value: str, form: str) -> bool:
    """Does the field show the right value already?"""
    wanted = _amount(value) if form == "money" else " ".join(value.split())
    return meant(shown, form) == wanted


def _amount(text: str) -> str:
    whole, _point, part = text.strip().partition(".")
    return f"{whole}.{part:0<2}" if whole else ""
