"""What nobody reads or nobody is shown keeps a letter from passing alone."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from casework.words.reading import DocumentReading, ReadingContext
from classifiers.assembly import Reading
from classifiers.readers.limits import Limits

LIMITS = Limits(pages=3, shown_pages=2, ocr_pages=1)
LINES = (
    "Probe Bau GmbH, Werkweg 4, 24999 Probestadt", "Rechnung Nr. B-2026-118", "Rechnungsdatum: 03.11.2026",
    "Summe netto 200,00 EUR", "19 % Umsatzsteuer 38,00 EUR", "Gesamtbetrag 238,00 EUR",
)  # fmt: skip


def letter(*, blank_before: int = 0, blank_after: int = 0) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for _ in range(blank_before):
        canvas.drawString(60, 780, "Allgemeine Geschäftsbedingungen")
        canvas.showPage()
    for number, line in enumerate(LINES):
        canvas.drawString(60, 780 - number * 18, line)
    canvas.showPage()
    for _ in range(blank_after):
        canvas.drawString(60, 780, "Allgemeine Geschäftsbedingungen")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def read(raw: bytes, name: str = "rechnung.pdf", limits: Limits = LIMITS) -> DocumentReading:
    (document,) = Reading(raw, name, ReadingContext(), limits, {}).read().documents
    return document


def test_a_short_letter_is_read_and_shown_whole() -> None:
    assert read(letter()).unsure == []
    assert read(letter(blank_after=2)).unsure == []


def test_a_value_on_a_page_that_is_not_shown_is_a_reason() -> None:
    document = read(letter(blank_before=2))

    assert document.fields["number"].value == "B-2026-118"
    assert document.unsure == ["too_many_pages"]


def test_pages_that_are_not_read_are_a_reason() -> None:
    assert read(letter(blank_after=3)).unsure == ["too_many_pages"]


def test_a_fax_of_several_pages_in_one_picture_is_a_reason() -> None:
    picture = Image.new("L", (1240, 1754), 255)
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(LINES):
        draw.text((100, 200 + number * 60), line, fill=0, font_size=36)
    buffer = io.BytesIO()
    picture.save(buffer, format="TIFF", save_all=True, append_images=[picture])

    assert "too_many_pages" in read(buffer.getvalue(), "fax.tif").unsure
