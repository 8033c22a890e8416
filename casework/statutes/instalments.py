"""When the tax of a year is due and in which parts (DOMAIN §5.2, point 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from casework.configuration.statutes import DogTaxVersion, calendar_day


@dataclass(frozen=True)
class Instalment:
    """A part of the year's tax in cents and the day it is due."""

    due: date
    cents: int


def instalments(
    version: DogTaxVersion, cents: int, *, year: int, start: date, notice: date, annually: bool = False
) -> list[Instalment]:
    """The year's tax split evenly over the due dates from `start` on; odd cents go to the first parts.

    What was due before the notice can be paid falls due `first_within_days` after it; with no date left, all of it
    does. `annually`: one sum on the statute's date for those who pay once a year, where it has one.
    """
    days = (version.due.annual,) if annually and version.due.annual else version.due.dates
    dates = [found for found in (calendar_day(year, day) for day in days) if found is not None]
    payable = notice + timedelta(days=version.due.first_within_days)
    left = [day for day in dates if day >= start] or [payable]
    share, odd = divmod(cents, len(left))
    sums: dict[date, int] = {}
    for index, day in enumerate(left):
        due = max(day, payable)
        sums[due] = sums.get(due, 0) + share + (1 if index < odd else 0)
    return [Instalment(due, amount) for due, amount in sorted(sums.items())]
