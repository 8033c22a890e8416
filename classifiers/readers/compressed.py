"""gzip, bzip2, xz and tar, bounded: what they claim about their sizes is not believed."""

from __future__ import annotations

import bz2
import io
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from typing import Protocol

from classifiers.readers.archives import HIGHEST_RATIO, SLICE, ArchiveRefused

PACKED = frozenset({"application/gzip", "application/x-bzip2", "application/x-xz"})
TAR = "application/x-tar"
_SUFFIXES = {".gz": "", ".bz2": "", ".xz": "", ".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar"}
_MOST_MEMBERS = 1000
"""Packed files are joined of a few members; thousands of tiny ones are made to cost time."""
_MEMORY = 64 * 1024 * 1024
"""Bytes that xz may take for itself."""


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def unpacked(data: bytes, media_type: str, *, budget: int) -> bytes:
    """The content of one packed file, all of its members joined. Raises ArchiveRefused."""
    most = min(budget, max(len(data) * HIGHEST_RATIO, SLICE))
    pieces: list[bytes] = []
    size = 0
    try:
        while data:
            unpacker = _unpacker(media_type)
            content = unpacker.decompress(data, max(most - size, 0) + 1)
            size += len(content)
            if size > most or len(pieces) == _MOST_MEMBERS:
                raise ArchiveRefused("too_large")
            pieces.append(content)
            if not unpacker.eof:
                raise ArchiveRefused("archive_damaged")
            data = unpacker.unused_data.lstrip(b"\0")
    except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError) as error:
        if not pieces:
            raise ArchiveRefused("archive_damaged") from error
        # what hangs behind a whole member is no member: gzip itself passes over it with a warning
    return b"".join(pieces)


def _unpacker(media_type: str) -> _Unpacker:
    if media_type == "application/gzip":
        return zlib.decompressobj(wbits=31)
    if media_type == "application/x-bzip2":
        return bz2.BZ2Decompressor()
    return lzma.LZMADecompressor(memlimit=_MEMORY)


def inner_name(name: str | None) -> str | None:
    """The name of what was packed: without the suffix of the packing."""
    for suffix, instead in _SUFFIXES.items():
        if name and name.lower().endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)] + instead
    return name


def tar_members(data: bytes, *, budget: int, most: int) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of the files in a tar; links and devices have none. Raises ArchiveRefused."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:", errors="surrogateescape") as archive:
            for number, member in enumerate(archive):
                if number >= most:
                    raise ArchiveRefused("too_many_parts")
                if member.size > max(budget, 0):
                    raise ArchiveRefused("too_large")
                stream = archive.extractfile(member) if member.isreg() and not member.issparse() else None
                if stream is not None:
                    content = stream.read()
                    budget -= len(content)
                    yield member.name, content
    except (tarfile.TarError, ValueError, OSError, EOFError, UnicodeError, OverflowError) as error:
        raise ArchiveRefused("archive_damaged") from error
