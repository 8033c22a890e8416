from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from casework.record.store import FRAME, Store
from casework.words.errors import StoreError


@pytest.mark.parametrize("size", [0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME + 7])
def test_bytes_come_back_as_they_were(tmp_path: Path, size: int) -> None:
    store, data = Store("amt-a", folder=tmp_path), bytes(index % 251 for index in range(size))
    assert store.get(store.put(data)) == data


def test_two_offices_never_share_an_address(tmp_path: Path) -> None:
    assert Store("amt-a", folder=tmp_path).put(b"same") != Store("amt-b", folder=tmp_path).put(b"same")


def test_nothing_readable_lies_on_disk(tmp_path: Path) -> None:
    Store("amt-a", folder=tmp_path).put(b"Hundesteuer Nordermoor" * 100)
    assert not any(b"Hundesteuer" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize("change", ["flip", "cut", "swap"])
def test_an_altered_file_is_noticed(tmp_path: Path, change: str) -> None:
    store = Store("amt-a", folder=tmp_path)
    address, other = store.put(b"x" * (FRAME + 10)), store.put(b"y" * (FRAME + 10))
    path = next(tmp_path.rglob(address))
    raw = bytearray(path.read_bytes())
    if change == "flip":
        raw[100] ^= 1
    elif change == "cut":
        del raw[-26:]
    else:
        raw[:] = next(tmp_path.rglob(other)).read_bytes()
    path.write_bytes(raw)
    with pytest.raises(StoreError, match="altered"):
        store.get(address)


def test_a_full_disk_is_one_clear_sentence_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    store = Store("amt-a", folder=tmp_path)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError, match=r"could not keep a file \(No space left on device\); free space"):
        store.put(b"letter")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_is_put_while_it_is_removed_is_there_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last letter that named it is erased in the very moment in which the same bytes come in again."""
    store = Store("amt-a", folder=tmp_path)
    address = store.put(b"once more")
    path = next(tmp_path.rglob(address))
    os.utime(path, (0, 0))
    coming = threading.Thread(target=store.put, args=(b"once more",))
    unlink = Path.unlink

    def unlink_late(self: Path, missing_ok: bool = False) -> None:
        if self == path:
            coming.start()
            coming.join(0.3)
        unlink(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink_late)
    store.remove(address)
    coming.join()
    assert store.get(address) == b"once more"
