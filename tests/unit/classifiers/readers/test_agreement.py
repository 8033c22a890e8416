"""Name, declared type and content: what disagrees is told, what is only careless is not."""

from __future__ import annotations

import base64

import pytest

from casework.words.reading import ReadingContext
from classifiers.assembly import Reading
from classifiers.readers.agreement import disagrees
from classifiers.readers.limits import Limits

OFFICE = "application/vnd.openxmlformats"


@pytest.mark.parametrize(
    ("found", "declared", "name"),
    [
        ("application/pdf", "application/octet-stream", "Rechnung.pdf"),
        ("application/pdf", "application/pdf", None),
        ("application/pdf", "application/octet-stream", "Rechnung"),
        ("text/plain", "text/plain", "liste.txt"),
        ("text/plain", "text/csv", "liste.csv"),
        ("text/html", "text/plain", None),
        ("application/xml", "text/xml", "xrechnung.xml"),
        ("application/xml", "application/xml", "rechnung.txt"),
        ("image/jpeg", "image/jpg", "bild.jpeg"),
        ("image/png", "image/jpeg", "bild.jpg"),
        (OFFICE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "liste.xlsx"),
        ("application/zip", "application/x-zip-compressed", "liste.ods"),
        ("application/x-ole-storage", "application/msword", "brief.doc"),
        ("text/rtf", "application/msword", "brief.doc"),
        ("message/rfc822", "application/octet-stream", "weiter.eml"),
        ("application/x-empty", "application/pdf", "leer.pdf"),
        ("text/plain", "message/delivery-status", None),
    ],
)
def test_harmless_differences_are_none(found: str, declared: str, name: str | None) -> None:
    assert not disagrees(found, declared=declared, name=name)


@pytest.mark.parametrize(
    ("found", "declared", "name"),
    [
        ("application/xml", "application/pdf", None),
        ("text/html", "application/octet-stream", "Rechnung.pdf"),
        ("application/zip", "application/pdf", "Rechnung.pdf"),
        ("application/pdf", "image/png", "bild.png"),
        ("application/octet-stream", "application/pdf", "Rechnung.pdf"),
        ("application/pdf", "application/octet-stream", "rechnung.xml"),
        ("text/plain", "application/xml", None),
    ],
)
def test_what_promises_something_else_is_told(found: str, declared: str, name: str | None) -> None:
    assert disagrees(found, declared=declared, name=name)


def test_a_document_that_is_not_what_it_says_never_passes_alone() -> None:
    data = base64.encodebytes(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<</Root 1 0 R>>")
    mail = (
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
        b'Content-Type: image/png; name="bild.png"\r\nContent-Transfer-Encoding: base64\r\n\r\n' + data + b"--x--\r\n"
    )
    reading = Reading(mail, "m.eml", ReadingContext(), Limits(), {}).read()

    assert "type_disagrees" in reading.documents[0].unsure


def test_a_file_of_its_own_is_judged_by_its_name_as_well() -> None:
    reading = Reading(b"<html><body>Hallo</body></html>", "Rechnung.pdf", ReadingContext(), Limits(), {}).read()

    assert "type_disagrees" in reading.documents[0].unsure
