"""Many files with few waits, large files in pieces, and what a crash leaves behind."""

from __future__ import annotations

import os
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.record.store import ABANDONED_SECONDS, DRAFTS, FRAME, FileAltered, FileMissing, Store
from casework.words.errors import StoreError, TryAgainLater


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_many_files_come_back_each_at_its_address(tmp_path: Path) -> None:
    store, files = Store("amt-a", folder=tmp_path), [b"brief %d" % number for number in range(50)]
    addresses = store.put_many([*files, files[0]])
    assert [store.get(address) for address in addresses] == [*files, files[0]]
    assert len(files_in(tmp_path)) == 50


def test_each_folder_is_synced_once_for_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store("amt-a", folder=tmp_path)
    store.put_many([b"%d" % number for number in range(2000)])
    synced: list[Path] = []
    monkeypatch.setattr("casework.record.store.sync_folder", synced.append)
    addresses = store.put_many([b"brief %d" % number for number in range(600)])
    assert sorted(synced) == sorted({tmp_path / "amt-a" / address[:2] for address in addresses})


def test_when_one_of_many_cannot_be_kept_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, sync, left = Store("amt-a", folder=tmp_path), os.fsync, [20]

    def full_after_some(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")
        sync(handle)

    monkeypatch.setattr("os.fsync", full_after_some)
    with pytest.raises(StoreError, match="No space left on device"):
        store.put_many([b"%d" % number for number in range(50)])
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("sizes", [[], [0], [1], [FRAME], [FRAME, 1], [7] * 9, [3 * FRAME + 5], [FRAME - 1, 2]])
def test_pieces_make_the_same_file_as_the_whole(tmp_path: Path, sizes: list[int]) -> None:
    store = Store("amt-a", folder=tmp_path)
    pieces = [bytes((index * 7 + size) % 251 for index in range(size)) for size in sizes]
    address, size = store.put_pieces(pieces)
    assert (address, size) == (store.address_of(b"".join(pieces)), sum(sizes))
    assert store.get(address) == b"".join(pieces)
    assert len(files_in(tmp_path)) == 1


def test_a_large_file_is_never_in_memory_nor_in_plain_on_disk(tmp_path: Path) -> None:
    store, piece, plain = Store("amt-a", folder=tmp_path), b"Hundesteuer Nordermoor " * 45_000, []

    def pieces() -> Iterator[bytes]:
        for _ in range(40):
            plain.extend(path for path in files_in(tmp_path) if b"Hundesteuer" in _beginning(path))
            yield piece

    tracemalloc.start()
    address, size = store.put_pieces(pieces())
    store.check(address)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size == 40 * len(piece)
    assert plain == []
    assert peak < 12_000_000


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(200_000)


def test_a_large_file_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * FRAME
        raise TryAgainLater("mailbox_unreachable", "the line broke")

    with pytest.raises(TryAgainLater, match="line broke"):
        Store("amt-a", folder=tmp_path).put_pieces(broken())
    assert files_in(tmp_path) == []


def test_drafts_of_a_crash_are_swept_and_those_under_way_stay(tmp_path: Path) -> None:
    store = Store("amt-a", folder=tmp_path)
    address = store.put(b"brief")
    old, fresh = (tmp_path / "amt-a" / DRAFTS / name for name in ("old", "fresh"))
    for draft in (old, fresh):
        draft.write_bytes(b"half")
    past = time.time() - ABANDONED_SECONDS - 60
    os.utime(old, (past, past))
    assert store.sweep() == 1
    assert sorted(files_in(tmp_path)) == sorted([fresh, tmp_path / "amt-a" / address[:2] / address])


def test_missing_and_altered_are_told_apart(tmp_path: Path) -> None:
    store = Store("amt-a", folder=tmp_path)
    address = store.put(b"x" * 5000)
    store.check(address)
    path = tmp_path / "amt-a" / address[:2] / address
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(FileAltered):
        store.check(address)
    path.unlink()
    with pytest.raises(FileMissing):
        store.check(address)
