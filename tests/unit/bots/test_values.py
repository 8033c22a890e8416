"""Canonical values and what German masks show."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, strategies as st

from bots.catalogue.templates import filled, values_of
from bots.catalogue.values import from_mask, same, to_mask
from casework.configuration.masks import ValueFormat
from casework.words.errors import NeedsReview
from casework.words.work import Work


@pytest.mark.parametrize(
    ("value", "kind", "typed"),
    [
        ("1190.00", "amount", "1190,00"),
        ("1190.5", "amount", "1190,50"),
        ("-3", "amount", "-3,00"),
        ("55.125", "decimal", "55,125"),
        ("1E+3", "decimal", "1000"),
        ("2026-11-03", "date", "03.11.2026"),
        ("de02 1203 0000", "iban", "DE0212030000"),
        ("true", "check", "true"),
        ("nein", "check", "false"),
        ("", "date", ""),
        ("Straße 3", "text", "Straße 3"),
    ],
)
def test_values_are_typed_as_german_masks_want_them(value: str, kind: ValueFormat, typed: str) -> None:
    assert to_mask(value, kind) == typed


@pytest.mark.parametrize(
    ("shown", "kind", "canonical"),
    [
        ("1.190,00", "amount", "1190.00"),
        ("1.190,00 EUR", "amount", "1190.00"),
        ("12,50 €", "amount", "12.50"),
        ("1.234.567,89-", "amount", "-1234567.89"),
        ("keine", "amount", "keine"),
        ("1,190.00", "amount", "1,190.00"),
        ("03.11.2026", "date", "2026-11-03"),
        ("31.02.2026", "date", "31.02.2026"),
        ("DE02 1203 0000", "iban", "DE0212030000"),
        ("  zwei   Wörter ", "text", "zwei Wörter"),
    ],
)
def test_what_masks_show_becomes_canonical_or_stays_as_it_is(shown: str, kind: ValueFormat, canonical: str) -> None:
    assert from_mask(shown, kind) == canonical


@given(st.integers(min_value=-(10**11), max_value=10**11))
def test_every_amount_survives_the_way_into_a_mask_and_back(cents: int) -> None:
    canonical = f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
    typed = to_mask(canonical, "amount")
    whole, _, rest = typed.lstrip("-").partition(",")
    grouped = f"{'-' if cents < 0 else ''}{int(whole):,}".replace(",", ".") + f",{rest}"
    assert same(canonical, from_mask(typed, "amount"), "amount")
    assert same(canonical, from_mask(grouped, "amount"), "amount")


@given(st.dates(min_value=datetime.date(1900, 1, 1)))
def test_every_date_survives_the_way_into_a_mask_and_back(day: datetime.date) -> None:
    assert from_mask(to_mask(day.isoformat(), "date"), "date") == day.isoformat()


@pytest.mark.parametrize(("value", "kind"), [("3.11.26", "date"), ("1.190,00", "amount"), ("vielleicht", "check")])
def test_what_is_not_canonical_is_never_typed(value: str, kind: ValueFormat) -> None:
    with pytest.raises(NeedsReview) as caught:
        to_mask(value, kind)
    assert caught.value.reason == "field_invalid"
    assert value not in str(caught.value)


def test_a_swallowed_digit_is_a_difference_and_a_grouping_dot_is_none() -> None:
    assert same("1190.00", "1190", "amount")
    assert not same("1190.00", "119.00", "amount")
    assert not same("R-1", "R-l", "text")


def test_templates_take_fields_marker_and_key() -> None:
    values = values_of(Work(business_key="k", fields={"number": "R 1", "empty": ""}, marker="AB-1"))
    assert filled("{number}", values) == "R 1"
    assert filled("{marker?} {number} {empty?}", values) == "AB-1 R 1"
    assert filled("{empty?}", values) is None
    assert filled("alle", values) == "alle"
    with pytest.raises(NeedsReview) as caught:
        filled("{empty}", values)
    assert caught.value.reason == "field_missing"
