"""How canonical values look to people, in the language of the page; `casework.actions.canonical` reads them back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import get_language, gettext as _

from casework.configuration.processes import FieldSettings
from casework.configuration.vocabulary import FieldType
from casework.record.models import Message
from casework.words import german

DAYS = {("day", True): "d.m.Y", ("day", False): "Y-m-d", ("short", True): "d.m.", ("short", False): "j M"}
"""Django's date formats by form and whether the page is German."""


def shown(value: str, settings: FieldSettings | None) -> str:
    """A canonical value as people write it; a value of another form stays as it is."""
    if not value or settings is None:
        return value
    if settings.type is FieldType.DATE:
        return shown_date(value)
    if settings.type is FieldType.MONEY:
        return shown_money(value)
    if settings.type is FieldType.IBAN:
        return shown_iban(value)
    return value


def shown_date(value: str) -> str:
    """`2026-11-23` as `23.11.2026` in German; ISO elsewhere."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    return german.written_date(day) if is_german() else value


def shown_money(value: str) -> str:
    """`1234.50` as `1.234,50` in German; as it is elsewhere."""
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return value
    if not amount.is_finite() or not is_german():
        return value
    return german.written_amount(amount)


def shown_iban(value: str) -> str:
    """In groups of four."""
    return german.written_iban(value)


def shown_hours(seconds: int) -> str:
    """Seconds as hours and minutes, `1:05 h`; negative ones with a minus sign."""
    minutes = round(abs(seconds) / 60)
    sign = "−" if seconds < 0 and minutes else ""
    return f"{sign}{minutes // 60}:{minutes % 60:02d} h"


def is_german() -> bool:
    """Is the page German?"""
    return (get_language() or "de").startswith("de")


LONGEST_NAME = 60


def shown_subject(message: Message) -> str:
    """The subject, or in brackets why there is none."""
    if message.subject.strip():
        return message.subject
    if message.erased_at:
        return _("(gelöscht)")
    return _("(ohne Betreff)") if message.has_bytes else _("(liegt noch im Postfach)")


def shown_sender(message: Message) -> str:
    """Name and address, never the name alone: anybody can call themselves anything, an address even."""
    name = message.sender_name.strip()[:LONGEST_NAME]
    if not message.sender:
        return name
    return f"{name} <{message.sender}>" if name and "@" not in name else message.sender


def listed_sender(message: Message) -> str:
    """For narrow columns: the address first, so that no long name pushes it out of sight."""
    name = message.sender_name.strip()[:LONGEST_NAME]
    return f"{message.sender} · {name}" if message.sender and name and "@" not in name else message.sender or name


def domain(address: str) -> str:
    """The part of a mail address that its mail server answers for."""
    return address.rpartition("@")[2]
