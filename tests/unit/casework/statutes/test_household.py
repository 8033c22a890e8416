"""Which rate a dog bears, by the figures of real statutes (DOMAIN §5.1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings, strategies as st

from casework.configuration.statutes import Statute
from casework.statutes import Dog, annual_shares, annual_total
from tests.unit.casework.statutes.conftest import statute

Make = Callable[..., Statute]


def euros(statute: Statute, *dogs: Dog) -> list[float]:
    (version,) = statute.versions.values()
    return [float(share.tax) / 100 for share in annual_shares(version, dogs)]


@pytest.mark.parametrize(
    ("commune", "tariff", "dogs", "expected"),
    [
        ("Hütten", {"rates": ["30.00", "50.00", "50.00"]}, 4, [30, 50, 50, 50]),
        ("Westensee", {"rates": ["44.00", "60.00", "76.00"]}, 3, [44, 60, 76]),
        ("Wenden, one", {"shape": "count", "rates": ["65.00", "90.00", "108.00"]}, 1, [65]),
        ("Wenden, two", {"shape": "count", "rates": ["65.00", "90.00", "108.00"]}, 2, [90, 90]),
        ("Wenden, four", {"shape": "count", "rates": ["65.00", "90.00", "108.00"]}, 4, [108] * 4),
        ("Lütjensee", {"shape": "flat", "unit": "quarter", "rates": ["30.00"]}, 2, [120, 120]),
        ("Augsburg", {"unit": "month", "rates": ["7.00", "10.00"]}, 2, [84, 120]),
    ],
)
def test_ordinary_dogs_bear_the_published_rates(
    make_statute: Make, commune: str, tariff: dict[str, object], dogs: int, expected: list[float]
) -> None:
    assert euros(make_statute(tariff=tariff), *[Dog()] * dogs) == expected


@pytest.mark.parametrize(
    ("commune", "dangerous", "expected"),
    [
        ("Norderstedt", {"tariff": {"shape": "flat", "rates": ["600.00"]}}, [85, 600, 150]),
        ("Otterndorf", {"tariff": {"rates": ["600.00", "700.00"]}, "counted": False}, [85, 600, 120]),
        ("no own tariff", {}, [85, 120, 150]),
    ],
)
def test_a_dangerous_dog_has_its_own_tariff(
    make_statute: Make, commune: str, dangerous: dict[str, object], expected: list[float]
) -> None:
    tariff = {"rates": ["85.00", "120.00", "150.00"]}
    found = euros(make_statute(tariff=tariff, dangerous=dangerous), Dog(), Dog(dangerous=True), Dog())
    assert found == expected


def test_exempt_dogs_take_no_place_unless_the_statute_counts_them(make_statute: Make) -> None:
    dogs = (Dog(exempt=True), Dog())
    assert euros(make_statute(counting={"exempt_counted": False}), *dogs) == [0, 30]
    assert euros(make_statute(counting={"exempt_counted": True}), *dogs) == [0, 50]


def test_reduced_dogs_count_as_the_first_where_the_statute_says_so(make_statute: Make) -> None:
    dogs = (Dog(), Dog(percent=50))
    assert euros(make_statute(counting={"reduced_first": True}), *dogs) == [50, 15]
    assert euros(make_statute(counting={"reduced_first": False}), *dogs) == [30, 25]


def test_no_relief_for_a_dangerous_dog_where_it_is_barred(make_statute: Make) -> None:
    own = {"tariff": {"shape": "flat", "rates": ["500.00"]}}
    dog = Dog(dangerous=True, percent=50)
    assert euros(make_statute(dangerous={**own, "relief_barred": True}), dog) == [500]
    assert euros(make_statute(dangerous={**own, "relief_barred": False}), dog) == [250]


dogs_of_any_sort = st.builds(
    Dog, dangerous=st.booleans(), exempt=st.booleans(), percent=st.sampled_from([0, 25, 50, 100])
)
rising = st.lists(st.integers(0, 20_000), min_size=1, max_size=4).map(sorted)


@settings(deadline=None, max_examples=50)
@given(rates=rising, dogs=st.lists(st.just(Dog()), max_size=5))
def test_one_more_dog_never_lowers_the_total_of_a_rising_ladder(rates: list[int], dogs: list[Dog]) -> None:
    tariff = {"rates": [f"{rate // 100}.{rate % 100:02d}" for rate in rates]}
    (version,) = statute(tariff=tariff).versions.values()
    assert annual_total(version, [*dogs, Dog()]) >= annual_total(version, dogs)


@settings(deadline=None, max_examples=50)
@given(dogs=st.lists(dogs_of_any_sort, max_size=5), counted=st.booleans(), exempt_counted=st.booleans())
def test_every_paying_dog_has_a_place_and_no_tax_is_negative(
    dogs: list[Dog], counted: bool, exempt_counted: bool
) -> None:
    made = statute(
        dangerous={"tariff": {"shape": "flat", "rates": ["500.00"]}, "counted": counted},
        counting={"exempt_counted": exempt_counted},
    )
    (version,) = made.versions.values()
    shares = annual_shares(version, dogs)
    assert len(shares) == len(dogs)
    assert all(share.tax >= 0 and (share.position >= 1 or share.dog.exempt) for share in shares)
