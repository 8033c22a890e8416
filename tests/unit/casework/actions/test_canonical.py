from __future__ import annotations

import pytest

from casework.actions.canonical import LONGEST, Refusal, ValueRefused, canonical, same
from casework.configuration.processes import FieldSettings, Label
from casework.configuration.vocabulary import FieldType

ANY = Label(de="Feld", en="field")


def _field(kind: FieldType, **more: object) -> FieldSettings:
    return FieldSettings(name="field", label=ANY, type=kind, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (FieldType.DATE, "3.11.2026", "2026-11-03"),
        (FieldType.DATE, "03. 11.2026", "2026-11-03"),
        (FieldType.DATE, "2026-11-03", "2026-11-03"),
        (FieldType.MONEY, "1.234,5", "1234.50"),
        (FieldType.MONEY, "1.234", "1234.00"),
        (FieldType.MONEY, "1234.56", "1234.56"),
        (FieldType.MONEY, "-19 €", "-19.00"),
        (FieldType.MONEY, "12,00 EUR", "12.00"),
        (FieldType.INTEGER, " 2 ", "2"),
        (FieldType.BOOLEAN, "Ja", "yes"),
        (FieldType.BOOLEAN, "nein", "no"),
        (FieldType.IBAN, "de02 1203 0000 0000 2020 51", "DE02120300000000202051"),
        (FieldType.CURRENCY, "eur", "EUR"),
        (FieldType.TEXT, "  Müller   &  Söhne ", "Müller & Söhne"),
        (FieldType.LONG_TEXT, "eins  \r\nzwei", "eins\nzwei"),
        (FieldType.TEXT, "   ", ""),
    ],
)
def test_what_people_type_becomes_canonical(kind: FieldType, typed: str, value: str) -> None:
    assert canonical(typed, _field(kind)) == value


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (FieldType.DATE, "31.2.2026"),
        (FieldType.DATE, "11/03/2026"),
        (FieldType.MONEY, "1,234.56"),
        (FieldType.MONEY, "12,345"),
        (FieldType.MONEY, "viel"),
        (FieldType.INTEGER, "zwei"),
        (FieldType.BOOLEAN, "vielleicht"),
        (FieldType.IBAN, "DE02120300000000202052"),
        (FieldType.CURRENCY, "Euro"),
    ],
)
def test_what_fits_no_form_is_refused_not_guessed(kind: FieldType, typed: str) -> None:
    with pytest.raises(ValueRefused) as caught:
        canonical(typed, _field(kind))
    assert caught.value.form == kind.value


def test_a_choice_is_taken_by_its_words_in_either_language() -> None:
    field = _field(
        FieldType.CHOICE, choices={"male": Label(de="Rüde", en="male"), "female": Label(de="Hündin", en="female")}
    )
    assert [canonical(typed, field) for typed in ("Rüde", "female", "male")] == ["male", "female", "male"]
    with pytest.raises(ValueRefused):
        canonical("Katze", field)


def test_a_pattern_of_the_process_holds() -> None:
    field = _field(FieldType.TEXT, pattern="[0-9]{15}")
    assert canonical("276098100012345", field) == "276098100012345"
    with pytest.raises(ValueRefused):
        canonical("12345", field)


def test_the_same_value_in_another_writing_is_no_change() -> None:
    assert same("119,00", "119", _field(FieldType.MONEY))
    assert same("03.11.2026", "2026-11-03", _field(FieldType.DATE))
    assert not same("120,00", "119", _field(FieldType.MONEY))


@pytest.mark.parametrize("kind", FieldType)
def test_no_field_holds_a_book_whatever_its_type(kind: FieldType) -> None:
    with pytest.raises(ValueRefused) as caught:
        canonical("1" * (LONGEST.get(FieldType.LONG_TEXT, 0) + 1), _field(kind))
    assert caught.value.form == Refusal.TOO_LONG


def test_an_amount_of_five_thousand_digits_is_refused_and_breaks_nothing() -> None:
    with pytest.raises(ValueRefused):
        canonical("1" * 5000, _field(FieldType.MONEY))
    with pytest.raises(ValueRefused):
        canonical("1" * 150, _field(FieldType.MONEY))


@pytest.mark.parametrize("kind", [FieldType.TEXT, FieldType.LONG_TEXT])
def test_control_characters_are_left_out_and_nul_is_refused(kind: FieldType) -> None:
    assert canonical("Erika\x1b[31m \x9bMuster\ud800", _field(kind)) == "Erika[31m Muster"
    with pytest.raises(ValueRefused) as caught:
        canonical("Erika\0Muster", _field(kind))
    assert caught.value.form == Refusal.UNREADABLE
