from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies

from casework.checks.likeness import BANDS, LONGEST_TEXT, bands, nearly_same

LETTER = (
    "Sehr geehrte Damen und Herren, hiermit melde ich meinen Hund Bello an, geboren am 03.04.2024, Rasse Labrador, "
    "Farbe braun, Chipnummer 276098106234567. Ich wohne im Lindenweg 12 in 24999 Moorwiek und halte das Tier seit dem "
    "01.10.2026. Bitte schicken Sie mir die Marke und den Bescheid mit der Post. Unter der Nummer 04321 998877 bin ich "
    "tagsüber zu erreichen. Mit freundlichen Grüßen Erika Beispiel"
)


def share_a_band(one: str, other: str) -> bool:
    return bool({*enumerate(bands(one))} & {*enumerate(bands(other))})


@pytest.mark.parametrize(
    "again",
    [
        LETTER,
        LETTER.replace("01.10.2026", "15.10.2026"),
        LETTER.replace("Sehr geehrte Damen und Herren", "Sehr geehrte Herren"),
        LETTER.upper().replace(" ", "\n"),
    ],
    ids=["as it was", "printed on another day", "another greeting", "broken in other lines"],
)
def test_a_letter_that_says_the_same_is_found_and_told(again: str) -> None:
    assert share_a_band(LETTER, again)
    assert nearly_same(LETTER, again)


@pytest.mark.parametrize(
    "other",
    [
        LETTER.replace("276098106234567", "276098106234568"),
        LETTER.replace("Lindenweg 12", "Lindenweg 14"),
        LETTER.replace("Bello", "Rex").replace("Labrador", "Dackel").replace("Erika", "Uwe").replace("braun", "rot"),
        LETTER.replace("melde ich meinen Hund Bello an", "nehme ich die Anmeldung meines Hundes Bello wieder zurück"),
    ],
    ids=["another chip", "another house", "another dog of another person", "the contrary"],
)
def test_a_letter_from_the_same_form_is_another_letter(other: str) -> None:
    assert not nearly_same(LETTER, other)


def test_short_letters_are_alike_by_chance() -> None:
    assert bands("Die Laterne vor unserem Haus ist kaputt.") == []
    assert not nearly_same("Die Laterne ist kaputt.", "Die Laterne ist kaputt.")


def test_every_letter_has_the_same_number_of_bands_and_the_end_of_a_long_one_does_not_count() -> None:
    long = LETTER * 100
    assert len(bands(LETTER)) == BANDS == len(set(enumerate(bands(LETTER))))
    assert bands(long) == bands(long[:LONGEST_TEXT] + " und noch etwas")


@settings(max_examples=50)
@given(strategies.text(max_size=600), strategies.text(max_size=600))
def test_likeness_does_not_depend_on_the_order_and_takes_any_text(one: str, other: str) -> None:
    assert nearly_same(one, other) is nearly_same(other, one)
    assert len(bands(one)) in (0, BANDS)
