"""The filing drop: documents and metadata appear together, once, and are found again."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bots import open_session
from bots.filing import FolderDrop
from casework.configuration.systems import DropSystem
from casework.words.errors import NeedsReview, NothingLeft, Rejected, TryAgainLater
from casework.words.work import Operation, Permit, Refusal, Work, WorkAttachment

METADATA = {"title": "{title}", "office": "{office}", "reference": "{reference?}"}


class Journal:
    def __init__(self, verdict: Permit | Refusal | None = None) -> None:
        self.verdict = verdict or Permit()
        self.asked: list[str] = []

    def may_leave(self, sign: str, digest: str) -> Permit | Refusal:
        self.asked.append(f"{sign} {len(digest)}")
        return self.verdict


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


def system(folder: Path, **changes: object) -> DropSystem:
    return DropSystem.model_validate(
        {
            "system": "ablage",
            "title": "Ablage",
            "transport": "drop",
            "folder": str(folder),
            "taken": ["importiert"],
            "operations": {"file_case": {"title": "Ablegen", "class": "create", "metadata": METADATA}},
            **changes,
        }
    )


@contextmanager
def filing(drop: DropSystem) -> Iterator[Operation]:
    with open_session(drop, secret=str) as session:
        yield session.operation("file_case")


def work(tmp_path: Path, *, marker: str = "AB-000000000001", key: str = "k|1") -> Work:
    path = tmp_path / "given.pdf"
    path.write_bytes(b"%PDF-1.7 something")
    return Work(
        business_key=key,
        fields={"title": "Rechnung 1 Müller", "office": "Amt Moorwiek"},
        attachments=[WorkAttachment(name="../Rechnung.pdf", path=path), WorkAttachment(name="Rechnung.pdf", path=path)],
        marker=marker,
        case="M-2026-1",
    )


def visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def test_nothing_is_visible_before_the_commit_and_everything_after(folder: Path, tmp_path: Path) -> None:
    given, journal = work(tmp_path), Journal()
    with filing(system(folder)) as operation:
        assert operation.find(given) is None
        entered = operation.enter(given)
        assert visible(folder) == []
        assert entered.values["title"].read_back == "Rechnung 1 Müller"
        receipt = operation.commit(journal)
        assert journal.asked == ["drop 64"]
        dropped = visible(folder)[0]
        assert dropped.name == receipt.number
        assert sorted(path.name for path in dropped.iterdir()) == ["Rechnung-2.pdf", "Rechnung.pdf", "metadata.json"]
        content = json.loads((dropped / "metadata.json").read_bytes())
        assert content["fields"] == {"title": "Rechnung 1 Müller", "office": "Amt Moorwiek"}
        assert (content["marker"], content["documents"][0]["bytes"]) == ("AB-000000000001", 18)
        found = operation.find(given)
    assert found is not None
    assert (found.number, found.ours, found.values["office"]) == (receipt.number, True, "Amt Moorwiek")


def test_xml_metadata_is_read_back_like_json(folder: Path, tmp_path: Path) -> None:
    given = work(tmp_path)
    with filing(system(folder, metadata_format="xml")) as operation:
        operation.enter(given)
        operation.commit(Journal())
        found = operation.find(given)
    assert found is not None and found.ours
    root = ElementTree.parse(visible(folder)[0] / "metadata.xml").getroot()
    assert [field.text for field in root.iter("field")] == ["Rechnung 1 Müller", "Amt Moorwiek"]


def test_what_the_importing_system_took_is_still_found(folder: Path, tmp_path: Path) -> None:
    given = work(tmp_path)
    with filing(system(folder)) as operation:
        operation.enter(given)
        receipt = operation.commit(Journal())
        (folder / "importiert").mkdir()
        (folder / receipt.number).rename(folder / "importiert" / receipt.number)
        found = operation.find(given)
    assert found is not None
    assert found.ours


def test_the_same_matter_of_another_case_and_a_former_key_are_found_as_not_ours(folder: Path, tmp_path: Path) -> None:
    with filing(system(folder)) as operation:
        operation.enter(work(tmp_path))
        operation.commit(Journal())
        other = operation.find(work(tmp_path, marker="AB-000000000002"))
        corrected = work(tmp_path, marker="AB-000000000003", key="k|9").model_copy(update={"former_keys": ["k|1"]})
        former = operation.find(corrected)
    for found in (other, former):
        assert found is not None
        assert (found.ours, found.marker) == (False, "AB-000000000001")


def test_a_refused_departure_leaves_nothing_behind(folder: Path, tmp_path: Path) -> None:
    with filing(system(folder)) as operation:
        operation.enter(work(tmp_path))
        with pytest.raises(NothingLeft):
            operation.commit(Journal(Refusal("lease")))
        assert list(folder.iterdir()) == []
        with pytest.raises(NothingLeft):
            operation.commit(Journal())


def test_what_was_only_tried_leaves_nothing_behind(folder: Path, tmp_path: Path) -> None:
    with open_session(system(folder), secret=str) as session:
        for number in range(2):
            session.operation("file_case").enter(work(tmp_path, key=f"k|{number}"))
        assert [path.name.startswith(".unfinished-") for path in folder.iterdir()] == [True, True]
        kept = session.operation("file_case")
        kept.enter(work(tmp_path))
        receipt = kept.commit(Journal())
    assert [path.name for path in folder.iterdir()] == [receipt.number]


def test_a_second_drop_of_the_same_work_cannot_appear(folder: Path, tmp_path: Path) -> None:
    given = work(tmp_path)
    with filing(system(folder)) as operation:
        operation.enter(given)
        operation.commit(Journal())
        operation.enter(given)
        with pytest.raises(Rejected) as caught:
            operation.commit(Journal())
        assert caught.value.proves_not_done
    assert len(visible(folder)) == 1


def test_a_missing_folder_is_a_wrong_moment(tmp_path: Path) -> None:
    with open_session(system(tmp_path / "nowhere"), secret=str) as session:
        assert "does not exist" in session.check()[0]
        with pytest.raises(TryAgainLater):
            session.operation("file_case").find(work(tmp_path))
        with pytest.raises(TryAgainLater):
            session.operation("file_case").enter(work(tmp_path))


def test_a_missing_required_field_is_a_clerks_turn_and_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    given = work(tmp_path).model_copy(update={"fields": {"title": "ohne Amt"}})
    with filing(system(folder)) as operation, pytest.raises(NeedsReview):
        operation.enter(given)
    assert list(folder.iterdir()) == []


def test_what_a_crashed_worker_left_unfinished_goes_after_some_hours(folder: Path) -> None:
    old, young = folder / ".unfinished-old", folder / ".unfinished-young"
    old.mkdir()
    young.mkdir()
    long_ago = time.time() - 7 * 3600
    os.utime(old, (long_ago, long_ago))
    FolderDrop(system(folder)).close()
    assert list(folder.iterdir()) == [young]
