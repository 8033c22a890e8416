from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from casework.words import german


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_a_written_date_is_read_back(day: date) -> None:
    assert german.read_date(german.written_date(day)) == day


def test_short_years_belong_to_the_century_that_posix_gives_them() -> None:
    assert [german.read_date(text) for text in ("3.11.26", "03.11.85")] == [date(2026, 11, 3), date(1985, 11, 3)]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9), st.booleans())
def test_a_written_amount_is_read_back(amount: Decimal, grouped: bool) -> None:
    assert german.read_number(german.written_amount(amount, grouped=grouped)) == amount


@pytest.mark.parametrize("text", ["12.34,5", "1.234.5", "1,2,3", "1 234", "", "1.2345", "12,", "--1", "viel"])
def test_what_is_no_german_number_is_not_guessed(text: str) -> None:
    assert german.read_number(text) is None


@pytest.mark.parametrize("text", ["31.02.2026", "2026-11-23", "23.11.", "1.1.026", ""])
def test_what_is_no_german_day_is_none(text: str) -> None:
    assert german.read_date(text) is None


def test_an_account_is_written_in_groups_and_stored_without() -> None:
    assert german.written_iban("de02120300000000202051") == "DE02 1203 0000 0000 2020 51"
    assert german.bare_iban("de02 1203-0000 0000 2020 51") == "DE02120300000000202051"
