"""Filled PDF forms: values by the names of their fields or by the labels printed beside them."""

from __future__ import annotations

import io
import time
from email.message import EmailMessage

import pytest
from reportlab.pdfgen.canvas import Canvas

from casework.words.reading import DecidedBy, DocumentReading, ReadingContext
from classifiers.assembly import Reading
from classifiers.kinds.forms import _title
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

    assert document.kind == "dog_registration"
    assert {name: field.value for name, field in document.fields.items()} == EXPECTED


def test_fields_with_meaningless_names_are_read_by_the_printed_label() -> None:
    document = read(form(opaque=True))

    assert {name: field.value for name, field in document.fields.items()} == EXPECTED
    box = document.fields["breed"].sources[0].box
    assert box is not None and (round(box.x0), round(box.x1)) == (200, 400)


def by_mail(verdict: str, *, sender: str = "form@online.example", form_id: str = "HUND-AN-2") -> DocumentReading:
    message = EmailMessage()
    message["Authentication-Results"] = f"mx.amt.example; dmarc={verdict} header.from={sender.partition('@')[2]}"
    message["From"], message["Subject"] = sender, "Formular"
    message.set_content("Anbei.")
    message.add_attachment(form(opaque=True, form_id=form_id), maintype="application", subtype="pdf", filename="f.pdf")
    context = ReadingContext(authserv_id="mx.amt.example", form_senders=("form@online.example",))
    (document,) = Reading(message.as_bytes(), "m.eml", context, Limits(), {}).read().documents
    return document


def test_a_form_number_proves_the_layout_and_not_the_sender() -> None:
    unproven = [read(form(opaque=False)), by_mail("fail"), by_mail("none"), by_mail("pass", sender="evil@evil.example")]

    assert [(document.kind, document.decided_by) for document in unproven] == [("dog_registration", DecidedBy.RULE)] * 4
    assert [document.unsure for document in unproven] == [["sender_unproven"]] * 4


def test_a_form_from_the_proven_service_is_decided_by_the_form() -> None:
    document = by_mail("pass")

    assert (document.kind, document.decided_by, document.unsure) == ("dog_registration", DecidedBy.FORM, [])


def test_a_form_of_the_other_number_is_the_other_form() -> None:
    assert by_mail("pass", form_id="HUND-AB-1").kind == "dog_deregistration"


def test_a_form_of_another_id_is_only_a_rule() -> None:
    assert read(form(opaque=False, form_id="ANDERES-7")).decided_by is DecidedBy.RULE


def test_a_town_alone_is_never_certain_as_municipality() -> None:
    assert read(form(opaque=False)).fields["municipality"].confidence == 0.5


def test_a_line_of_marks_costs_no_time() -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "person@mail.example", "Frage"
    message.set_content("!?" * 2000 + "x", cte="8bit")
    began = time.monotonic()
    Reading(message.as_bytes(), "m.eml", ReadingContext(), Limits(), {}).read()
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("=== Angaben zum Hund ===", "angaben zum hund"), ("** Halter **", "halter"), ("= Halter =", "halter"),
        ("Angaben zum Hund:", "angaben zum hund"), ("=Halter=", ""), ("== Halter", ""), ("== Name: Jensen ==", ""),
        ("=====", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_heading_stands_in_a_frame_or_speaks_of_particulars(line: str, title: str) -> None:
    assert _title(line) == title
