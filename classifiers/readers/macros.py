"""Macros in office files: found by the names of what they lie in, never read, never run."""

from __future__ import annotations

import io
import re

import olefile

from classifiers.readers.archives import ArchiveRefused, entries_of

ODD_STREAMS = (b"\\objdata", b"\\objupdate", b"\\*\\template", b"\\ddeauto")
"""In RTF: an object of another program, or a template from elsewhere."""
_INSTALLER = "000C1084-0000-0000-C000-000000000046"
_STORAGE_NAMES = re.compile(r"(?:^|/)(?:_?vba(?:_project(?:_cur)?)?|macros|\x01ole10native)(?:/|$)", re.IGNORECASE)
_ARCHIVE_NAMES = re.compile(
    r"(?:^|/)vba(?:project|data)\.\w+$|/(?:macrosheets|activex)/|^basic/|^scripts/|/oleobject\d*\.bin$", re.IGNORECASE
)
_RELATIONS = re.compile(r"^(?:word|xl|ppt)/_rels/[^/]+\.rels$", re.IGNORECASE)
_TEMPLATE = re.compile(rb"attachedTemplate\"?[^>]{0,2000}TargetMode\s?=\s?[\"']External", re.IGNORECASE)
_LARGEST_LOOK = 4 << 20
"""Bytes of a workbook's stream, and of a list of relations, that are looked at."""
_SHEET, _BEGIN, _MACRO_SHEET = 0x85, 0x809, 1


def macros_in_archive(data: bytes) -> str:
    """`macros` when an OOXML or ODF file (or an archive of such pieces) holds code or fetches its template."""
    try:
        archive, entries = entries_of(data)
    except ArchiveRefused:
        return ""  # the opener of archives says why
    if any(_ARCHIVE_NAMES.search(entry.filename) for entry in entries):
        return "macros"
    for entry in entries:
        if _RELATIONS.match(entry.filename) and not entry.flag_bits & 0x1:
            try:
                with archive.open(entry) as stream:
                    if _TEMPLATE.search(stream.read(_LARGEST_LOOK)):
                        return "macros"
            except (ValueError, OSError, NotImplementedError, RuntimeError, EOFError, ArithmeticError):
                return "macros"  # a list of relations that cannot be read hides what it relates to
    return ""


def macros_in_storage(data: bytes) -> str:
    """`macros` or `program` when a compound file (.doc, .xls, .msi) holds such."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as storage:
            if str(getattr(storage.root, "clsid", "")).upper() == _INSTALLER:
                return "program"
            names = ["/".join(path) for path in storage.listdir(streams=True, storages=True)]
            if any(_STORAGE_NAMES.search(name) for name in names):
                return "macros"
            book = next((name for name in names if name.lower() in {"workbook", "book"}), None)
            return "macros" if book and _has_macro_sheet(storage.openstream(book).read(_LARGEST_LOOK)) else ""
    except (OSError, ValueError, IndexError, KeyError, AttributeError, TypeError, RecursionError):
        return ""  # a damaged compound file is read by nobody here


def _has_macro_sheet(book: bytes) -> bool:
    """Sheets of Excel 4 macros are named as such in the head of a workbook (MS-XLS, BoundSheet8)."""
    place = 0
    while place + 4 <= len(book):
        kind, size = (int.from_bytes(book[at : at + 2], "little") for at in (place, place + 2))
        if kind == _SHEET and size >= 6 and book[place + 4 + 5] == _MACRO_SHEET:
            return True
        if kind == 0x0A:  # the end of the workbook's head
            return False
        place += 4 + size
    return False
