from __future__ import annotations

from datetime import date

from hypothesis import given, strategies as st

from casework.register import books, savings
from casework.register.savings import FEWEST, OTHERS, SavingsRow
from tests import factories

MONTH = date(2026, 11, 1)


def _row(process: str, cases: int, human: int = 0, **more: int) -> SavingsRow:
    return SavingsRow("amt-a", process, MONTH, cases=cases, human_cases=human, processes=(process,), **more)


def test_net_is_gross_less_all_measured_time_of_people(house: None) -> None:
    factories.done(seconds=60)
    factories.done(seconds=40, reason="rejected")
    books.write_up()
    (row,) = savings.savings(["amt-a"])
    assert (row.cases, row.gross, row.clerk, row.failures) == (2, 2 * 17 * 60, 60, 40)
    assert row.net == 2 * 17 * 60 - 100
    assert (row.human_cases, row.known) == (2, (("table", 2),))


def test_only_the_offices_and_the_month_asked_for_count(house: None) -> None:
    factories.done("amt-a")
    factories.done("amt-b")
    books.write_up()
    assert [row.office for row in savings.savings(["amt-b"])] == ["amt-b"]
    assert savings.savings(["amt-a"], month=date(2020, 1, 1)) == []
    assert savings.savings(["amt-a"], since=date(2020, 1, 1)) == savings.savings(["amt-a"])


def test_rows_of_under_five_cases_are_merged(house: None) -> None:
    shown = savings.publishable([_row("invoice", 40), _row("dog", 3, gross=300), _row("defect", 4, gross=100)])
    assert [(row.process, row.cases) for row in shown] == [("invoice", 40), (OTHERS, 7)]
    assert shown[1].gross == 400


def test_a_single_small_row_pulls_the_next_smallest_in_so_that_nothing_is_reckoned_back() -> None:
    shown = savings.publishable([_row("invoice", 40), _row("dog", 8), _row("defect", 2)])
    assert [(row.process, row.cases) for row in shown] == [("invoice", 40), (OTHERS, 10)]


def test_measured_time_of_few_cases_is_not_shown_though_many_went_alone() -> None:
    shown = savings.publishable([_row("invoice", 40, human=2, clerk=90), _row("dog", 9, human=6, clerk=300)])
    assert [(row.process, row.human_cases) for row in shown] == [(OTHERS, 8)]


def test_too_little_altogether_shows_nothing() -> None:
    assert savings.publishable([_row("invoice", 2), _row("dog", 1)]) == []


def test_time_on_few_failures_stands_with_the_other_measured_time() -> None:
    (row,) = savings.publishable([_row("invoice", 40, human=9, clerk=500, failures=70, failure_cases=1)])
    assert (row.clerk, row.failures) == (570, 0)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=8))
def test_nothing_published_rests_on_one_to_four_cases(counts: list[tuple[int, int]]) -> None:
    rows = [_row(f"p{number}", cases, human) for number, (cases, human) in enumerate(counts)]
    for row in savings.publishable(rows):
        assert row.cases == 0 or row.cases >= FEWEST
        assert row.human_cases == 0 or row.human_cases >= FEWEST
