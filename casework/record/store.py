"""The store of files: content-addressed per office, encrypted at rest, written durably, never changed.

A file lies under HMAC(office key, sha256 of its bytes), so that two offices never learn that they hold the same one.
Format: magic, 8 byte nonce prefix, then frames of up to 1 MiB sealed with AES-GCM; the frame's number and whether it
is the last stand in nonce and associated data, so that frames cannot be cut off or swapped.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from casework.configuration import places
from casework.record.keys import OfficeKey, office_key, sync_folder
from casework.words.errors import StoreError

MAGIC = b"AB1\n"
FRAME = 1 << 20
TAG = 16


class Store:
    """The files of one office."""

    def __init__(self, office: str, *, folder: Path | None = None) -> None:
        self._key: OfficeKey = office_key(office)
        self._folder = (folder or places.home().store) / office

    def put(self, data: bytes) -> str:
        """Seal and keep these bytes durably; returns their address. Keeping the same bytes again is free."""
        address = self.address_of(data)
        path = self._path(address)
        if path.exists():
            return address
        try:
            self._write(path, address, data)
        except OSError as error:
            raise StoreError(
                f"the store could not keep a file ({error.strerror}); free space or mend {path.parent}"
            ) from error
        return address

    def address_of(self, data: bytes) -> str:
        """Where these bytes lie or would lie."""
        return self._key.digest(hashlib.sha256(data).digest())

    def get(self, address: str) -> bytes:
        """The bytes kept under an address; raises `StoreError` when missing or altered."""
        path = self._path(address)
        try:
            with path.open("rb") as file:
                data = b"".join(self._frames(file, address))
        except OSError as error:
            raise StoreError(
                f"the store lacks {address[:12]}… ({error.strerror}); restore it from the backup"
            ) from error
        if self.address_of(data) != address:
            raise StoreError(f"the file {address[:12]}… in the store was altered; restore it from the backup")
        return data

    def __contains__(self, address: str) -> bool:
        return self._path(address).exists()

    def _path(self, address: str) -> Path:
        return self._folder / address[:2] / address

    def _write(self, path: Path, address: str, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{address[:16]}.{secrets.token_hex(6)}")
        try:
            with draft.open("xb") as file:
                os.chmod(draft, 0o600)
                self._seal(file, address, data)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        for folder in (path.parent, path.parent.parent):
            sync_folder(folder)

    def _seal(self, file: BinaryIO, address: str, data: bytes) -> None:
        cipher, prefix = AESGCM(self._key.encryption), secrets.token_bytes(8)
        file.write(MAGIC + prefix)
        starts = range(0, max(len(data), 1), FRAME)
        for number, start in enumerate(starts):
            last = start + FRAME >= len(data)
            file.write(cipher.encrypt(_nonce(prefix, number), data[start : start + FRAME], _bound(address, last=last)))

    def _frames(self, file: BinaryIO, address: str) -> Iterator[bytes]:
        head = file.read(len(MAGIC) + 8)
        if head[: len(MAGIC)] != MAGIC:
            raise StoreError(f"{address[:12]}… in the store has an unknown format; restore it from the backup")
        cipher, prefix, number = AESGCM(self._key.encryption), head[len(MAGIC) :], 0
        frame = file.read(FRAME + TAG)
        while True:
            following = file.read(FRAME + TAG)
            try:
                yield cipher.decrypt(_nonce(prefix, number), frame, _bound(address, last=not following))
            except InvalidTag as error:
                raise StoreError(
                    f"the file {address[:12]}… in the store was altered; restore it from the backup"
                ) from error
            if not following:
                return
            frame, number = following, number + 1


def _nonce(prefix: bytes, number: int) -> bytes:
    return prefix + number.to_bytes(4, "big")


def _bound(address: str, *, last: bool) -> bytes:
    return address.encode() + (b"|last" if last else b"|more")
