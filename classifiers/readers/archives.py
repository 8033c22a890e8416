"""Zip archives, bounded: what an archive claims about its sizes is not believed."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from casework.words.errors import AmtsboteError
from classifiers.readers.headers import clean_text

HIGHEST_RATIO = 200
SLICE = 1 << 20
MOST_ENTRIES = 20_000
"""Entries of a directory beyond which it is not even read: each costs half a kilobyte of memory."""
_ENTRY, _END = b"PK\x01\x02", b"PK\x05\x06"
_END_SIZE = 22


class ArchiveRefused(AmtsboteError):
    """An archive that is not opened; `reason` is a reason code."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the archive was refused ({reason}); ask the sender for the files themselves")


def members(data: bytes, *, budget: int, most: int) -> Iterator[tuple[str, bytes]]:
    """Paths and bytes of the files in a zip. They are metadata: no path is ever used. Raises ArchiveRefused."""
    archive, entries = entries_of(data)
    if len(entries) > most:
        raise ArchiveRefused("too_many_parts")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise ArchiveRefused("archive_encrypted")
    if sum(entry.file_size for entry in entries) > max(budget, 0):
        raise ArchiveRefused("too_large")
    left = budget
    for entry in entries:
        content = _read(archive, entry, min(left, max(len(data) * HIGHEST_RATIO, SLICE)))
        left -= len(content)
        yield clean_text(entry.filename.replace("\\", "/")), content


def entries_of(data: bytes) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    """The archive and what its directory lists, folders aside. Raises ArchiveRefused."""
    if data.count(_ENTRY) > MOST_ENTRIES:
        raise ArchiveRefused("too_many_parts")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        return archive, [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, struct.error) as error:
        raise ArchiveRefused("archive_damaged") from error


def ends_as_archive(data: bytes) -> bool:
    """Do these bytes, whatever they begin as, end with the directory of a zip archive?"""
    place = data.rfind(_END, max(len(data) - _END_SIZE - 0xFFFF, 0))
    if place < 0 or place + _END_SIZE > len(data):
        return False
    return place + _END_SIZE + int.from_bytes(data[place + 20 : place + 22], "little") == len(data)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(SLICE):
                size += len(piece)
                if size > most:
                    raise ArchiveRefused("too_large")
                pieces.append(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError) as error:
        raise ArchiveRefused("archive_damaged") from error
    return b"".join(pieces)
