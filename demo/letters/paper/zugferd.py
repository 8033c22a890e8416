"""A ZUGFeRD / Factur-X invoice: the printed page as PDF/A-3 with its own XML inside."""

from __future__ import annotations

import datetime as dt
import io
import re
from functools import cache
from random import Random

import facturx
import pikepdf
from PIL import ImageCms

from demo.letters.cii import write_cii
from demo.letters.invoices import Invoice
from demo.letters.paper.printing import print_invoice
from demo.letters.terms import EN16931

XMP_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[+-]\d\d:\d\d|Z)?")


def print_zugferd(invoice: Invoice, rng: Random) -> bytes:
    """The invoice in the profile EN 16931; page and XML say the same, IBAN included.

    Built after PDF/A-3b: embedded fonts, output intent, XMP with the extension schema. Clock times that factur-x writes
    are replaced by the day of issue, so that the same invoice gives the same bytes.
    """
    page = with_output_intent(print_invoice(invoice, rng, embed=True).pdf)
    whole = facturx.generate_from_binary(
        page,
        write_cii(invoice, guideline=EN16931),
        flavor="factur-x",
        level="en16931",
        check_xsd=False,
        check_schematron=False,
        pdf_metadata={
            "author": invoice.supplier.name,
            "keywords": "Rechnung, ZUGFeRD",
            "title": f"Rechnung {invoice.number}",
            "subject": f"Rechnung {invoice.number} vom {invoice.issued:%d.%m.%Y}",
        },
        lang="de-DE",
        afrelationship="alternative",
    )
    return _with_fixed_times(whole, invoice.issued)


def with_output_intent(pdf: bytes) -> bytes:
    """The PDF with sRGB as output intent, as PDF/A asks for."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        profile = document.make_stream(_srgb())
        profile.N = 3
        intent = pikepdf.Dictionary(
            Type=pikepdf.Name.OutputIntent,
            S=pikepdf.Name.GTS_PDFA1,
            OutputConditionIdentifier="sRGB",
            Info="sRGB",
            DestOutputProfile=profile,
        )
        document.Root.OutputIntents = pikepdf.Array([document.make_indirect(intent)])
        return _saved(document)


@cache
def _srgb() -> bytes:
    """An sRGB profile; the creation date in its header (bytes 24 to 35) is set to a fixed day."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    fixed = b"".join(part.to_bytes(2, "big") for part in (2026, 1, 1, 0, 0, 0))
    return profile[:24] + fixed + profile[36:]


def _with_fixed_times(pdf: bytes, day: dt.date) -> bytes:
    stamp = f"D:{day:%Y%m%d}080000+00'00'"
    with pikepdf.open(io.BytesIO(pdf)) as document:
        metadata = document.Root.Metadata
        metadata.write(XMP_TIME.sub(f"{day:%Y-%m-%d}T08:00:00+00:00".encode(), metadata.read_bytes()))
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary):
                for holder in (item, item.get("/Params")):
                    _fix_dates(holder, stamp)
            elif isinstance(item, pikepdf.Stream):
                _fix_dates(item.get("/Params"), stamp)
        return _saved(document)


def _fix_dates(holder: object, stamp: str) -> None:
    if isinstance(holder, pikepdf.Dictionary):
        for key in ("/CreationDate", "/ModDate"):
            if key in holder:
                holder[key] = pikepdf.String(stamp)


def _saved(document: pikepdf.Pdf) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer, deterministic_id=True)
    return buffer.getvalue()
