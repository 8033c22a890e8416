"""Barcodes and QR codes on the pages of a part, by zxing-cpp."""

from __future__ import annotations

import zxingcpp
from PIL import Image

from casework.words.reading import Box
from classifiers.readers.content import IMAGES
from classifiers.readers.documents import open_picture
from classifiers.readers.limits import Limits
from classifiers.readers.parts import Piece
from classifiers.readers.pdf import POINTS_PER_INCH, render_pages
from classifiers.readers.pdf_structure import PdfRefused

DPI = 150
PAGES = 3


def codes_of_piece(piece: Piece, limits: Limits) -> list[tuple[str, Box]]:
    """Text and box (points) of every code on the first pages."""
    if piece.type in IMAGES:
        picture = open_picture(piece.data, limits)
        return _codes(picture, 1, POINTS_PER_INCH / 300) if picture is not None else []
    if piece.type != "application/pdf":
        return []
    found: list[tuple[str, Box]] = []
    try:
        for number, width, _, page in render_pages(piece.data, limits, dpi=DPI, most=PAGES):
            found += _codes(page, number, width / page.width)
    except PdfRefused:
        return found
    return found


def _codes(picture: Image.Image, page: int, scale: float) -> list[tuple[str, Box]]:
    found: list[tuple[str, Box]] = []
    for code in zxingcpp.read_barcodes(picture.convert("L")):
        place = code.position
        xs = [point.x * scale for point in (place.top_left, place.top_right, place.bottom_left, place.bottom_right)]
        ys = [point.y * scale for point in (place.top_left, place.top_right, place.bottom_left, place.bottom_right)]
        found.append((code.text, Box(page=page, x0=min(xs), y0=min(ys), x1=max(xs), y1=max(ys))))
    return found
