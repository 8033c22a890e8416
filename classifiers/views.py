"""What the console shows of a part: page pictures with word boxes, and sanitised readable text."""

from __future__ import annotations

import html
import time

from casework.words.reading import Box, PageView, PageWord
from classifiers.kinds.einvoice.detect import read_invoice
from classifiers.kinds.einvoice.view import invoice_html
from classifiers.readers.calendars import calendar_lines, card_lines
from classifiers.readers.content import IMAGES
from classifiers.readers.documents import open_picture, plain_text, text_of_piece
from classifiers.readers.limits import Limits, Showing
from classifiers.readers.markup import XmlRefused, parse_xml, sanitise
from classifiers.readers.parts import Piece
from classifiers.readers.pdf import as_png, render_pages
from classifiers.readers.pdf_structure import PdfRefused
from classifiers.readers.texts import PageText

DPI = 110
_IN_WORDS = {"text/calendar": calendar_lines, "text/vcard": card_lines}


def page_views(piece: Piece, limits: Limits, left: Showing | None = None) -> list[PageView]:
    """The pages of a PDF or picture; empty when there are none or it cannot be opened.

    Ends early, after the page with which one of the limits `left` is used up.
    """
    if piece.fate == "refused":
        return []
    if piece.type == "application/pdf":
        return _pdf_pages(piece, limits, left or Showing())
    return _picture(piece, limits) if piece.type in IMAGES else []


def _pdf_pages(piece: Piece, limits: Limits, left: Showing) -> list[PageView]:
    began = time.monotonic()
    pages = {page.number: page for page in text_of_piece(piece, limits).pages}
    views: list[PageView] = []
    try:
        for number, width, height, picture in render_pages(piece.data, limits, dpi=DPI, most=limits.shown_pages):
            words = _words(pages.get(number))
            views.append(
                PageView(part=piece.id, number=number, width=width, height=height, png=as_png(picture), words=words)
            )
            left = left.less(pages=1, size=len(views[-1].png))
            if left.less(seconds=time.monotonic() - began).spent:
                break
    except PdfRefused:
        return views
    return views


def _picture(piece: Piece, limits: Limits) -> list[PageView]:
    picture = open_picture(piece.data, limits)
    if picture is None:
        return []
    text = text_of_piece(piece, limits)
    page = text.pages[0] if text.pages else None
    width, height = (page.width, page.height) if page else (picture.width * 0.24, picture.height * 0.24)
    picture.thumbnail((1600, 1600))
    return [PageView(part=piece.id, number=1, width=width, height=height, png=as_png(picture), words=_words(page))]


def _words(page: PageText | None) -> list[PageWord]:
    if page is None:
        return []
    return [
        PageWord(text=word.text, box=Box(page=page.number, x0=word.x0, y0=word.y0, x1=word.x1, y1=word.y1))
        for word in page.words
    ]


def readable_view(piece: Piece) -> str:
    """An HTML fragment without anything active: the mail's text, or the invoice in words."""
    if piece.fate == "refused":
        return ""
    if piece.type == "text/html":
        return sanitise(plain_text(piece))
    if piece.type in _IN_WORDS:
        words = "\n".join(_IN_WORDS[piece.type](plain_text(piece))).strip()
        return f"<pre>{html.escape(words or plain_text(piece))}</pre>"
    if piece.type.startswith("text/"):
        return f"<pre>{html.escape(plain_text(piece))}</pre>"
    if piece.type == "application/xml":
        return _xml_view(piece)
    return ""


def _xml_view(piece: Piece) -> str:
    try:
        invoice = read_invoice(parse_xml(piece.data))
    except XmlRefused:
        return ""
    return invoice_html(invoice) if invoice is not None else f"<pre>{html.escape(plain_text(piece)[:20000])}</pre>"
