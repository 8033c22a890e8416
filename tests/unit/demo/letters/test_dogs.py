"""Letters about dogs against their truth and the register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from email.message import EmailMessage
from random import Random

from demo.letters import OFFICES, Letter, dogs_already_registered
from demo.letters.dogs import draw_deregistration
from demo.letters.paper.forms import deregistration_form

Parsed = Callable[[Letter], EmailMessage]
Recipe = Callable[[str], list[Letter]]
DAY = dt.date(2026, 11, 23)


def test_form_mail_says_line_by_line_what_the_truth_says(of_recipe: Recipe, parsed: Parsed) -> None:
    for letter in of_recipe("registration_form_mail"):
        lines, fields = _pairs(parsed(letter)), letter.truth.documents[0].fields
        assert lines["Formular"] == "HUND-AN-2"
        assert lines["Name"] == fields["holder_last_name"]
        assert lines["Geburtsdatum"] == _german(fields["holder_birth_date"])
        assert lines["PLZ"] == fields["postcode"]
        assert lines["Chipnummer"] == fields["chip_number"]
        assert lines["angeschafft am"] == _german(fields["acquired_on"])
        assert lines["zugezogen am"] == _german(fields["moved_in_on"])
        assert lines["Anzahl Hunde im Haushalt"] == fields["dogs_in_household"]
        assert lines["SEPA-Lastschriftmandat"] == ("ja" if fields["sepa_mandate"] == "yes" else "nein")
        assert lines.get("IBAN", "").replace(" ", "") == (fields["iban"] or "")
        assert letter.authentic


def test_a_forged_form_looks_the_same_and_is_not_authentic(of_recipe: Recipe, parsed: Parsed) -> None:
    forged, real = of_recipe("forged_form_mail")[0], of_recipe("registration_form_mail")[0]
    assert not forged.authentic
    assert parsed(forged)["From"] == parsed(real)["From"]
    assert forged.truth.expected_reason == "sender_unproven"
    optional = {"IBAN"}
    assert set(_pairs(parsed(forged))) - optional == set(_pairs(parsed(real))) - optional


def test_everybody_who_fills_a_pdf_form_can_be_written_in_it() -> None:
    entries = [entry for entry in dogs_already_registered(seed=1, day=DAY, count=100) if entry.holder.writes_latin]
    for place, entry in enumerate(entries):
        leave = draw_deregistration(Random(place), entry=entry, day=DAY)
        assert deregistration_form(leave, OFFICES[0]).startswith(b"%PDF-")


def test_relief_is_asked_for_in_the_letter_that_a_human_must_decide(of_recipe: Recipe, parsed: Parsed) -> None:
    letter = of_recipe("relief_form_mail")[0]
    lines = _pairs(parsed(letter))
    assert lines["Befreiung/Ermäßigung beantragt"] == "ja"
    assert lines["Begründung"]
    assert letter.truth.documents[0].fields["relief_requested"] == "yes"


def test_dogs_that_leave_stand_in_the_register_of_that_office(letters: list[Letter]) -> None:
    register = {(dog.office, dog.tag_number, dog.dog.chip) for dog in dogs_already_registered(seed=7, day=DAY)}
    leaving = [
        (letter.truth.office, facts["tag_number"], facts["chip_number"])
        for letter in letters
        for document in letter.truth.documents
        if document.kind == "dog_deregistration"
        for facts in (document.completed or document.fields,)
    ]
    assert len(leaving) == 6
    assert set(leaving) <= register
    assert len(set(leaving)) == 6


def test_tag_and_chip_numbers_in_the_register_are_unique() -> None:
    dogs = dogs_already_registered(seed=7, day=DAY)
    assert len(dogs) == 24 * len(OFFICES)
    assert len({(dog.office, dog.tag_number) for dog in dogs}) == len(dogs)
    assert len({dog.dog.chip for dog in dogs}) == len(dogs)
    assert dogs[0].as_row()["municipality"] == dogs[0].holder.municipality.name


def test_a_letter_in_own_words_holds_the_facts_its_truth_claims(of_recipe: Recipe, parsed: Parsed) -> None:
    for recipe in ("registration_letter", "deregistration_letter"):
        for letter in of_recipe(recipe):
            message = parsed(letter)
            body = message.get_body(("plain", "html"))
            assert body is not None
            text = f"{message['Subject']} {body.get_content()}"
            fields = letter.truth.documents[0].fields
            for name in ("dog_name", "breed", "chip_number", "tag_number", "new_owner", "holder_last_name"):
                value = fields.get(name)
                assert value is None or value in text, name


def test_only_where_a_statute_is_on_file_a_form_goes_alone(letters: list[Letter]) -> None:
    places = {place.name: place.has_statute for office in OFFICES for place in office.municipalities}
    documents = [document for letter in letters for document in letter.truth.documents]
    alone = [item for item in documents if item.kind.startswith("dog") and item.expectation.automatic_expected]
    assert alone
    assert all(places[item.fields["municipality"]] for item in alone)
    assert "no_statute" in {document.expectation.expected_reason for document in documents}


def _pairs(message: EmailMessage) -> dict[str, str]:
    body = message.get_body(("plain",))
    assert body is not None
    rows = [line.partition(":") for line in body.get_content().splitlines() if ":" in line]
    return {label: value.strip() for label, _, value in rows}


def _german(day: str | None) -> str:
    return dt.date.fromisoformat(day).strftime("%d.%m.%Y") if day else ""
