from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, strategies as st

from demo.targets.masks import read_amount, read_date, read_iban, show_amount, show_date


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_a_shown_amount_reads_back_as_itself(cents: int) -> None:
    assert read_amount(show_amount(cents)) == cents


@given(st.dates())
def test_a_shown_date_reads_back_as_itself(day: date) -> None:
    assert read_date(show_date(day)) == day


@pytest.mark.parametrize(("text", "cents"), [("1.234,56", 123456), ("1234,56", 123456), ("-0,05", -5), ("0,00", 0)])
def test_an_amount_may_leave_out_its_points(text: str, cents: int) -> None:
    assert read_amount(text) == cents


@pytest.mark.parametrize("text", ["1234.56", "1.23,00", "12", "12,5", "1,234.56", "€ 5,00", ""])
def test_any_other_way_to_write_an_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"ist kein Betrag im Format 1\.234,56"):
        read_amount(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2026-11-02", "ist nicht im Format TT.MM.JJJJ"),
        ("29.02.2026", "ist kein gültiges Datum"),
        ("2.11.26", "nicht im"),
    ],
)
def test_a_wrong_date_is_refused_with_its_reason(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_date(text)


def test_an_iban_loses_its_blanks_and_is_checked() -> None:
    assert read_iban("de02 1203 0000 0000 2020 51") == "DE02120300000000202051"
    with pytest.raises(ValueError, match="falsche Prüfziffer"):
        read_iban("DE02120300000000202015")
    with pytest.raises(ValueError, match="ist keine IBAN"):
        read_iban("DE0212030000000020205")
