"""What work takes by hand and what an hour costs: dated figures with their source (DOMAIN §3)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from casework.configuration.located import Located
from casework.configuration.offices import Identifier
from casework.configuration.vocabulary import Complexity, Provenance
from casework.words.errors import AmtsboteError


class Unpublished(AmtsboteError):
    """A cell of a table that its publisher left empty or marked as doubtful; it is never taken as zero."""


class ActivityRow(Located):
    """One standard activity of a baseline: row of the table, complexity, how often per case."""

    row: int = Field(ge=1)
    complexity: Complexity = Complexity.SIMPLE
    times: int = Field(default=1, ge=1)


class Baseline(Located):
    """Minutes a case takes by hand, from `valid_from` to `valid_to` (both included).

    `rows` derive the minutes from `table`; `human_rows` name the rows that stay with people and are not counted.
    """

    id: Identifier
    process: str
    office: str | None = None
    minutes: Decimal = Field(ge=0)
    valid_from: date
    valid_to: date | None = None
    provenance: Provenance
    source: str = Field(min_length=3)
    table: str | None = None
    rows: tuple[ActivityRow, ...] = ()
    human_rows: tuple[int, ...] = ()
    measurements: int | None = Field(default=None, ge=1)
    note: str = ""

    @property
    def seconds(self) -> int:
        """The minutes as whole seconds, rounded down."""
        return int(self.minutes * 60)

    def holds_on(self, day: date) -> bool:
        """Is the baseline in force on that day?"""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Activity(Located):
    """A row of the table of activity minutes; None: not published. `doubtful` columns contradict their source."""

    title: str
    simple: int | None = None
    medium: int | None = None
    high: int | None = None
    doubtful: tuple[Complexity, ...] = ()


class ActivityTable(Located):
    """Standard activity minutes of the administration, as published, with validity and source."""

    id: Identifier
    kind: Literal["activities"]
    title: str
    source: str
    valid_from: date
    valid_to: date | None = None
    rows: dict[int, Activity]

    def minutes(self, row: int, complexity: Complexity) -> int:
        """Minutes of one activity. Raises `Unpublished` for an empty, doubtful or unknown cell."""
        activity = self.rows.get(row)
        value = getattr(activity, complexity.value) if activity else None
        if activity is None or value is None:
            raise Unpublished(f"{self.id}: row {row} {complexity.value} is not published; measure or estimate it")
        if complexity in activity.doubtful:
            raise Unpublished(f"{self.id}: row {row} {complexity.value} contradicts its own source; measure it instead")
        return int(value)


class WageRates(Located):
    """Euro per hour by career level; `average` over all."""

    simple_and_medium: Decimal
    upper: Decimal
    higher: Decimal
    average: Decimal


class WageTable(Located):
    """Wage rates per administrative level and the working time of a year, as published, with validity and source."""

    id: Identifier
    kind: Literal["wages"]
    title: str
    source: str
    valid_from: date
    valid_to: date | None = None
    hours_per_year: int = Field(ge=1)
    overhead_percent: Decimal = Field(default=Decimal(20), ge=0)
    overhead_source: str = ""
    levels: dict[str, WageRates]

    @property
    def minutes_per_year(self) -> int:
        """Capacity of one full post."""
        return self.hours_per_year * 60
