"""Dates, amounts and account numbers in running text."""

from __future__ import annotations

import pytest

from classifiers.kinds.places.typed import amounts, dates, iban_like, ibans, vat_ids
from classifiers.readers.texts import text_from_plain


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("am 3.11.2026 und 03.11.26", ["2026-11-03", "2026-11-03"]),
        ("Hütten, den 3. November 2026", ["2026-11-03"]),
        ("2026-11-03T10:00", ["2026-11-03"]),
        ("issued March 5, 2026", ["2026-03-05"]),
        ("31.02.2026 und 1.1.26", ["2026-01-01"]),
        ("Version 1.2.3.4 oder 10.11.12.13", []),
    ],
)
def test_dates(text: str, found: list[str]) -> None:
    assert [hit.value for hit in dates(text_from_plain(text))] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.234,56 € und 12,00", ["1234.56", "12.00"]),
        ("1,234.56 USD", ["1234.56"]),
        ("1 234,56 EUR", ["1234.56"]),
        ("-8,79 und 8,79-", ["-8.79", "-8.79"]),
        ("19,00 % von 100,00", ["100.00"]),
        ("am 12.03.2026 um 12.30 Uhr", ["12.30"]),
        ("Menge 3,5 und 1,2345", []),
    ],
)
def test_amounts(text: str, found: list[str]) -> None:
    assert [hit.value for hit in amounts(text_from_plain(text))] == found


def test_an_iban_is_found_by_its_check_digits_only() -> None:
    right = text_from_plain("IBAN: DE02 1203 0000 0000 2020 51 BIC BYLADEM1001")
    wrong = text_from_plain("IBAN: DE03 1203 0000 0000 2020 51")

    assert [hit.value for hit in ibans(right)] == ["DE02120300000000202051"]
    assert ibans(wrong) == []
    assert {hit.value for hit in iban_like(wrong)} == {"DE03120300000000202051"}


def test_vat_ids_without_blanks() -> None:
    assert [hit.value for hit in vat_ids(text_from_plain("USt-IdNr. DE 136 695 976"))] == ["DE136695976"]


def test_a_find_knows_its_place() -> None:
    (hit,) = amounts(text_from_plain("eins\nzwei 12,00"))

    assert (hit.line.number, hit.start, hit.end) == (2, 5, 10)
