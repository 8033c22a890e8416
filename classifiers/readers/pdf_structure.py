"""The structure of a PDF by pikepdf: encryption, embedded files, form values with their boxes."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pikepdf

from casework.words.errors import AmtsboteError
from casework.words.reading import Box
from classifiers.readers.headers import clean_text

_DAMAGE = (pikepdf.PdfError, ValueError, RuntimeError, KeyError, AttributeError, TypeError)
_ODD_STREAM = 256 * 1024
"""Packed size (bytes) up to which a stream with one other filter than Flate is left to the library: it has no bound."""


class PdfRefused(AmtsboteError):
    """A PDF that cannot be opened; `reason` is a reason code."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the PDF was refused ({reason}); ask the sender for another file")


def _open(data: bytes) -> pikepdf.Pdf:
    try:
        return pikepdf.open(io.BytesIO(data), suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise PdfRefused("pdf_encrypted") from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise PdfRefused("pdf_damaged") from error


@dataclass(frozen=True)
class EmbeddedFile:
    """A file inside a PDF; `refused` is the reason code when its bytes could not be taken out.

    `in_portfolio`: the PDF is a folder of files (ISO 32000-1, 12.3.5) and this is one of them, not data to a page.
    """

    name: str
    relation: str
    data: bytes
    refused: str = ""
    in_portfolio: bool = False


def embedded_files(data: bytes, *, budget: int, largest: int) -> list[EmbeddedFile]:
    """Every embedded file; what would unpack to more than `largest` or the rest of the budget is told as refused.

    Raises PdfRefused.
    """
    found: list[EmbeddedFile] = []
    with _open(data) as pdf:
        try:
            portfolio = "/Collection" in pdf.Root
            for name, specification in pdf.attachments.items():
                file = _embedded(name, specification, most=min(budget, largest))
                file = replace(file, in_portfolio=portfolio and file.relation in {"", "Unspecified"})
                # what was unpacked in vain has cost its time too
                budget -= len(file.data) if not file.refused else max(min(budget, largest), 0)
                found.append(file)
        except _DAMAGE:
            return found  # a damaged name tree: what was found so far is all there is to find
    return found


def _embedded(name: str, specification: pikepdf.AttachedFileSpec, *, most: int) -> EmbeddedFile:
    shown = relation = ""
    try:
        shown = clean_text(specification.filename or name)
        relation = str(specification.obj.get("/AFRelationship", "")).lstrip("/")
        return EmbeddedFile(shown, relation, _content(specification.get_file().obj, most))
    except _TooLarge:
        return EmbeddedFile(shown, relation, b"", "too_large")
    except _DAMAGE:
        return EmbeddedFile(shown or clean_text(name), relation, b"", "pdf_damaged")


class _TooLarge(Exception):
    pass


def _content(stream: pikepdf.Object, most: int) -> bytes:
    """The stream's bytes, never much more than `most` of them at a time. Raises _TooLarge."""
    raw = stream.read_raw_bytes()
    filters: Any = stream.get("/Filter", [])
    names = [str(filters)] if isinstance(filters, pikepdf.Name) else [str(each) for each in filters]
    if set(names) <= {"/FlateDecode", "/Fl"} and stream.get("/DecodeParms") is None:
        content: bytes | None = raw
        for _ in names:
            content = _inflate(content, most) if content is not None else None
        if content is not None:
            return content
    if len(names) > 1 or len(raw) > min(most, _ODD_STREAM):
        raise _TooLarge
    content = bytes(stream.read_bytes())
    if len(content) > most:
        raise _TooLarge
    return content


def _inflate(raw: bytes, most: int) -> bytes | None:
    """Unpack in one bounded piece; None when the stream is damaged (the library may still mend it)."""
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(raw, max(most, 0) + 1)
    except zlib.error:
        return None
    if len(content) > most:
        raise _TooLarge
    return content


def form_values(data: bytes) -> dict[str, tuple[str, Box | None]]:
    """AcroForm fields with a value: full name → value and the box of its first widget, in points from the top left.

    Check boxes give `yes` or `no`, radio buttons the name of the chosen state. Empty text fields are left out.
    """
    try:
        with _open(data) as pdf:
            boxes = _widget_boxes(pdf)
            form = pdf.Root.get("/AcroForm")
            if form is None:
                return {}
            return {name: (value, boxes.get(name)) for name, value in _fields(form.get("/Fields", []), "", "", set())}
    except (PdfRefused, pikepdf.PdfError, ValueError, RuntimeError, KeyError, AttributeError, TypeError):
        return {}


def _fields(
    nodes: object, prefix: str, kind: str, met: set[tuple[int, int]], depth: int = 0
) -> Iterator[tuple[str, str]]:
    """`met` are the objects entered already: a field stands in one place, and never below itself."""
    for node in nodes:  # type: ignore[attr-defined] # a pikepdf array
        if depth > 12 or (node.is_indirect and node.objgen in met):
            continue
        met.add(node.objgen)
        own = clean_text(str(node.get("/T", "")))
        name = f"{prefix}.{own}" if prefix and own else own or prefix
        kind_here = str(node.get("/FT", kind))
        children = node.get("/Kids")
        if children is not None and any("/T" in child for child in children):
            yield from _fields(children, name, kind_here, met, depth + 1)
            continue
        value = _value(node.get("/V"), kind_here)
        if value:
            yield name, value


def _value(value: object, kind: str) -> str:
    if kind == "/Btn":
        state = str(value).lstrip("/") if value is not None else "Off"
        return (
            "no"
            if state == "Off"
            else "yes"
            if state.lower() in {"yes", "ja", "on", "1", "true"}
            else clean_text(state)
        )
    if value is None:
        return ""
    return clean_text(str(value)).strip()


def _widget_boxes(pdf: pikepdf.Pdf) -> dict[str, Box]:
    boxes: dict[str, Box] = {}
    for number, page in enumerate(pdf.pages, start=1):
        media = [float(edge) for edge in page.mediabox]
        for note in page.get("/Annots", []):
            if str(note.get("/Subtype", "")) != "/Widget" or "/Rect" not in note:
                continue
            left, low, right, high = sorted_rectangle([float(edge) for edge in note["/Rect"]])
            name = _full_name(note)
            box = Box(page=number, x0=left - media[0], y0=media[3] - high, x1=right - media[0], y1=media[3] - low)
            boxes.setdefault(name, box)
    return boxes


def sorted_rectangle(edges: list[float]) -> tuple[float, float, float, float]:
    """Left, low, right, high of a PDF rectangle given by any two opposite corners."""
    x0, y0, x1, y1 = edges
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _full_name(note: pikepdf.Object) -> str:
    names: list[str] = []
    node: pikepdf.Object | None = note
    while node is not None and len(names) < 12:
        if "/T" in node:
            names.append(clean_text(str(node["/T"])))
        node = node.get("/Parent")
    return ".".join(reversed(names))
