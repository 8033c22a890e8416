"""Which rate each dog of a household bears (DOMAIN §5.2, points 3, 4, 5, 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from casework.configuration.statutes import DogTaxVersion, Shape, Tariff, Unit

_PER_YEAR = {Unit.YEAR: 1, Unit.QUARTER: 4, Unit.MONTH: 12}


@dataclass(frozen=True)
class Dog:
    """A dog as the tariff sees it. `percent` of the rate is to be paid; a finding makes it `dangerous`."""

    dangerous: bool = False
    exempt: bool = False
    percent: int = 100


@dataclass(frozen=True)
class Share:
    """What a dog bears in a full year: its position from 1 (0: none), the rate and the tax in exact cents."""

    dog: Dog
    position: int
    rate: Fraction
    tax: Fraction


def annual_shares(version: DogTaxVersion, dogs: Sequence[Dog]) -> list[Share]:
    """The share of every dog, in the order given (the order of intake)."""
    positions = _positions(version, dogs)
    counted = max(positions.values(), default=0)
    dangerous = [index for index, dog in enumerate(dogs) if _own_tariff(version, dog)]
    shares = []
    for index, dog in enumerate(dogs):
        if dog.exempt:
            shares.append(Share(dog, positions.get(index, 0), Fraction(0), Fraction(0)))
            continue
        own = version.dangerous.tariff if index in dangerous else None
        if own is not None:
            position, total = dangerous.index(index) + 1, len(dangerous)
        else:
            position, total = positions[index], counted
        rate = annual_rate(own or version.tariff, position, total)
        barred = dog.dangerous and version.dangerous.relief_barred
        shares.append(Share(dog, position, rate, rate if barred else rate * dog.percent / 100))
    return shares


def annual_total(version: DogTaxVersion, dogs: Sequence[Dog]) -> Fraction:
    """The tax of the household for a full year in exact cents."""
    return sum((share.tax for share in annual_shares(version, dogs)), Fraction(0))


def annual_rate(tariff: Tariff, position: int, total: int) -> Fraction:
    """The rate of a full year in cents for the dog at `position` of `total`; the last rate holds for further dogs."""
    step = {Shape.ORDINAL: position, Shape.COUNT: total, Shape.FLAT: 1}[tariff.shape]
    rate = tariff.rates[min(step, len(tariff.rates)) - 1]
    return Fraction(rate * _PER_YEAR[tariff.unit])


def _own_tariff(version: DogTaxVersion, dog: Dog) -> bool:
    return dog.dangerous and not dog.exempt and version.dangerous.tariff is not None


def _positions(version: DogTaxVersion, dogs: Sequence[Dog]) -> dict[int, int]:
    """Positions of the dogs that take one: reduced ones first where the statute says so, else by intake."""
    counted = [
        index
        for index, dog in enumerate(dogs)
        if (version.counting.exempt_counted or not dog.exempt)
        and (version.dangerous.counted or not _own_tariff(version, dog))
    ]
    if version.counting.reduced_first:
        counted.sort(key=lambda index: dogs[index].percent == 100)
    return {index: place for place, index in enumerate(counted, start=1)}
