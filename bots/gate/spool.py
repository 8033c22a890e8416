"""A request body held back until it may leave: in memory while small, else encrypted in a nameless file."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import IO

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_IN_MEMORY = 1024 * 1024
_SLICE = 256 * 1024


class Spool:
    """Bytes in, the same bytes out, any number of times; nothing readable ever lies on disk.

    The file is unlinked from the start and its key (AES-CTR, used once) lives in this object only.
    """

    def __init__(self) -> None:
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._cipher = Cipher(algorithms.AES(os.urandom(32)), modes.CTR(os.urandom(16)))
        self._encryptor = self._cipher.encryptor()
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        """Append; raises `OSError` when the disk is full."""
        self._digest.update(data)
        self.size += len(data)
        if self._file is None and self.size <= _IN_MEMORY:
            self._memory += data
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="gate-")  # noqa: SIM115 closed by `close`
            data, self._memory = bytes(self._memory) + data, bytearray()
        self._file.write(self._encryptor.update(data))

    def slices(self) -> Iterator[bytes]:
        """The bytes from the start."""
        if self._file is None:
            if self._memory:
                yield bytes(self._memory)
            return
        self._file.seek(0)
        decryptor = self._cipher.decryptor()
        while data := self._file.read(_SLICE):
            yield decryptor.update(data)

    def digest(self) -> bytes:
        """SHA-256 of all bytes."""
        return self._digest.digest()

    def close(self) -> None:
        """Forget the bytes."""
        self._memory = bytearray()
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
