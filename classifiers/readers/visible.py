"""What can be seen in a few boxes of a PDF's pages: rendered, looked at for ink, recognised by OCR in one go.

A text layer and a form's value say what a machine reads. Whether a person reads the same only the picture can tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pypdfium2
from PIL import Image, ImageOps, ImageStat

from casework.words.reading import Box
from classifiers.readers.ocr import DPI, OcrMissing, read_page
from classifiers.readers.pdf import POINTS_PER_INCH, open_pdf
from classifiers.readers.pdf_structure import PdfRefused

_MARGIN = 1.5
"""Points around a box that are looked at too: boxes of a text layer are tight."""
_GAP = 48
"""Pixels between two pictures on the sheet that goes to Tesseract."""
_LEAST_CONTRAST = 48
"""Steps of grey (of 255) between paper and ink that a person can read."""
_LARGEST_SIDE = 3000
_LARGER = 1.6


def pictures_of(data: bytes, boxes: Sequence[Box]) -> list[Image.Image | None]:
    """Each box as it is drawn, in grey; None where nothing is to be seen."""
    found: list[Image.Image | None] = [None] * len(boxes)
    try:
        with open_pdf(data) as document:
            for number in sorted({box.page for box in boxes}):
                if not 0 < number <= len(document):
                    continue
                page = document[number - 1]
                for place, box in enumerate(boxes):
                    if box.page == number:
                        found[place] = _picture(page, box)
                page.close()
    except (PdfRefused, pypdfium2.PdfiumError):
        return found
    return found


def _picture(page: Any, box: Box) -> Image.Image | None:
    width, height = page.get_size()
    left, top = max(box.x0 - _MARGIN, 0.0), max(box.y0 - _MARGIN, 0.0)
    right, low = min(box.x1 + _MARGIN, width), min(box.y1 + _MARGIN, height)
    scale = DPI / POINTS_PER_INCH
    if right - left < 1 or low - top < 1 or max(right - left, low - top) * scale > _LARGEST_SIDE:
        return None
    # PDFium cuts off so much from left, bottom, right and top
    picture = page.render(scale=scale, crop=(left, height - low, width - right, top)).to_pil().convert("L")
    darkest, lightest = picture.getextrema()
    return picture if lightest - darkest >= _LEAST_CONTRAST else None


def recognise(pictures: Sequence[Image.Image | None], *, larger: bool = False) -> list[str]:
    """What OCR reads in each picture; empty where it reads nothing or there is none. `larger` is the second look.

    Raises OcrMissing.
    """
    pictures = [picture and _dark_on_light(picture) for picture in pictures]
    if larger:
        pictures = [picture and ImageOps.scale(picture, _LARGER, Image.Resampling.LANCZOS) for picture in pictures]
    tall = [picture for picture in pictures if picture is not None]
    if not tall:
        return [""] * len(pictures)
    sheet = Image.new(
        "L",
        (max(picture.width for picture in tall) + 2 * _GAP, sum(picture.height + _GAP for picture in tall) + _GAP),
        255,
    )
    spans: list[tuple[int, int]] = []
    top = _GAP
    for picture in pictures:
        spans.append((top, top + (picture.height if picture is not None else 0)))
        if picture is not None:
            sheet.paste(picture, (_GAP, top))
            top += picture.height + _GAP
    # one pixel is one point here, so words come back in pixels of the sheet
    words = read_page(sheet, number=1, width=sheet.width, height=sheet.height, layout="11").words
    return [
        " ".join(word.text for word in words if begin <= (word.y0 + word.y1) / 2 < end) if end > begin else ""
        for begin, end in spans
    ]


def _dark_on_light(picture: Image.Image) -> Image.Image:
    """White figures on a coloured bar become black on white, as the rest of the sheet is."""
    clear = ImageOps.autocontrast(picture)
    return ImageOps.invert(clear) if ImageStat.Stat(clear).median[0] < 128 else clear


__all__ = ["OcrMissing", "pictures_of", "recognise"]
