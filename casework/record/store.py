"""The store of files: content-addressed per office, encrypted at rest, written durably, never changed.

A file lies under HMAC(office key, sha256 of its bytes), so that two offices never learn that they hold the same one.
Format: magic, 8 byte nonce prefix, then frames of up to 1 MiB sealed with AES-GCM; the frame's number and whether it
is the last stand in nonce and associated data, so that frames cannot be cut off or swapped.

A file is written as a draft in a folder of its own and gets its name when it is durable: what a crash leaves behind is
a draft that nobody knows, and `sweep` takes it away.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
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
DRAFTS = ".drafts"
ABANDONED_SECONDS = 6 * 3600
"""A draft that nobody wrote to for so long belongs to a process that is gone."""
FRESH_SECONDS = 3600
"""A file that was put so lately is not removed: the record may not name it yet."""
WAITS_AT_ONCE = 8
"""So many fsyncs wait at the same time: the disk takes them together, which costs hardly more than one."""


class FileMissing(StoreError):
    """The store has no file at this address."""


class FileAltered(StoreError):
    """The file at this address is not what was put there."""


class Store:
    """The files of one office."""

    def __init__(self, office: str, *, folder: Path | None = None) -> None:
        self.office = office
        self._key: OfficeKey = office_key(office)
        self._folder = (folder or places.home().store) / office

    def put(self, data: bytes) -> str:
        """Seal and keep these bytes durably; returns their address. Keeping the same bytes again is free."""
        return self.put_many([data])[0]

    def put_many(self, files: Sequence[bytes]) -> list[str]:
        """Keep many files durably in little more time than one: all are on disk when it returns, or none is named.

        Their addresses in the same order. Raises `StoreError` when one of them cannot be kept.
        """
        addresses = [self.address_of(data) for data in files]
        with self._explaining():
            wanted = zip(addresses, files, strict=True)
            new = {address: data for address, data in wanted if not self._still_wanted(address)}
            if new:
                with self._room() as drafts:
                    self._keep({drafts / _draft_name(): (address, data) for address, data in new.items()})
        return addresses

    def put_pieces(self, pieces: Iterable[bytes]) -> tuple[str, int]:
        """Keep a file that comes in pieces, with no more than a few MiB in memory; its address and size in bytes.

        The address is known only after the last piece: until then the bytes lie in a draft under a key that exists in
        this call's memory alone, never in plain.
        """
        with self._explaining(), self._room() as drafts:
            passing = drafts / _draft_name()
            try:
                return self._keep_pieces(passing, drafts / _draft_name(), pieces)
            finally:
                passing.unlink(missing_ok=True)

    def address_of(self, data: bytes) -> str:
        """Where these bytes lie or would lie."""
        return self._key.digest(hashlib.sha256(data).digest())

    def address_of_pieces(self, pieces: Iterable[bytes]) -> str:
        """The same of a file that comes in pieces."""
        digest = hashlib.sha256()
        for piece in pieces:
            digest.update(piece)
        return self._key.digest(digest.digest())

    def get(self, address: str) -> bytes:
        """The bytes kept under an address; raises `FileMissing` or `FileAltered`."""
        with self._opened(address) as file:
            data = b"".join(_frames(file, self._key.encryption, address))
        if self.address_of(data) != address:
            raise _altered(address)
        return data

    def check(self, address: str) -> None:
        """Decrypt and compare a file piece by piece; raises `FileMissing` or `FileAltered`."""
        with self._opened(address) as file:
            found = self.address_of_pieces(_frames(file, self._key.encryption, address))
        if found != address:
            raise _altered(address)

    def remove(self, address: str) -> bool:
        """Delete a file for good; False while somebody has just put the same bytes and may be about to name them.

        A file that is not there counts as deleted.
        """
        path = self._path(address)
        try:
            with self._held(fcntl.LOCK_EX):
                if path.stat().st_mtime > time.time() - FRESH_SECONDS:
                    return False
                path.unlink()
        except FileNotFoundError:
            return True
        sync_folder(path.parent)
        return True

    def sweep(self) -> int:
        """Take away drafts that a crash left behind; returns how many."""
        long_ago, swept = time.time() - ABANDONED_SECONDS, 0
        drafts = self._folder / DRAFTS
        for draft in list(drafts.iterdir()) if drafts.is_dir() else []:
            try:
                if draft.stat().st_mtime < long_ago:
                    draft.unlink()
                    swept += 1
            except FileNotFoundError:
                continue  # whoever wrote it has just brought it to its place
        return swept

    def __contains__(self, address: str) -> bool:
        return self._path(address).is_file()

    def _still_wanted(self, address: str) -> bool:
        """Is it there already? It then counts as new, so that nobody removes it before the record names it again."""
        try:
            with self._held(fcntl.LOCK_SH):
                os.utime(self._path(address))
        except FileNotFoundError:
            return False
        return True

    @contextmanager
    def _held(self, lock: int) -> Iterator[None]:
        """Nobody makes a file new between another one's look at its age and its end."""
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, lock)
            yield
        finally:
            os.close(folder)

    def _path(self, address: str) -> Path:
        return self._folder / address[:2] / address

    @contextmanager
    def _opened(self, address: str) -> Iterator[BinaryIO]:
        try:
            with self._path(address).open("rb") as file:
                yield file
        except FileNotFoundError as error:
            raise FileMissing(
                f"the store lacks {address[:12]}… ({error.strerror}); restore it from the backup"
            ) from error
        except OSError as error:
            raise StoreError(
                f"{address[:12]}… in the store cannot be read ({error.strerror}); mend the disk"
            ) from error

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"the store could not keep a file ({error.strerror}); free space or mend {self._folder}"
            ) from error

    @contextmanager
    def _room(self) -> Iterator[Path]:
        """The folder for drafts; the first time it is made durably, with the office's own."""
        drafts = self._folder / DRAFTS
        if not drafts.is_dir():
            drafts.mkdir(parents=True, exist_ok=True, mode=0o700)
            for folder in (self._folder, self._folder.parent):
                sync_folder(folder)
        yield drafts

    def _keep(self, drafts: dict[Path, tuple[str, bytes]]) -> None:
        """Write all drafts durably, then name them, then make the names durable."""
        try:
            _at_once(lambda draft: self._write(draft, *drafts[draft]), list(drafts))
            self._name({draft: address for draft, (address, _) in drafts.items()})
        finally:
            for draft in drafts:
                draft.unlink(missing_ok=True)

    def _write(self, draft: Path, address: str, data: bytes) -> None:
        frames = (data[start : start + FRAME] for start in range(0, max(len(data), 1), FRAME))
        with _new_file(draft) as file:
            _seal(file, self._key.encryption, address, frames)

    def _name(self, drafts: dict[Path, str]) -> None:
        """Bring durable drafts to their addresses; every folder is synced once."""
        folders = {self._path(address).parent for address in drafts.values()}
        made = [folder for folder in folders if not folder.is_dir()]
        for folder in made:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for draft, address in drafts.items():
            draft.rename(self._path(address))
        _at_once(sync_folder, sorted({*folders, *([self._folder] if made else [])}))

    def _keep_pieces(self, passing: Path, draft: Path, pieces: Iterable[bytes]) -> tuple[str, int]:
        key, digest, size = secrets.token_bytes(32), hashlib.sha256(), 0

        def counted() -> Iterator[bytes]:
            nonlocal size
            for frame in _framed(pieces):
                digest.update(frame)
                size += len(frame)
                yield frame

        with passing.open("xb") as file:
            os.chmod(passing, 0o600)
            _seal(file, key, DRAFTS, counted())
        address = self._key.digest(digest.digest())
        if not self._still_wanted(address):
            self._seal_anew(passing, key, draft, address)
        return address, size

    def _seal_anew(self, passing: Path, key: bytes, draft: Path, address: str) -> None:
        try:
            with passing.open("rb") as source, _new_file(draft) as file:
                _seal(file, self._key.encryption, address, _frames(source, key, DRAFTS))
            self._name({draft: address})
        finally:
            draft.unlink(missing_ok=True)


def _draft_name() -> str:
    return secrets.token_hex(12)


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """A new file for its owner alone, durable when the block ends."""
    with path.open("xb") as file:
        os.chmod(path, 0o600)
        yield file
        file.flush()
        os.fsync(file.fileno())


def _at_once(work: Callable[[Path], None], paths: Sequence[Path]) -> None:
    """Do it for each path with the waits overlapping; the first error is raised when all have ended."""
    if len(paths) == 1:
        return work(paths[0])
    with ThreadPoolExecutor(min(WAITS_AT_ONCE, len(paths))) as pool:
        for done in [pool.submit(work, path) for path in paths]:
            done.result()


def _framed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in frames; at least one, the last may be shorter."""
    held, given = bytearray(), False
    for piece in pieces:
        held += piece
        while len(held) > FRAME:
            yield bytes(held[:FRAME])
            given = True
            del held[:FRAME]
    if held or not given:
        yield bytes(held)


def _seal(file: BinaryIO, key: bytes, bound_to: str, frames: Iterable[bytes]) -> None:
    cipher, prefix = AESGCM(key), secrets.token_bytes(8)
    file.write(MAGIC + prefix)
    coming = iter(frames)
    frame, number = next(coming), 0
    for following in coming:
        file.write(cipher.encrypt(_nonce(prefix, number), frame, _bound(bound_to, last=False)))
        frame, number = following, number + 1
    file.write(cipher.encrypt(_nonce(prefix, number), frame, _bound(bound_to, last=True)))


def _frames(file: BinaryIO, key: bytes, bound_to: str) -> Iterator[bytes]:
    head = file.read(len(MAGIC) + 8)
    if head[: len(MAGIC)] != MAGIC:
        raise FileAltered(f"{bound_to[:12]}… in the store has an unknown format; restore it from the backup")
    cipher, prefix, number = AESGCM(key), head[len(MAGIC) :], 0
    frame = file.read(FRAME + TAG)
    while True:
        following = file.read(FRAME + TAG)
        try:
            yield cipher.decrypt(_nonce(prefix, number), frame, _bound(bound_to, last=not following))
        except InvalidTag as error:
            raise _altered(bound_to) from error
        if not following:
            return
        frame, number = following, number + 1


def _altered(address: str) -> FileAltered:
    return FileAltered(f"the file {address[:12]}… in the store was altered; restore it from the backup")


def _nonce(prefix: bytes, number: int) -> bytes:
    return prefix + number.to_bytes(4, "big")


def _bound(address: str, *, last: bool) -> bytes:
    return address.encode() + (b"|last" if last else b"|more")
