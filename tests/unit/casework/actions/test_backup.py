"""A backup is whole or it does not count, and what it holds opens with the master key alone."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from pathlib import Path

import pytest
from django.db import connection

from casework.actions import backup, erasing, files
from casework.actions.backup import MANIFEST, POSTGRES_COPY, SQLITE_COPY, BackupFailed, back_up
from casework.configuration import places
from casework.record.models import AuditEvent, Backup, Case, Page
from casework.record.store import Store
from tests import factories
from tests.posted import posted

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def done(house: None) -> Case:
    factories.person("alke")
    return posted("amt-a", clerk="alke")


def _copies(folder: Path) -> list[Path]:
    return [path for where in (files.LETTERS, files.EVIDENCE) for path in (folder / where).glob("*/??/*")]


def test_a_backup_holds_every_file_and_counts_only_when_it_was_read_back(done: Case, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    result = back_up(folder)
    named = {(where, address) for _, where, _, address in files.named_files()}
    assert result.files == result.copied == len(named) == len(_copies(folder))
    copy = Store("amt-a", folder=folder / files.LETTERS).get(done.message.address)
    assert copy == Store("amt-a").get(done.message.address)
    assert json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["database_sha256"] == Backup.objects.get().digest
    assert AuditEvent.objects.get(code="backed_up").data["files"] == result.files
    assert erasing.backed_up_until() is not None


def test_the_copied_database_tells_of_the_case(done: Case, tmp_path: Path) -> None:
    result = back_up(tmp_path / "backup")
    assert result.database == (SQLITE_COPY if connection.vendor == "sqlite" else POSTGRES_COPY)
    if connection.vendor != "sqlite":
        listed = ["pg_restore", "--data-only", "--file=-", str(tmp_path / "backup" / POSTGRES_COPY)]
        assert done.reference in subprocess.run(listed, check=True, capture_output=True, text=True).stdout
        return
    with sqlite3.connect(tmp_path / "backup" / SQLITE_COPY) as copy:
        found = copy.execute(f"SELECT reference FROM {Case._meta.db_table}").fetchall()
    copy.close()
    assert (done.reference,) in found


def test_neither_master_key_nor_list_of_erasures_is_in_it(done: Case, tmp_path: Path) -> None:
    (places.home().keys / erasing.LIST).write_text("{}\n", encoding="utf-8")
    back_up(tmp_path / "backup")
    kept = {path.name for path in (tmp_path / "backup").rglob("*") if path.is_file()}
    assert "office-amt-a.key" in kept
    assert not {"master.key", erasing.LIST} & kept


def test_the_second_time_only_what_is_new_is_copied_and_what_was_damaged_is_mended(done: Case, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    back_up(folder)
    damaged = _copies(folder)[0]
    damaged.write_bytes(b"x" * damaged.stat().st_size)
    factories.message("amt-a")
    assert back_up(folder).copied == 1
    assert damaged.read_bytes()[:1] != b"x"


def test_an_erased_letter_goes_from_the_folder_too(done: Case, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    back_up(folder)
    (folder / files.LETTERS / "amt-a" / "ab" / "nobody").parent.mkdir(exist_ok=True)
    (folder / files.LETTERS / "amt-a" / "ab" / "nobody").write_bytes(b"of an erased letter")
    back_up(folder)
    assert not (folder / files.LETTERS / "amt-a" / "ab" / "nobody").exists()


def test_the_store_of_another_house_is_no_target(done: Case, tmp_path: Path) -> None:
    letter = tmp_path / "other" / files.LETTERS / "amt-a" / "ab" / "abcdef"
    letter.parent.mkdir(parents=True)
    letter.write_bytes(b"the only copy")
    for manifest in ("", '{"name": "of something else"}'):
        if manifest:
            (tmp_path / "other" / MANIFEST).write_text(manifest, encoding="utf-8")
        with pytest.raises(BackupFailed, match="no backup of ours"):
            back_up(tmp_path / "other")
    assert letter.read_bytes() == b"the only copy"


def test_a_folder_in_which_a_backup_ended_early_says_so_and_is_completed(
    done: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backup"

    def full(*_: object) -> bool:
        raise OSError(28, "No space left on device")

    back_up(folder)
    factories.message("amt-a")
    with monkeypatch.context() as broken:
        broken.setattr(backup, "_copy_file", full)
        with pytest.raises(BackupFailed, match="No space"):
            back_up(folder)
    assert json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["whole"] is False
    assert Backup.objects.count() == 1
    back_up(folder)
    assert json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["whole"] is True


def test_what_the_copied_database_names_is_there_although_it_was_read_anew_meanwhile(
    done: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Store("amt-a").put(b"the page as it was")
    Page.objects.create(message=done.message, part="9", number=1, width=1, height=1, image=page)
    copy_database = backup._copy_database

    def then_read_anew(folder: Path) -> Path:
        copied = copy_database(folder)
        Page.objects.filter(image=page).delete()
        return copied

    monkeypatch.setattr(backup, "_copy_database", then_read_anew)
    back_up(tmp_path / "backup")
    assert page in {path.name for path in _copies(tmp_path / "backup")}


def test_a_file_that_is_altered_in_the_store_makes_no_backup(done: Case, tmp_path: Path) -> None:
    original = places.home().store / "amt-a" / done.message.address[:2] / done.message.address
    original.write_bytes(original.read_bytes()[:-1] + b"\0")
    with pytest.raises(BackupFailed, match="1 files of the backup are not whole"):
        back_up(tmp_path / "backup")
    assert not Backup.objects.exists()
    assert erasing.backed_up_until() is None


@pytest.mark.parametrize("inside", [True, False], ids=["beside the original", "somebody's folder"])
def test_a_wrong_folder_is_refused(done: Case, tmp_path: Path, inside: bool) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BackupFailed, match="backup"):
        back_up(places.home() / "backup" if inside else tmp_path)
