"""Which dog registrations may pass without a human, and what is computed for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from casework.checks import Verdict, derive, with_derived
from casework.configuration import Configuration, ProcessInForce, load, shipped
from casework.words.reading import DecidedBy, DocumentReading, FieldReading, Origin
from tests.unit.casework.checks.conftest import IBAN, TODAY, source

Read = Callable[..., DocumentReading]
Judge = Callable[..., Verdict]
Process = Callable[[str], ProcessInForce]


def test_a_proven_form_of_an_ordinary_dog_passes(form: Read, judge: Judge) -> None:
    assert judge(form()).why == ()


def test_the_tax_of_the_dog_is_derived_with_its_sources(form: Read, process: Process) -> None:
    found = derive(form(dogs_in_household="2"), process("dog_registration"), today=TODAY)
    assert {name: reading.value for name, reading in found.items()} == {
        "dog_ordinal": "2",
        "tax_start": "2026-12-01",
        "annual_tax": "50.00",
        "first_year_tax": "4.17",
        "tax_explanation": "Steuerpflicht ab 01.12.2026. 2026: 2. Hund 50,00 € × 1/12 = 4,17 €",
    }
    assert [one.origin for one in found["annual_tax"].sources] == [Origin.ARITHMETIC, Origin.REGISTER]
    assert found["annual_tax"].sources[0].where == "statute huetten_dog_tax 2021-01-01"
    assert set(found["annual_tax"].sources[0].derived_from) == {
        "municipality",
        "acquired_on",
        "dog_birth_date",
        "dogs_in_household",
    }


def test_who_moved_in_is_taxed_from_the_second_month_after(form: Read, process: Process, judge: Judge) -> None:
    document = form(acquired_on=None, moved_in_on="2026-10-15")
    assert derive(document, process("dog_registration"), today=TODAY)["tax_start"].value == "2026-12-01"
    assert judge(document).automatic is True


def test_the_end_of_liability_is_derived(leaving: Read, process: Process, judge: Judge) -> None:
    found = derive(leaving(), process("dog_deregistration"), today=TODAY)
    assert found["tax_end"].value == "2026-10-31"
    assert judge(leaving()).why == ()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"relief_requested": "yes"}, ("relief_requested",)),
        ({"relief_reason": "Assistenzhund"}, ("relief_requested",)),
        ({"relief_requested": None}, ("field_missing",)),
        ({"holder_birth_date": "2008-11-24"}, ("holder_minor",)),
        ({"holder_birth_date": "1880-01-01"}, ("date_implausible",)),
        ({"acquired_on": "2025-11-22"}, ("back_dated",)),
        ({"acquired_on": "2026-11-24"}, ("date_implausible",)),
        ({"acquired_on": "2023-12-01"}, ("back_dated", "date_implausible")),
        ({"acquired_on": None}, ("field_missing",)),
        ({"municipality": "Fehnhusen"}, ("no_statute",)),
        ({"municipality": None}, ("no_statute", "field_missing")),
        ({"breed": "American-Staffordshire-Terrier (Mix)"}, ("dangerous_dog",)),
        ({"sepa_mandate": "yes", "iban": IBAN}, ("iban_unconfirmed",)),
        ({"sepa_mandate": "yes"}, ("field_missing",)),
        ({"iban": IBAN}, ("iban_unconfirmed",)),
        ({"iban": IBAN[:-1] + "9", "sepa_mandate": "yes"}, ("iban_invalid", "iban_unconfirmed")),
        ({"dogs_in_household": "0"}, ("field_missing", "field_invalid")),
        ({"chip_number": "12345"}, ("field_invalid",)),
        ({"sex": "Rüde"}, ("field_invalid",)),
        ({"postcode": "2435"}, ("field_invalid",)),
        ({"municipality": "Anzahl", "dogs_in_household": "2"}, ("others_change",)),
    ],
)
def test_what_a_human_decides_stops_with_its_code(
    form: Read, judge: Judge, changes: dict[str, str | None], why: tuple[str, ...]
) -> None:
    assert judge(form(**changes)).why == why


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"ended_on": "2026-11-24"}, ("date_implausible",)),
        ({"ended_on": "2025-11-01"}, ("back_dated",)),
        ({"ended_on": None}, ("field_missing",)),
        ({"municipality": "Fehnhusen"}, ("no_statute",)),
        ({"reason": "weg"}, ("field_invalid",)),
        ({"iban": IBAN}, ("iban_unconfirmed",)),
    ],
)
def test_a_doubtful_de_registration_stops_with_its_code(
    leaving: Read, judge: Judge, changes: dict[str, str | None], why: tuple[str, ...]
) -> None:
    assert judge(leaving(**changes)).why == why


def test_an_unproven_sender_stops_and_its_form_proves_nothing(form: Read, judge: Judge) -> None:
    document = form()
    document.unsure.append("sender_unproven")
    assert judge(document).why == ("sender_unproven", "field_unsure")


def test_a_mail_that_looks_like_the_form_is_a_matter_for_a_human(form: Read, judge: Judge) -> None:
    document = form().model_copy(update={"decided_by": DecidedBy.RULE, "confidence": 0.95})
    document.unsure.append("sender_unproven")
    assert judge(document).why == ("sender_unproven", "field_unsure", "bound_unproven")


def test_an_unconfirmed_statute_keeps_a_human_in_the_loop(
    form: Read, judge: Judge, tmp_path: pytest.TempPathFactory
) -> None:
    from pathlib import Path

    overlay = Path(str(tmp_path))
    (overlay / "offices").mkdir()
    text = (
        "name: Amt Nord\nmunicipalities: {Hütten: huetten_dog_tax}\nprocesses: {dog_registration: {stage: automatic, "
    )
    text += "basis: {text: invented, fictitious: true}}}\n"
    (overlay / "offices/amt-nord.yaml").write_text(text, encoding="utf-8")
    process = load([shipped(), overlay]).effective("amt-nord", "dog_registration")
    assert judge(form(), process=process).why == ("statute_unconfirmed",)


def test_a_derived_field_that_no_longer_fits_is_noticed(form: Read, judge: Judge, process: Process) -> None:
    document = with_derived(form(), process("dog_registration"), TODAY)
    assert judge(document).automatic is True
    document.fields["dogs_in_household"] = FieldReading(value="2", sources=[source(Origin.FORM)])
    assert judge(document).why == ("derived_differs",)


def test_before_the_statute_there_is_no_tax(form: Read, process: Process, judge: Judge) -> None:
    document = form(acquired_on="2020-05-01", dog_birth_date="2019-01-01")
    assert derive(document, process("dog_registration"), today=date(2020, 6, 1)) == {}
    assert "no_statute" in judge(document).why


def test_a_report_of_danger_is_seen_at_once(configuration: Configuration, judge: Judge) -> None:
    fields = {
        "location": FieldReading(value="Dörpstraat 3", sources=[source(Origin.FORM)]),
        "description": FieldReading(value="Der Schacht ist offen, Verletzungsgefahr!", sources=[source(Origin.FORM)]),
    }
    document = DocumentReading(part="1", kind="defect_report", decided_by=DecidedBy.FORM, fields=fields)
    assert judge(document).why == ("public_danger",)
    fields["description"].value = "Die Laterne ist seit Montag dunkel."
    assert judge(document).automatic is True
