"""What people write into forms, made canonical; what cannot be read is None, never a guess."""

from __future__ import annotations

import pytest

from classifiers.kinds import values


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ja", "yes"),
        ("Ja, anbei", "yes"),
        ("☒", "yes"),
        ("nein", "no"),
        ("keine", "no"),
        ("vielleicht", None),
        ("", None),
    ],
)
def test_yes_and_no(written: str, read: str | None) -> None:
    assert values.yes_no(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Dorfstraße 12", {"street": "Dorfstraße", "house_number": "12"}),
        ("Am Alten Deich 7 b", {"street": "Am Alten Deich", "house_number": "7 b"}),
        ("Weg 3-5", {"street": "Weg", "house_number": "3-5"}),
        ("Straße des 17. Juni 4", {"street": "Straße des 17. Juni", "house_number": "4"}),
        ("Postfach", {"street": "Postfach"}),
    ],
)
def test_street_and_number(written: str, read: dict[str, str]) -> None:
    assert values.split_street(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Ünal, Jördis", {"holder_last_name": "Ünal", "holder_first_name": "Jördis"}),
        ("Jördis von der Ünal", {"holder_last_name": "von der Ünal", "holder_first_name": "Jördis"}),
        ("Frau Jördis Ünal", {"holder_last_name": "Ünal", "holder_first_name": "Jördis"}),
        ("Ünal", {}),
    ],
)
def test_names(written: str, read: dict[str, str]) -> None:
    assert values.split_person(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("verstorben am 3.11.", "died"),
        ("an Familie Probe verkauft", "sold"),
        ("verkauft oder gestorben", None),
        ("sonstiges", None),
    ],
)
def test_why_a_dog_is_gone(written: str, read: str | None) -> None:
    assert values.reason_for_leaving(written) == read


def test_dates_ibans_numbers_and_addresses() -> None:
    assert values.day("3.11.2026") == "2026-11-03"
    assert values.day("3.11.2026 oder 4.11.2026") is None
    assert values.iban("de02 1203 0000 0000 2020 51") == "DE02120300000000202051"
    assert values.digits("276 098 100 000 123") == "276098100000123"
    assert values.postcode("D-01067 Dresden") == "01067"
    assert values.split_address("Dorfstraße 12 a, 24358 Hütten") == {
        "street": "Dorfstraße",
        "house_number": "12 a",
        "postcode": "24358",
        "town": "Hütten",
    }
    assert values.text(" ---- ") is None
