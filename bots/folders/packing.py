"""A folder of files as one message: a zip, nothing compressed, in the order of the paths, every time the same bytes.

The files' bytes stand in it untouched; times and rights of the files do not, or a crash would make another message.
The first file begins behind the first kilobyte: a PDF that stood there would make the whole a PDF in the eyes of every
reader that looks for its sign so far.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence

SLICE = 1 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)
_PADDING = b"\x35\xd9" + (1024).to_bytes(2, "little") + bytes(1024)
"""An extra field as tools that align files use it (id 0xD935)."""
_LOCAL, _DESCRIPTOR, _CENTRAL, _END = 30, 16, 46, 22
"""Bytes of a zip's fixed structures (APPNOTE 4.3); every name stands in it twice."""


class _Sink(io.RawIOBase):
    """Takes what the zip writer writes until somebody fetches it. It cannot seek: sizes follow the files."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


def zip_size(files: Sequence[tuple[str, int]]) -> int:
    """How large the zip of files with these paths and sizes will be, in bytes."""
    fixed = _LOCAL + _DESCRIPTOR + _CENTRAL
    padding = 2 * len(_PADDING) if files else 0
    return _END + padding + sum(fixed + 2 * len(archive_name(path).encode()) + size for path, size in files)


def zip_pieces(paths: Sequence[str], read: Callable[[str], Iterator[bytes]]) -> Iterator[bytes]:
    """The zip in pieces; `read` gives the bytes of one path in pieces."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for number, path in enumerate(paths):
            entry = zipfile.ZipInfo(archive_name(path), _EPOCH)
            entry.extra = b"" if number else _PADDING
            entry.create_system, entry.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            with archive.open(entry, "w") as target:
                for piece in read(path):
                    target.write(piece)
                    yield sink.take()
    yield sink.take()


def archive_name(path: str) -> str:
    """The path as it stands in the zip: what is no UTF-8 is marked, because a zip has no other way to say it."""
    return os.fsencode(path).decode("utf-8", "replace")


def has_zip_end(tail: bytes, size: int) -> bool:
    """Does a file of `size` bytes with this `tail` (at most 65,557 bytes) end as a zip ends? (APPNOTE 4.3.16)"""
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END:
        return False
    length, start = (int.from_bytes(tail[at + low : at + low + 4], "little") for low in (12, 16))
    comment = int.from_bytes(tail[at + 20 : at + 22], "little")
    if len(tail) - at != _END + comment:
        return False
    zip64 = 0xFFFFFFFF in (length, start)
    return zip64 or start + length <= size - len(tail) + at
