"""What a watched folder notes is told on the page in the page's language."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from django.utils.translation import override

from bots.folders import WatchedFolder
from casework.configuration.doors import CompleteWhen, FolderSettings
from casework.console.folder_notes import told


def notes_of(path: Path, *, form: str = "files", marker: str | None = None) -> list[str]:
    """What the door really says of this folder when everything in it waits too long."""
    rules = CompleteWhen(quiet_seconds=600, marker=marker)
    made = {"name": "scanner", "path": path, "form": form, "complete_when": rules, "overdue_after": 0.01}
    door = WatchedFolder.open(FolderSettings.model_validate(made))
    door.look(path.name)
    time.sleep(0.02)
    door.look(path.name)
    door.close()
    return list(door.notes)


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_note_is_told_in_plain_words(tmp_path: Path, language: str) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    (tmp_path / "b.part").write_bytes(b"x")
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "line\nbreak").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "stapel").mkdir()
    (tmp_path / "stapel" / "c.part").write_bytes(b"x")
    (tmp_path / "half.zip").write_bytes(b"PK\3\4")
    (tmp_path / "einreichung").mkdir()
    (tmp_path / "einreichung" / "data.json").write_bytes(b"{}")
    (tmp_path / "x.pdf.ok").write_bytes(b"1")
    notes = [*notes_of(tmp_path), *notes_of(tmp_path, form="fitconnect"), *notes_of(tmp_path, marker=".ok")]
    notes.append(
        "'a.pdf' in folder 'scanner' is recorded and cannot be moved to Eingelesen (Permission denied): give the "
        "account the right to rename there"
    )
    assert len(notes) > 20
    with override(language):
        shown = [told(note) for note in notes]
    assert [note for note, said in zip(notes, shown, strict=True) if note == said] == []
    if language == "de":
        assert [said for said in shown if re.search(r"\b(?:it|is|the|file|holds)\b", said)] == []
    assert ("wartet schon lange" in shown[0]) is (language == "de")


def test_a_name_cannot_pose_as_another_note() -> None:
    with override("de"):
        shown = told("'100%(x)s' in folder 'scanner' waits: it is empty; complete or remove it")
    assert shown == "„100%(x)s“ wartet schon lange: Es ist leer. Bitte vervollständigen oder entfernen Sie es."


def test_what_a_mail_server_lacks_stays_as_it_is() -> None:
    assert told("the server has no MOVE") == "the server has no MOVE"
