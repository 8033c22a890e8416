"""Months as statutes count them: from the first to the last day."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


def first_of_month(day: date, months_later: int = 0) -> date:
    """The first day of the month so many months after that of `day`."""
    index = day.year * 12 + day.month - 1 + months_later
    return date(index // 12, index % 12 + 1, 1)


def last_of_month(day: date, months_later: int = 0) -> date:
    """The last day of the month so many months after that of `day`."""
    return first_of_month(day, months_later + 1) - timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day of a later month; the last day of that month where it is shorter (§ 188 Abs. 3 BGB)."""
    first = first_of_month(day, months)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))


def full_years(birth: date, on: date) -> int:
    """Age in completed years; who was born on 29 February completes a year on 28 February (§ 188 Abs. 3 BGB)."""
    years = on.year - birth.year
    return years if on >= add_months(birth, 12 * years) else years - 1
