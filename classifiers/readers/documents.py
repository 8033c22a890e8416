"""The text of any part, whatever it is made of; a part without text says why."""

from __future__ import annotations

import io

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from casework.words.reading import Origin
from classifiers.readers.content import IMAGES
from classifiers.readers.headers import decode_bytes, header
from classifiers.readers.limits import Limits
from classifiers.readers.mail import parse_mail
from classifiers.readers.markup import text_of_html
from classifiers.readers.ocr import DPI, OcrMissing, read_page
from classifiers.readers.parts import Piece
from classifiers.readers.pdf import POINTS_PER_INCH, page_texts, render_pages
from classifiers.readers.pdf_structure import PdfRefused
from classifiers.readers.texts import PageText, Text, text_from_pages, text_from_plain
from classifiers.readers.transfer import without_uuencoded

LEAST_LETTERS = 12
"""A page whose text layer has fewer letters than this is treated as a picture of a page."""


def text_of_piece(piece: Piece, limits: Limits) -> Text:
    """Text with places. Never raises: `reason` says why there is none."""
    if piece.fate == "refused":
        return Text(reason=piece.reason)
    if piece.type == "application/pdf":
        return _text_of_pdf(piece.data, limits)
    if piece.type in IMAGES:
        return _text_of_picture(piece.data, limits)
    if piece.type == "text/html":
        return _text_of_characters(text_of_html(plain_text(piece)), limits)
    if piece.type.startswith("text/"):
        return _text_of_characters(plain_text(piece), limits)
    return Text(reason="type_unsupported")


def _text_of_characters(characters: str, limits: Limits) -> Text:
    """As much of it as a letter may have; what is beyond nobody reads, and the text says so."""
    lines = characters[: limits.letters].splitlines()
    text = text_from_plain("\n".join(lines[: limits.lines]))
    text.left_out = len(characters) > limits.letters or len(lines) > limits.lines
    return text


def plain_text(piece: Piece) -> str:
    """The characters of a text part; files that were written into it are parts of their own."""
    text = decode_bytes(piece.data, piece.notes.get("charset") or None)
    return without_uuencoded(text) if "uuencoded" in piece.notes else text


def words_of_piece(piece: Piece) -> str:
    """What a text says to people; of a mail, or of the headers of one, its subject."""
    if piece.type == "message/rfc822" or piece.notes.get("declared", "").endswith("rfc822-headers"):
        return header(parse_mail(piece.data), "Subject")
    text = plain_text(piece)
    return text_of_html(text) if piece.type == "text/html" else text


def open_picture(data: bytes, limits: Limits) -> Image.Image | None:
    """The picture upright and in RGB; None when it is no picture or has too many pixels."""
    try:
        return _picture(data, limits)
    except _PictureRefused:
        return None


class _PictureRefused(Exception):
    """`args[0]` is a reason code."""


def _picture(data: bytes, limits: Limits) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(data))
        if picture.width * picture.height > limits.page_pixels:
            raise _PictureRefused("too_large")
        return ImageOps.exif_transpose(picture).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _PictureRefused("too_large") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise _PictureRefused("type_unsupported") from error


def _text_of_pdf(data: bytes, limits: Limits) -> Text:
    try:
        pages, left_out = page_texts(data, limits)
    except PdfRefused as refused:
        return Text(reason=refused.reason)
    blank = {page.number for page in pages if sum(len(word.text) for word in page.words) < LEAST_LETTERS}
    if blank and limits.ocr_pages:
        pages = _recognise(data, pages, blank, limits)
    text = text_from_pages(pages)
    text.left_out = left_out or 0 < limits.ocr_pages < len(blank)
    return text


def _recognise(data: bytes, pages: list[PageText], blank: set[int], limits: Limits) -> list[PageText]:
    """Pages without a text layer are rendered and read by OCR, up to the limit."""
    wanted = sorted(blank)[: limits.ocr_pages]
    read: dict[int, PageText] = {}
    try:
        for number, width, height, picture in render_pages(data, limits, dpi=DPI, most=max(wanted)):
            if number in wanted and not _is_blank(picture):
                read[number] = read_page(picture, number=number, width=width, height=height)
    except (OcrMissing, PdfRefused, pypdfium2.PdfiumError):
        pass_on = read  # what was read so far stays; the rest keeps its empty text layer
        return [pass_on.get(page.number, page) for page in pages]
    return [read.get(page.number, page) for page in pages]


def _is_blank(picture: Image.Image) -> bool:
    low, high = picture.convert("L").getextrema()
    return bool(high - low < 16)  # type: ignore[operator] # one channel gives two numbers


def _text_of_picture(data: bytes, limits: Limits) -> Text:
    try:
        picture = _picture(data, limits)
    except _PictureRefused as refused:
        return Text(reason=str(refused))
    width, height = picture.width * POINTS_PER_INCH / DPI, picture.height * POINTS_PER_INCH / DPI
    if not limits.ocr_pages or min(picture.size) < 200 or _is_blank(picture):
        return Text(pages=[PageText(1, width, height, (), Origin.OCR)], origin=Origin.OCR, reason="no_text")
    try:
        text = text_from_pages([read_page(picture, number=1, width=width, height=height)])
        text.left_out = _has_more_pages(data)
        return text
    except OcrMissing:
        return Text(origin=Origin.OCR, reason="no_text")


def _has_more_pages(data: bytes) -> bool:
    """A TIFF of a fax gateway may hold several pages; only the first is read."""
    with Image.open(io.BytesIO(data)) as picture:
        return picture.format == "TIFF" and getattr(picture, "n_frames", 1) > 1
