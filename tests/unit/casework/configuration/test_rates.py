"""Dated figures: unpublished cells raise, the yearly capacity fits, the default baselines are those of the table."""

from __future__ import annotations

from decimal import Decimal

import pytest

from casework.configuration import Configuration, Unpublished, load, shipped
from casework.configuration.vocabulary import Complexity


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load([shipped()])


def test_a_published_cell_has_its_minutes(configuration: Configuration) -> None:
    table = configuration.activities["activities_2025"]
    assert [table.minutes(row, Complexity.SIMPLE) for row in range(1, 18)] == [
        2, 3, 5, 5, 8, 9, 4, 2, 5, 1, 5, 1, 30, 2, 1, 8, 12,
    ]  # fmt: skip


def test_an_unpublished_cell_raises(configuration: Configuration) -> None:
    with pytest.raises(Unpublished, match="row 6 high is not published"):
        configuration.activities["activities_2025"].minutes(6, Complexity.HIGH)


def test_a_cell_that_contradicts_its_source_raises(configuration: Configuration) -> None:
    with pytest.raises(Unpublished, match="row 7 high contradicts its own source"):
        configuration.activities["activities_2025"].minutes(7, Complexity.HIGH)


def test_a_row_that_does_not_exist_raises(configuration: Configuration) -> None:
    with pytest.raises(Unpublished):
        configuration.activities["activities_2025"].minutes(18, Complexity.SIMPLE)


def test_hourly_rates_times_the_hours_of_a_year_are_the_yearly_figures(configuration: Configuration) -> None:
    table = configuration.wages["wages_2025"]
    rates = table.levels["kommunen"]
    yearly = [
        rate * table.hours_per_year for rate in (rates.simple_and_medium, rates.upper, rates.higher, rates.average)
    ]
    assert yearly == [Decimal(40800), Decimal(67520), Decimal(112640), Decimal(65120)]
    assert table.minutes_per_year == 96_000


@pytest.mark.parametrize(
    ("process", "saved", "by_hand"),
    [("invoice", 17, 21), ("dog_registration", 26, 35), ("defect_report", 14, 24), ("posteingang", 7, 12)],
)
def test_what_stays_with_people_is_not_counted(
    configuration: Configuration, process: str, saved: int, by_hand: int
) -> None:
    baseline = configuration.baselines[configuration.processes[process].baseline]
    table = configuration.activities["activities_2025"]
    human = sum(table.minutes(row, Complexity.SIMPLE) for row in baseline.human_rows)
    assert (int(baseline.minutes), int(baseline.minutes) + human) == (saved, by_hand)
