"""What the machine reads in a PDF has to be what a person sees there."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from casework.words.reading import DocumentReading, Origin, ReadingContext
from classifiers.assembly import Reading
from classifiers.kinds.visible import is_alike
from classifiers.readers.limits import Limits

UBL = (Path(__file__).parents[3] / "examples" / "invoice" / "xrechnung_ubl.xml").read_bytes()
LINES = (
    "Probe Bau GmbH", "Werkweg 4, 24999 Probestadt", "Rechnung Nr. B-2026-118", "Rechnungsdatum: 03.11.2026",
    "Summe netto 200,00 EUR", "19 % Umsatzsteuer 38,00 EUR", "Gesamtbetrag 238,00 EUR",
    "IBAN DE02 1203 0000 0000 2020 51",
)  # fmt: skip


def page(*, cover: tuple[str, ...] = (), instead: dict[str, str] | None = None, mode: int = 0, bar: str = "") -> bytes:
    """The invoice on paper with its XML inside. A covered line keeps its text under white; `instead` is drawn as lines
    of ink without text above it: what a person sees."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for number, line in enumerate(LINES):
        y = 780 - number * 24
        if bar and bar in line:
            canvas.setFillColorRGB(0.72, 0.1, 0.1)
            canvas.rect(40, y - 6, 500, 22, stroke=0, fill=1)
            canvas.setFillGray(1)
        text = canvas.beginText(60, y)
        text.setTextRenderMode(mode)
        text.textLine(line)
        canvas.drawText(text)
        canvas.setFillGray(0)
        if any(word in line for word in cover):
            canvas.setFillGray(1)
            canvas.rect(40, y - 6, 500, 22, stroke=0, fill=1)
            canvas.setFillGray(0)
        for word, shown in (instead or {}).items():
            if word in line:
                canvas.drawInlineImage(picture(shown), 60, y - 5, 300, 20)
    canvas.save()
    with pikepdf.open(io.BytesIO(buffer.getvalue())) as pdf:
        pdf.attachments["factur-x.xml"] = pikepdf.AttachedFileSpec(pdf, UBL, filename="factur-x.xml")
        result = io.BytesIO()
        pdf.save(result)
    return result.getvalue()


def picture(text: str):  # type: ignore[no-untyped-def] # a PIL image
    from PIL import Image, ImageDraw

    drawn = Image.new("L", (1200, 80), 255)
    ImageDraw.Draw(drawn).text((4, 10), text, fill=0, font_size=52)
    return drawn


def read(raw: bytes) -> DocumentReading:
    (document,) = Reading(raw, "r.pdf", ReadingContext(), Limits(), {}).read().documents
    return document


def confirmed(document: DocumentReading) -> set[str]:
    return {
        name for name, field in document.fields.items() if any(source.origin is Origin.TEXT for source in field.sources)
    }


def unseen(document: DocumentReading) -> set[str | None]:
    return {finding.field for finding in document.findings if finding.rule == "AB-NOT-VISIBLE"}


def test_a_page_that_shows_what_its_data_say_confirms_them() -> None:
    document = read(page())

    assert {"number", "date", "gross", "iban"} <= confirmed(document)
    assert (unseen(document), document.unsure) == (set(), [])


@pytest.mark.parametrize(
    ("word", "field"), [("Nr.", "number"), ("datum", "date"), ("Gesamtbetrag", "gross"), ("IBAN", "iban")]
)
def test_text_under_white_confirms_nothing(word: str, field: str) -> None:
    document = read(page(cover=(word,)))

    assert field not in confirmed(document)
    assert (unseen(document) - {"payable"}, document.unsure) == ({field}, ["not_visible"])  # the total stands once


@pytest.mark.parametrize(
    ("word", "shown", "field"),
    [
        ("Nr.", "Rechnung Nr. B-2026-777", "number"),
        ("datum", "Rechnungsdatum: 09.11.2026", "date"),
        ("Gesamtbetrag", "Gesamtbetrag 738,00 EUR", "gross"),
        ("IBAN", "IBAN DE55 1203 0000 0000 9090 99", "iban"),
    ],
)
def test_text_over_which_something_else_is_drawn_confirms_nothing(word: str, shown: str, field: str) -> None:
    document = read(page(instead={word: shown}))

    assert field not in confirmed(document)
    assert unseen(document) == {field}


def test_white_figures_on_a_coloured_bar_are_seen() -> None:
    assert [finding.rule for finding in read(page(bar="Gesamtbetrag")).findings if "VISIBLE" in finding.rule] == []


def test_invisible_text_confirms_nothing() -> None:
    document = read(page(mode=3))

    assert confirmed(document) == set()
    assert {"number", "date", "gross", "iban"} <= unseen(document)


def form(*, value: str, drawn: str | None) -> bytes:
    """One text field of a form; `drawn` is its appearance, where it differs from its value."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(60, 800, "Anmeldung eines Hundes")
    for number, (label, said) in enumerate({"Name": value, "Name des Hundes": "Bello"}.items()):
        canvas.drawString(60, 745 - number * 40, label)
        canvas.acroForm.textfield(name=label, x=200, y=740 - number * 40, width=200, height=20, value=said)
    canvas.save()
    with pikepdf.open(io.BytesIO(buffer.getvalue())) as pdf:
        for note in pdf.pages[0].Annots:
            if drawn is not None and str(note.T) == "Name":
                old = note.AP.N.read_bytes()
                note.AP.N.write(old.replace(value.encode("latin-1"), drawn.encode("latin-1")))
        result = io.BytesIO()
        pdf.save(result)
    return result.getvalue()


def test_a_form_that_shows_its_values_is_read_without_doubt_about_them() -> None:
    document = read(form(value="Boese", drawn=None))

    assert document.fields["holder_last_name"].value == "Boese"
    assert (unseen(document), document.unsure) == (set(), ["sender_unproven"])


@pytest.mark.parametrize("drawn", ["Muster", ""])
def test_a_form_that_shows_another_value_than_it_holds_names_the_field(drawn: str) -> None:
    document = read(form(value="Boese", drawn=drawn))

    assert unseen(document) == {"holder_last_name"}
    assert document.unsure == ["sender_unproven", "not_visible"]


def test_likeness_forgives_what_ocr_mistakes_and_no_other_figure() -> None:
    assert is_alike("DE02 1203 0000", "DEO2 1203 OOOO")
    assert is_alike("Jördis Ünal", "Jordis Unal")
    assert not is_alike("04.05.1988", "04.05.1968")
    assert not is_alike("Maria Boese", "Erika Muster")
    assert not is_alike("Boese", "")
