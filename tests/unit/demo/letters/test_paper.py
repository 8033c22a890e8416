"""Letters on paper: what stands on the page, what a scan keeps, what nobody can open."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from random import Random

import facturx
import pikepdf
import pypdfium2
import pytest

from demo.letters import OFFICES, Letter, suppliers
from demo.letters.german import amount
from demo.letters.invoices import draw_invoice, with_discount, with_prepayment
from demo.letters.paper import faces
from demo.letters.paper.layouts import LAYOUTS
from demo.letters.paper.printing import print_invoice

Files = Callable[[Letter], dict[str, bytes]]
Recipe = Callable[[str], list[Letter]]
DAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
@pytest.mark.parametrize("seed", range(4))
def test_the_page_says_what_the_truth_says(layout: str, seed: int) -> None:
    rng = Random(seed)
    invoice = draw_invoice(rng, supplier=suppliers(seed=1)[seed], buyer=OFFICES[0], day=DAY)
    if seed % 2:
        invoice = with_prepayment(with_discount(invoice, rng), rng)
    printed = print_invoice(invoice, rng, layout=layout)
    text = "".join(_text(printed.pdf).split())
    for name in ("number", "seller", "iban", "bic", "buyer_reference", "seller_vat_id"):
        value = printed.fields[name]
        assert value is None or "".join(str(value).split()) in text, name
    for value in (invoice.gross, invoice.net, invoice.payable):
        assert amount(value) in text or amount(value, grouped=False) in text
    assert (printed.fields["buyer_reference"] is not None) == (str(invoice.buyer_reference) in text)


def test_long_invoices_go_on_to_a_second_page() -> None:
    rng = Random(3)
    invoice = draw_invoice(rng, supplier=suppliers(seed=1)[0], buyer=OFFICES[0], day=DAY)
    long = type(invoice)(**{**vars(invoice), "lines": invoice.lines * 20})
    with pikepdf.open(io.BytesIO(print_invoice(long, rng).pdf)) as document:
        assert len(document.pages) >= 2


def test_without_fonts_on_the_machine_the_one_of_reportlab_is_embedded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(faces, "FOLDER", tmp_path)
    faces.embedded_faces.cache_clear()
    try:
        invoice = draw_invoice(Random(1), supplier=suppliers(seed=1)[3], buyer=OFFICES[0], day=DAY)
        printed = print_invoice(invoice, Random(2), embed=True)
    finally:
        faces.embedded_faces.cache_clear()
    with pikepdf.open(io.BytesIO(printed.pdf)) as document:
        assert _fonts_left_out(document) == []
    assert invoice.supplier.town in _text(printed.pdf)


def test_a_zugferd_page_and_its_xml_agree(of_recipe: Recipe, files: Files) -> None:
    for letter in of_recipe("zugferd"):
        document = letter.truth.documents[0]
        pdf = files(letter)[document.part]
        name, _ = facturx.get_facturx_xml_from_pdf(pdf, check_xsd=True)
        assert name == "factur-x.xml"
        text = "".join(_text(pdf).split())
        assert str(document.fields["iban"]) in text
        assert str(document.fields["number"]) in text
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            metadata = opened.Root.Metadata.read_bytes()
            assert b"<pdfaid:part>3</pdfaid:part>" in metadata
            assert b"EN 16931" in metadata
            assert "/OutputIntents" in opened.Root
            assert _fonts_left_out(opened) == []


def test_a_scan_is_pictures_only(of_recipe: Recipe, files: Files) -> None:
    for letter in of_recipe("scanned_invoice"):
        pdf = files(letter)[letter.truth.documents[0].part]
        assert _text(pdf).strip() == ""
        document = pypdfium2.PdfDocument(pdf)
        try:
            kinds = {item.type for page in document for item in page.get_objects()}
            picture = document[0].render(scale=1).to_pil().convert("L")
        finally:
            document.close()
        assert kinds == {pypdfium2.raw.FPDF_PAGEOBJ_IMAGE}
        assert picture.getextrema()[0] < 120 < 200 < picture.getextrema()[1]


def test_the_damaged_pdf_cannot_be_opened(of_recipe: Recipe, files: Files) -> None:
    letter = of_recipe("damaged_pdf")[0]
    pdf = files(letter)[letter.truth.documents[0].part]
    assert pdf.startswith(b"%PDF-")
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(pdf)


def test_the_encrypted_pdf_asks_for_a_password(of_recipe: Recipe, files: Files) -> None:
    letter = of_recipe("encrypted_pdf")[0]
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(files(letter)[letter.truth.documents[0].part]))


@pytest.mark.parametrize("recipe", ["registration_pdf_form", "deregistration_pdf_form"])
def test_a_filled_form_holds_the_truth_in_its_fields(of_recipe: Recipe, files: Files, recipe: str) -> None:
    for letter in of_recipe(recipe):
        document = letter.truth.documents[0]
        with pikepdf.open(io.BytesIO(files(letter)[document.part])) as pdf:
            filled = {str(item.T): str(item.V) for item in pdf.Root.AcroForm.Fields}
        assert filled["name"] == document.fields["holder_last_name"]
        assert filled["vorname"] == document.fields["holder_first_name"]
        assert filled["hund_chip"] == document.fields["chip_number"]
        assert filled["gemeinde"] == document.fields["municipality"]
        assert filled["formular"] == ("HUND-AN-2" if recipe.startswith("reg") else "HUND-AB-1")
        if recipe.startswith("reg"):
            assert (filled["sepa"] == "/Yes") == (document.fields["sepa_mandate"] == "yes")
        else:
            assert filled["marke"] == document.fields["tag_number"]


def test_a_defect_comes_with_a_photograph(of_recipe: Recipe, files: Files) -> None:
    for letter in of_recipe("defect_report"):
        (picture,) = files(letter).values()
        assert picture.startswith(b"\xff\xd8\xff")
        assert len(picture) > 20_000


def _text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def _fonts_left_out(pdf: pikepdf.Pdf) -> list[str]:
    """Fonts of a PDF whose outlines are not in it."""
    fonts = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"]
    return [str(font.BaseFont) for font in fonts if "/FontFile2" not in font.get("/FontDescriptor", {})]
