"""Dates, amounts and account numbers as people in Germany write them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    "Dezember",
)  # fmt: skip


def short_date(day: dt.date) -> str:
    """23.11.2026"""
    return f"{day:%d.%m.%Y}"


def long_date(day: dt.date) -> str:
    """23. November 2026"""
    return f"{day.day}. {MONTHS[day.month - 1]} {day.year}"


def written_date(day: dt.date, style: str) -> str:
    """A date in one of the styles `short`, `long`, `terse` (3.11.26) and `dashed` (03-11-2026)."""
    if style == "long":
        return long_date(day)
    if style == "terse":
        return f"{day.day}.{day.month}.{day:%y}"
    return f"{day:%d-%m-%Y}" if style == "dashed" else short_date(day)


def amount(value: Decimal, *, grouped: bool = True) -> str:
    """1.234,56 or 1234,56"""
    text = f"{value:,.2f}" if grouped else f"{value:.2f}"
    return text.translate(str.maketrans(",.", ".,"))


def quantity(value: Decimal) -> str:
    """3 or 2,5"""
    return f"{value:f}".replace(".", ",")


def long_iban(number: str) -> str:
    """In groups of four."""
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))
