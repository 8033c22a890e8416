"""Dog tax statutes as data: one typed field per point on which real statutes differ (DOMAIN §5.2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from casework.configuration.located import Located
from casework.configuration.offices import Identifier
from casework.configuration.processes import Label


def _cents(value: object) -> object:
    """`30.00` (euro, at most two decimals) as 3000 cents."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise ValueError("an amount is written as 30.00")
    try:
        amount = Decimal(value) * 100
    except InvalidOperation as error:
        raise ValueError("an amount is written as 30.00") from error
    if amount != amount.to_integral_value():
        raise ValueError("an amount has at most two decimals")
    return int(amount)


_WRITTEN_EURO = {"anyOf": [{"type": "string", "pattern": r"^[0-9]+(\.[0-9]{2})?$"}, {"type": "number", "minimum": 0}]}
Euro = Annotated[int, BeforeValidator(_cents), Field(ge=0), WithJsonSchema(_WRITTEN_EURO)]
"""An amount in the file as 30.00, in code as whole cents."""

MonthDay = Annotated[str, StringConstraints(pattern=r"^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$")]


class StartRule(StrEnum):
    """When liability begins after intake; months are counted from the first of a month."""

    SAME_MONTH = "same_month"
    NEXT_MONTH = "next_month"
    SAME_DAY = "same_day"


class EndRule(StrEnum):
    """When liability ends after the dog is gone."""

    BEFORE_MONTH = "before_month"
    WITH_MONTH = "with_month"
    END_OF_QUARTER = "end_of_quarter"
    SAME_DAY = "same_day"


class Shape(StrEnum):
    """How the rates are read: by the dog's position, by how many there are, or one for all."""

    ORDINAL = "ordinal"
    COUNT = "count"
    FLAT = "flat"


class Unit(StrEnum):
    """What a rate is for."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"


class ProRata(StrEnum):
    """How a part of a year is charged."""

    TWELFTHS = "twelfths"
    QUARTERS = "quarters"
    NONE = "none"


class Rounding(StrEnum):
    """What happens to fractions of a cent, or of a euro."""

    CENT_DOWN = "cent_down"
    CENT_HALF_UP = "cent_half_up"
    EURO_DOWN = "euro_down"


class Start(Located):
    """Point 1. `minimum_age_months`: no tax before the month after the dog has that age.

    `move_in_months`: liability begins with the n-th month after the month of moving in. `care_free_months`: keeping a
    dog in care or on trial up to so many months is free.
    """

    rule: StartRule = StartRule.NEXT_MONTH
    minimum_age_months: int = Field(default=0, ge=0, le=12)
    minimum_age_rule: StartRule = StartRule.NEXT_MONTH
    move_in_months: int = Field(default=1, ge=0, le=3)
    care_free_months: int = Field(default=0, ge=0)


class Tariff(Located):
    """Point 3. The last rate holds for every further dog."""

    shape: Shape = Shape.ORDINAL
    unit: Unit = Unit.YEAR
    rates: tuple[Euro, ...] = Field(min_length=1)


class Dangerous(Located):
    """Point 4. Breeds listed in the statute only send a case to a human; the finding is theirs."""

    tariff: Tariff | None = None
    counted: bool = True
    relief_barred: bool = True
    breeds: tuple[str, ...] = ()


class Counting(Located):
    """Point 5: do exempt dogs take a position, and do reduced dogs count as the first ones?"""

    exempt_counted: bool = False
    reduced_first: bool = True


class Due(Located):
    """Point 7. `dates` share the year evenly (MM-DD); `annual` is the date for those who pay once a year."""

    dates: tuple[MonthDay, ...] = Field(min_length=1)
    annual: MonthDay | None = None
    first_within_days: int = Field(default=0, ge=0)


class Exemption(Located):
    """Point 8: dogs that pay nothing."""

    id: Identifier
    label: Label
    paragraph: str = ""


class Reduction(Located):
    """Point 9. `percent` of the tariff that remains to be paid."""

    id: Identifier
    label: Label
    percent: int = Field(default=50, ge=0, le=100)
    proof_years: int | None = Field(default=None, ge=1)
    paragraph: str = ""


class Confirmation(Located):
    """Who of the municipality confirmed that these are its figures; without it nothing goes automatically."""

    by: str = Field(min_length=2)
    on: date
    fictitious: bool = False


class DogTaxVersion(Located):
    """One version of the statute. `paragraphs` gives the place of a point (`tariff: § 5 Abs. 1 Nr. {position}`).

    `assumed` names the points that nobody has read in the statute's text yet.
    """

    title: str
    source: str
    adopted_on: date | None = None
    valid_to: date | None = None
    confirmed: Confirmation | None = None
    assumed: tuple[str, ...] = ()
    paragraphs: dict[str, str] = Field(default_factory=dict)
    start: Start = Field(default_factory=Start)
    end: EndRule = EndRule.BEFORE_MONTH
    tariff: Tariff
    dangerous: Dangerous = Field(default_factory=Dangerous)
    counting: Counting = Field(default_factory=Counting)
    pro_rata: ProRata = ProRata.TWELFTHS
    rounding: Rounding = Rounding.CENT_HALF_UP
    due: Due
    exemptions: tuple[Exemption, ...] = ()
    reductions: tuple[Reduction, ...] = ()
    registration_days: int = Field(default=14, ge=1)
    household_joint: bool = True


class Statute(Located):
    """The dog tax of one municipality: versions by the day they begin. `example` figures are nobody's law."""

    id: Identifier
    kind: str = Field(default="dog_tax", pattern="^dog_tax$")
    municipality: str
    ags: str | None = Field(default=None, pattern=r"^[0-9]{8}$")
    example: bool = False
    versions: dict[date, DogTaxVersion] = Field(min_length=1)

    def version_on(self, day: date) -> tuple[date, DogTaxVersion] | None:
        """The version in force on that day with the day it began, or None."""
        begun = [start for start in self.versions if start <= day]
        if not begun:
            return None
        start = max(begun)
        version = self.versions[start]
        return None if version.valid_to is not None and version.valid_to < day else (start, version)


def calendar_day(year: int, month_day: str) -> date | None:
    """`02-15` in a year; None when that year has no such day."""
    month, day = map(int, month_day.split("-"))
    try:
        return date(year, month, day)
    except ValueError:
        return None
