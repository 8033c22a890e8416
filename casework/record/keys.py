"""The keys of the house: one master key (0600, made at first start) wraps one key per office.

An office's key is never used itself: an encryption key and an address key are derived from it (HKDF-SHA256).
Without the master key the store is unreadable.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from casework.configuration import places
from casework.words.errors import StoreError

KEY_BYTES = 32
MASTER = "master.key"


@dataclass(frozen=True)
class OfficeKey:
    """What an office's files are sealed (`encryption`) and found by (`address`); 32 bytes each."""

    encryption: bytes
    address: bytes

    def digest(self, value: bytes | str) -> str:
        """A keyed digest (HMAC-SHA256, hex): two offices never get the same for the same value."""
        raw = value.encode() if isinstance(value, str) else value
        return hmac.new(self.address, raw, hashlib.sha256).hexdigest()


def office_key(office: str) -> OfficeKey:
    """The key of an office; made and wrapped at first use."""
    return _office_key(places.home().keys, office)


def signing_key(purpose: str) -> bytes:
    """A 32 byte key derived from the master key, to sign models and to tell tampering."""
    return _derive(_master_key(places.home().keys), f"amtsbote signing {purpose}")


@lru_cache(maxsize=256)
def _office_key(folder: Path, office: str) -> OfficeKey:
    path = folder / f"office-{office}.key"
    master = _master_key(folder)
    if not path.exists():
        _write_new(path, aes_key_wrap(master, secrets.token_bytes(KEY_BYTES)))
    try:
        key = aes_key_unwrap(master, path.read_bytes())
    except InvalidUnwrap as error:
        raise StoreError(
            f"{path.name} was not wrapped with this master key; give the master key it belongs to"
        ) from error
    return OfficeKey(_derive(key, "amtsbote store"), _derive(key, "amtsbote address"))


def _master_key(folder: Path) -> bytes:
    path = folder / MASTER
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(folder.glob("office-*.key")):
            raise StoreError(f"{path} is missing, but keys it wrapped are there; put it back from its safe place")
        _write_new(path, secrets.token_bytes(KEY_BYTES))
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise StoreError(f"{path} holds {len(key)} bytes, not {KEY_BYTES}; restore the master key from its safe place")
    return key


def _write_new(path: Path, key: bytes) -> None:
    """Write a key durably; another process that was first wins, so that all use the same key."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, key)
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a folder's entries durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _derive(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)
