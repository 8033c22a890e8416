"""The tax of one dog: from when, how much a year, how much this year, and why (DOMAIN §5.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby

from casework.configuration.statutes import DogTaxVersion, ProRata, Rounding, Shape, Statute
from casework.statutes.calendar import last_of_month
from casework.statutes.household import Dog, Share, annual_shares
from casework.statutes.liability import liability_start, version_for


@dataclass(frozen=True)
class YearAmount:
    """What is due for one calendar year in cents, with a line per part: `§ 5 Abs. 1 Nr. 2: 2. Hund 50,00 € × 7/12`."""

    year: int
    cents: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Assessment:
    """The tax of a newly registered dog. Amounts in cents; `annual` is the rate of a full year.

    `others_change`: the rate of the household's other dogs changes too, which a human has to follow up.
    """

    start: date
    position: int
    annual: int
    first_year: YearAmount
    version_start: date
    version: DogTaxVersion
    others_change: bool

    @property
    def explanation(self) -> str:
        """Start and calculation as sentences for the clerk and the notice."""
        where = self.version.paragraphs.get("start", "")
        begin = f"{where + ': ' if where else ''}Steuerpflicht ab {self.start:%d.%m.%Y}"
        total = f"{self.first_year.year}: {'; '.join(self.first_year.lines)} = {euro(self.first_year.cents)}"
        return f"{begin}. {total}"


def assess(
    statute: Statute,
    acquired_on: date,
    *,
    others: Sequence[Dog] = (),
    dog: Dog | None = None,
    dog_birth_date: date | None = None,
    moved_in_on: date | None = None,
) -> Assessment:
    """The tax of a dog that joins `others` of the household. Raises `NoStatute`."""
    dog = dog or Dog()
    start = liability_start(statute, acquired_on, dog_birth_date=dog_birth_date, moved_in_on=moved_in_on)
    begun, version = version_for(statute, start)
    household = [*others, dog]
    share = annual_shares(version, household)[-1]
    before, after = annual_shares(version, others), annual_shares(version, household)[:-1]
    return Assessment(
        start=start,
        position=share.position,
        annual=rounded(share.tax, version.rounding),
        first_year=year_amount(statute, household, index=len(others), year=start.year, start=start),
        version_start=begun,
        version=version,
        others_change=[one.tax for one in before] != [one.tax for one in after],
    )


def year_amount(
    statute: Statute, dogs: Sequence[Dog], *, index: int, year: int, start: date, end: date | None = None
) -> YearAmount:
    """What the dog at `index` of the household costs in `year`, liable from `start` to `end` (both included).

    Every month counts by the version of its first day, so that a year may straddle two versions; the sum is rounded
    once. Where the statute charges quarters or the whole year, a begun one counts in full. Raises `NoStatute`.
    """
    months = [month for month in range(1, 13) if _liable(date(year, month, 1), start, end)]
    if not months:
        return YearAmount(year, 0, ())
    parts = []
    for (begun, _), group in groupby(_charged(statute, year, months), key=lambda part: part[:2]):
        weight = sum((part[2] for part in group), Fraction(0))
        version = statute.versions[begun]
        share = annual_shares(version, dogs)[index]
        parts.append((share.tax * weight, _line(version, share, len(dogs), weight)))
    last = statute.versions[_charged(statute, year, months)[-1][0]]
    total = rounded(sum((amount for amount, _ in parts), Fraction(0)), last.rounding)
    return YearAmount(year, total, tuple(line for _, line in parts))


def change_on_end(
    statute: Statute, dogs: Sequence[Dog], *, index: int, year: int, start: date, end: date
) -> tuple[YearAmount, YearAmount, int]:
    """The old and the new amount of the year and the refund in cents, when liability ends with `end`."""
    old = year_amount(statute, dogs, index=index, year=year, start=start)
    new = year_amount(statute, dogs, index=index, year=year, start=start, end=end)
    return old, new, old.cents - new.cents


def rounded(cents: Fraction, rounding: Rounding) -> int:
    """Exact cents as whole ones, by the statute's rule."""
    if rounding is Rounding.EURO_DOWN:
        return int(cents // 100) * 100
    if rounding is Rounding.CENT_DOWN:
        return int(cents // 1)
    return int((cents + Fraction(1, 2)) // 1)


def euro(cents: int) -> str:
    """`1.234,50 €`."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}".replace(",", ".") + f",{rest:02d} €"


def _liable(first: date, start: date, end: date | None) -> bool:
    return start <= last_of_month(first) and (end is None or first <= end)


def _charged(statute: Statute, year: int, months: Sequence[int]) -> list[tuple[date, ProRata, Fraction]]:
    """Parts of the year that are charged: the day their version began, how it counts, the share of a full year."""
    parts: list[tuple[date, ProRata, Fraction]] = []
    quarters: set[int] = set()
    for month in months:
        begun, version = version_for(statute, date(year, month, 1))
        if version.pro_rata is ProRata.TWELFTHS:
            parts.append((begun, version.pro_rata, Fraction(1, 12)))
        elif version.pro_rata is ProRata.QUARTERS:
            if (month - 1) // 3 not in quarters:
                quarters.add((month - 1) // 3)
                parts.append((begun, version.pro_rata, Fraction(1, 4)))
        elif not parts:
            return [(begun, version.pro_rata, Fraction(1))]
    return parts


def _line(version: DogTaxVersion, share: Share, dogs: int, weight: Fraction) -> str:
    own = share.dog.dangerous and version.dangerous.tariff is not None
    tariff = version.dangerous.tariff if own and version.dangerous.tariff else version.tariff
    paragraph = version.paragraphs.get("dangerous" if own else "tariff", "")
    what = f"{share.position}. Hund" if tariff.shape is Shape.ORDINAL else f"je Hund bei {dogs}"
    what = "je Hund" if tariff.shape is Shape.FLAT else what
    what = f"gefährlicher Hund, {what}" if own else what
    head = paragraph.replace("{position}", str(min(share.position, len(tariff.rates)))) if paragraph else ""
    if share.dog.exempt:
        return "steuerbefreit 0,00 €"
    times = "" if weight == 1 else f" × {int(weight * 12)}/12"
    if version.pro_rata is ProRata.QUARTERS and weight != 1:
        times = f" × {int(weight * 4)}/4"
    percent = "" if share.tax == share.rate else f" × {share.dog.percent} %"
    return f"{head + ': ' if head else ''}{what} {euro(rounded(share.rate, Rounding.CENT_HALF_UP))}{percent}{times}"
