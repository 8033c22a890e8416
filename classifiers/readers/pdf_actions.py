"""What a PDF does to who opens it: act (scripts, programs, media), or unpack without end before it is even open."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from itertools import islice

import pikepdf

_ACTIONS = frozenset({"/JavaScript", "/Launch", "/ImportData", "/RichMediaExecute", "/Rendition", "/Movie", "/Sound"})
_MEDIA = frozenset({"/RichMedia", "/Movie", "/Screen", "/Sound", "/3D"})
_HOOKS = ("/A", "/AA", "/OpenAction", "/JavaScript")
_NOT_BELOW = frozenset({"/Parent", "/P", "/Prev", "/Dest", "/D", "/AP", "/EmbeddedFiles", "/Dests", "/MK", "/DR"})
_MOST_NODES = 20_000
_LARGEST_OBJECTS = 64 * 1024 * 1024
"""Bytes that all streams of objects of one PDF may unpack to; they are unpacked before a limit of ours could act."""
_OBJECTS = re.compile(rb"obj\b(?P<entries>(?:(?!\bobj\b|stream).){0,2000}?/ObjStm.{0,2000}?)stream\r?\n", re.DOTALL)
_DEEPEST = 12
_DAMAGE = (
    *(pikepdf.PdfError, pikepdf.PasswordError, ValueError, RuntimeError),
    *(KeyError, AttributeError, TypeError, IndexError),
)


def acts(data: bytes) -> bool:
    """Would a usual viewer run, start or play something? False for a PDF that cannot be opened: nobody reads it."""
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            return any(_is_active(node) for node in islice(_nodes(pdf), _MOST_NODES))
    except _DAMAGE:
        return False


def is_objects_bomb(data: bytes) -> bool:
    """Do its streams of objects (the lists of what it consists of) unpack to more than a reader should bear?"""
    left = _LARGEST_OBJECTS
    for found in _OBJECTS.finditer(data):
        content = data[found.end() : data.find(b"endstream", found.end())]
        for _ in range(len(re.findall(rb"/Fl(?:ateDecode)?\b", found["entries"]))):
            try:
                content = zlib.decompressobj().decompress(content, left + 1)
            except zlib.error:
                break  # a damaged one gives nothing
        left -= len(content)
        if left < 0:
            return True
    return False


def _is_active(node: object) -> bool:
    if not isinstance(node, pikepdf.Dictionary):
        return False
    return str(node.get("/S", "")) in _ACTIONS or "/JS" in node or str(node.get("/Subtype", "")) in _MEDIA


def _nodes(pdf: pikepdf.Pdf) -> Iterator[object]:
    """Actions and annotations: of the document, its names, its form, its outline and its pages."""
    root = pdf.Root
    for start in (root.get("/OpenAction"), root.get("/AA"), root.get("/Names"), _form(root), root.get("/Outlines")):
        yield from _below(start, _DEEPEST, set())
    for page in pdf.pages:
        yield from _below(page.obj.get("/AA"), _DEEPEST, set())
        for note in page.obj.get("/Annots", []):
            yield note
            for hook in _HOOKS:
                yield from _below(note.get(hook), _DEEPEST, set())


def _form(root: pikepdf.Object) -> object:
    form = root.get("/AcroForm")
    return form.get("/Fields") if isinstance(form, pikepdf.Dictionary) else None


def _below(node: object, left: int, met: set[tuple[int, int]]) -> Iterator[object]:
    """A node and what hangs below it; each indirect object once, pages and parents not entered."""
    if left <= 0 or not isinstance(node, pikepdf.Array | pikepdf.Dictionary):
        return
    if node.is_indirect:
        if node.objgen in met:
            return
        met.add(node.objgen)
    yield node
    children = list(node) if isinstance(node, pikepdf.Array) else _entries(node)
    for child in children:
        yield from _below(child, left - 1, met)


def _entries(node: pikepdf.Dictionary) -> list[object]:
    return [value for key, value in node.items() if key not in _NOT_BELOW]
