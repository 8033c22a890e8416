"""From fields to work: templates, business keys, what is left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from casework.checks import business_key, fill, posting_key, work_for
from casework.configuration import ProcessInForce
from casework.words.errors import NeedsReview
from casework.words.reading import DocumentReading
from casework.words.work import WorkAttachment
from tests.unit.casework.checks.conftest import INVOICE

Read = Callable[..., DocumentReading]
Process = Callable[[str], ProcessInForce]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Rechnung {number}", "Rechnung R 7/Ä"),
        ("{order|buyer}", "B-1"),
        ("{order?}", ""),
        ("{number:key}", "r7ä"),
        ("{buyer:upper}", "B-1"),
        ("fest", "fest"),
        ("{street} {house?}", "Weg"),
    ],
)
def test_templates_are_filled(template: str, expected: str) -> None:
    assert fill(template, {"number": "R 7/Ä", "buyer": "B-1", "order": None, "street": "Weg", "house": ""}) == expected


def test_a_value_that_must_be_there_needs_a_human() -> None:
    with pytest.raises(NeedsReview, match="the field number has no value") as caught:
        fill("Rechnung {number}", {"number": None})
    assert caught.value.reason == "field_missing"


def test_a_value_is_never_read_as_a_template() -> None:
    assert fill("{number}", {"number": "{iban}", "iban": "secret"}) == "{iban}"


def test_the_work_of_an_invoice(process: Process, tmp_path: Path) -> None:
    step = process("invoice").postings[0]
    attachment = WorkAttachment(name="invoice.pdf", path=tmp_path / "invoice.pdf")
    given = {"office_id": "amt-nord", "office_name": "Amt Nord"}
    values = {name: value for name, value in INVOICE.items() if name != "due_date"}
    work = work_for(
        step, values, given=given, attachments=[attachment], marker="AB-1-2", case="AB-1", former_keys=["x"]
    )
    assert work.business_key == "de123456789|202617|2026-11-20|119.00"
    assert work.fields == {
        "creditor": "Bauhof Meier GmbH",
        "invoice_number": "2026-17",
        "invoice_date": "2026-11-20",
        "currency": "EUR",
        "net": "100.00",
        "tax": "19.00",
        "gross": "119.00",
        "iban": "DE89370400440532013000",
        "reference": "01000-NORD-11",
        "booking_text": "Rechnung 2026-17",
        "office": "Amt Nord",
    }
    assert (work.marker, work.case, work.former_keys, work.attachments) == ("AB-1-2", "AB-1", ["x"], [attachment])


def test_the_key_falls_back_to_the_name_of_the_seller(process: Process) -> None:
    step = process("invoice").postings[0]
    values: dict[str, str | None] = {**INVOICE, "seller_vat_id": None}
    assert posting_key(step, values) == "bauhofmeiergmbh|202617|2026-11-20|119.00"
    assert posting_key(step, {}) is None
    with pytest.raises(NeedsReview, match="no business key"):
        work_for(step, {})


def test_the_business_key_of_a_letter_does_not_depend_on_spelling(e_invoice: Read, form: Read) -> None:
    first = business_key(e_invoice())
    assert first == "invoice|0|de123456789|202617|2026-11-20|119.00"
    assert business_key(e_invoice(number="2026/17", seller_vat_id="DE 123456789")) == first
    assert business_key(e_invoice(gross="119.01")) != first
    assert business_key(e_invoice(number=None)) == ""
    assert business_key(form()) == "dog_registration|0|276098100000001"
    assert business_key(form(chip_number=None)) == "dog_registration|1|alke|bente|1980-02-03|fiete"


def test_former_keys_do_not_repeat_the_key_of_today(process: Process) -> None:
    step = process("invoice").postings[0]
    key = posting_key(step, INVOICE)
    assert key is not None
    assert work_for(step, INVOICE, given={"office_name": "Amt Nord"}, former_keys=[key, "old"]).former_keys == ["old"]
