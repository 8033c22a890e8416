"""Filled PDF forms: values by the names of their fields or by the labels printed beside them."""

from __future__ import annotations

import io

from reportlab.pdfgen.canvas import Canvas

from casework.words.reading import DecidedBy, DocumentReading, ReadingContext
from classifiers.assembly import Reading
from classifiers.readers.limits import Limits

FIELDS = (
    ("Name", "Text1", "Ünal"), ("Vorname", "Text2", "Jördis"), ("PLZ", "Text3", "24998"), ("Ort", "Text4", "Amtsdorf"),
    ("Name des Hundes", "Text5", "Krümel"), ("Rasse", "Text6", "Dackel"), ("angeschafft am", "Text7", "20.10.2026"),
)  # fmt: skip


def form(*, opaque: bool, form_id: str = "HUND-AN-2") -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(60, 800, "Anmeldung eines Hundes")
    for number, (label, name, value) in enumerate(FIELDS):
        y = 740 - number * 30
        canvas.drawRightString(190, y + 5, label)
        canvas.acroForm.textfield(name=name if opaque else label, x=200, y=y, width=200, height=20, value=value)
    canvas.acroForm.checkbox(name="Haken1", x=200, y=300, size=12, checked=True)
    canvas.drawString(218, 302, "Befreiung oder Ermäßigung beantragt")
    canvas.drawString(60, 40, f"Formular {form_id}")
    canvas.save()
    return buffer.getvalue()


def read(raw: bytes) -> DocumentReading:
    (document,) = Reading(raw, "form.pdf", ReadingContext(), Limits(), {}).read().documents
    return document


EXPECTED = {
    "holder_last_name": "Ünal",
    "holder_first_name": "Jördis",
    "postcode": "24998",
    "town": "Amtsdorf",
    "municipality": "Amtsdorf",
    "dog_name": "Krümel",
    "breed": "Dackel",
    "acquired_on": "2026-10-20",
    "relief_requested": "yes",
}


def test_fields_are_read_by_their_own_names() -> None:
    document = read(form(opaque=False))

    assert (document.kind, document.decided_by) == ("dog_registration", DecidedBy.FORM)
    assert {name: field.value for name, field in document.fields.items()} == EXPECTED


def test_fields_with_meaningless_names_are_read_by_the_printed_label() -> None:
    document = read(form(opaque=True))

    assert {name: field.value for name, field in document.fields.items()} == EXPECTED
    box = document.fields["breed"].sources[0].box
    assert box is not None and (round(box.x0), round(box.x1)) == (200, 400)


def test_a_form_of_another_id_is_only_a_rule() -> None:
    assert read(form(opaque=False, form_id="ANDERES-7")).decided_by is DecidedBy.RULE


def test_a_town_alone_is_never_certain_as_municipality() -> None:
    assert read(form(opaque=False)).fields["municipality"].confidence == 0.5
