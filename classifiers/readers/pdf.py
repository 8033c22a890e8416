"""PDF by pypdfium2: text with word boxes, and pages as pictures. Points from the top left throughout."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2
from PIL import Image

from casework.words.reading import Origin
from classifiers.readers.headers import clean_text
from classifiers.readers.limits import Limits
from classifiers.readers.pdf_structure import PdfRefused
from classifiers.readers.texts import PageText, Word

POINTS_PER_INCH = 72.0


@contextmanager
def open_pdf(data: bytes) -> Iterator[Any]:
    """The open document. Raises PdfRefused with `pdf_encrypted` or `pdf_damaged`."""
    try:
        document = pypdfium2.PdfDocument(data, autoclose=True)
        # a filled form shows its values only once the form environment stands
        if document.get_formtype():
            document.init_forms()
    except pypdfium2.PdfiumError as error:
        encrypted = "password" in str(error).lower() or "security" in str(error).lower()
        raise PdfRefused("pdf_encrypted" if encrypted else "pdf_damaged") from error
    try:
        yield document
    finally:
        document.close()


def page_texts(data: bytes, limits: Limits) -> tuple[list[PageText], bool]:
    """The text layer of every page up to the limits, and whether there is more; pages without text have no words.

    Raises PdfRefused.
    """
    pages: list[PageText] = []
    with open_pdf(data) as document:
        left_out, letters = len(document) > limits.pages, limits.letters
        for index in range(min(len(document), limits.pages)):
            try:
                page = document[index]
            except pypdfium2.PdfiumError:
                continue
            width, height = page.get_size()
            words, count = _words(page, letters)
            pages.append(PageText(len(pages) + 1, width, height, words, Origin.TEXT))
            page.close()
            letters -= count
            if letters <= 0:
                left_out = True
                break
    if not pages:
        raise PdfRefused("pdf_damaged")
    return pages, left_out


def _words(page: Any, most: int) -> tuple[tuple[Word, ...], int]:
    """Characters joined to words, and how many they are: a blank, a line break or a wide gap ends a word."""
    textpage = page.get_textpage()
    try:
        count = min(textpage.count_chars(), most)
        if not count:
            return (), 0
        text = textpage.get_text_range(0, count)
        if len(text) != count:  # characters beyond the basic plane: one index, two code units
            text = "".join(textpage.get_text_range(index, 1) or " " for index in range(count))
        collected = _Words(page)
        for index, character in enumerate(text[:count]):
            if character.isspace() or character in "\x00\ufffe\ufffd":
                collected.end()
                continue
            # some fonts call their hyphen soft; what is drawn on a page is a hyphen
            collected.add("-" if character == "\u00ad" else character, textpage.get_charbox(index, loose=True))
        collected.end()
        return tuple(collected.words), count
    finally:
        textpage.close()


class _Words:
    """Collects characters into words and turns PDF coordinates (bottom left, unrotated) into ours."""

    def __init__(self, page: Any) -> None:
        self.words: list[Word] = []
        left, bottom, right, top = page.get_bbox()
        self._frame = (left, bottom, right - left, top - bottom)
        self._rotation = int(page.get_rotation())
        self._letters: list[str] = []
        self._box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    def add(self, character: str, box: tuple[float, float, float, float]) -> None:
        """One character with its box as PDFium gives it; a gap starts a new word."""
        if self._letters and self._is_apart(box):
            self.end()
        old = self._box if self._letters else box
        self._box = (min(old[0], box[0]), min(old[1], box[1]), max(old[2], box[2]), max(old[3], box[3]))
        self._letters.append(character)

    def _is_apart(self, box: tuple[float, float, float, float]) -> bool:
        x0, y0, _, y1 = box
        if self._rotation in (90, 270):
            return False  # text runs along the other axis there; blanks alone part the words
        height = max(self._box[3] - self._box[1], y1 - y0, 1.0)
        overlap = min(self._box[3], y1) - max(self._box[1], y0)
        return x0 - self._box[2] > height * 0.5 or overlap < 0 or x0 < self._box[0] - height

    def end(self) -> None:
        """The word is complete."""
        text = clean_text("".join(self._letters))
        self._letters = []
        if text:
            self.words.append(Word(text, *self._turned()))

    def _turned(self) -> tuple[float, float, float, float]:
        left, bottom, width, height = self._frame
        x0, y0, x1, y1 = self._box[0] - left, self._box[1] - bottom, self._box[2] - left, self._box[3] - bottom
        return {
            90: (y0, x0, y1, x1),
            180: (width - x1, y0, width - x0, y1),
            270: (height - y1, width - x1, height - y0, width - x0),
        }.get(self._rotation, (x0, height - y1, x1, height - y0))


def render_pages(
    data: bytes, limits: Limits, *, dpi: float, most: int | None = None
) -> Iterator[tuple[int, float, float, Image.Image]]:
    """Number, width and height in points, and picture of each page. Raises PdfRefused; too large pages come smaller."""
    with open_pdf(data) as document:
        for index in range(min(len(document), most or limits.pages)):
            try:
                page = document[index]
            except pypdfium2.PdfiumError:
                continue
            width, height = page.get_size()
            scale = dpi / POINTS_PER_INCH
            pixels = max(width * height * scale * scale, 1.0)
            if pixels > limits.page_pixels:
                scale *= (limits.page_pixels / pixels) ** 0.5
            picture = page.render(scale=scale).to_pil().convert("RGB")
            page.close()
            yield index + 1, width, height, picture


def as_png(picture: Image.Image) -> bytes:
    """PNG bytes of a picture, in few colours when that is enough."""
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG", optimize=False, compress_level=6)
    return buffer.getvalue()
