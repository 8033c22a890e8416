"""When liability begins and ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from casework.configuration.statutes import Statute
from casework.statutes import NoStatute, liability_end, liability_start
from casework.statutes.calendar import add_months, full_years, last_of_month

Make = Callable[..., Statute]


@pytest.mark.parametrize(
    ("start", "acquired", "born", "moved", "expected"),
    [
        ({"rule": "next_month"}, date(2026, 5, 12), None, None, date(2026, 6, 1)),
        ({"rule": "same_month"}, date(2026, 5, 12), None, None, date(2026, 5, 1)),
        ({"rule": "same_day"}, date(2026, 5, 12), None, None, date(2026, 5, 12)),
        ({"rule": "next_month"}, date(2026, 12, 31), None, None, date(2027, 1, 1)),
        # Haby: earliest the month after the dog is three months old
        ({"minimum_age_months": 3}, date(2026, 5, 12), date(2026, 4, 2), None, date(2026, 8, 1)),
        ({"minimum_age_months": 3}, date(2026, 5, 12), date(2020, 4, 2), None, date(2026, 6, 1)),
        ({"minimum_age_months": 4}, date(2026, 1, 20), date(2025, 10, 31), None, date(2026, 3, 1)),
        # Haby: who moves in is liable from the second month after
        ({"move_in_months": 2}, date(2020, 5, 12), None, date(2026, 3, 10), date(2026, 5, 1)),
        ({"move_in_months": 1}, date(2020, 5, 12), None, date(2026, 3, 10), date(2026, 4, 1)),
        # a dog that came after the move is a new dog
        ({"move_in_months": 2}, date(2026, 4, 12), None, date(2026, 3, 10), date(2026, 5, 1)),
    ],
)
def test_liability_begins_by_the_rule_of_the_statute(
    make_statute: Make, start: dict[str, object], acquired: date, born: date | None, moved: date | None, expected: date
) -> None:
    found = liability_start(make_statute(start=start), acquired, dog_birth_date=born, moved_in_on=moved)
    assert found == expected


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("before_month", date(2026, 4, 30)),
        ("with_month", date(2026, 5, 31)),
        ("end_of_quarter", date(2026, 6, 30)),
        ("same_day", date(2026, 5, 12)),
    ],
)
def test_liability_ends_by_the_rule_of_the_statute(make_statute: Make, end: str, expected: date) -> None:
    assert liability_end(make_statute(end=end), date(2026, 5, 12)) == expected


@pytest.mark.parametrize("month", range(1, 13))
def test_a_quarter_ends_with_march_june_september_or_december(make_statute: Make, month: int) -> None:
    end = liability_end(make_statute(end="end_of_quarter"), date(2026, month, 1))
    assert end == last_of_month(date(2026, 3 * ((month - 1) // 3 + 1), 1))


def test_before_the_first_version_there_is_no_statute(make_statute: Make) -> None:
    with pytest.raises(NoStatute, match="no dog tax statute of Dorf is in force on 2020-12-31"):
        liability_start(make_statute(), date(2020, 12, 31))


def test_months_are_added_to_the_last_day_of_a_shorter_month() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 3, 31), -1) == date(2026, 2, 28)


def test_ages_count_completed_years() -> None:
    assert full_years(date(2008, 11, 24), date(2026, 11, 23)) == 17
    assert full_years(date(2008, 11, 23), date(2026, 11, 23)) == 18
    assert full_years(date(2008, 2, 29), date(2026, 2, 28)) == 18
