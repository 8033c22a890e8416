"""A watched folder worked by the command itself, killed with SIGKILL between its steps: nothing lost, nothing twice."""

from __future__ import annotations

import io
import os
import signal
import zipfile
from pathlib import Path

import pytest

from tests.integration.folders.house import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def put_drops(house: House) -> None:
    (house.inbox / "brief.pdf").write_bytes(b"%PDF-1.7 Brief")
    batch = house.inbox / "stapel"
    batch.mkdir()
    (batch / "seite-1.tif").write_bytes(b"II*\0" + b"1" * 70_000)
    (batch / "seite-2.tif").write_bytes(b"II*\0" + b"2" * 70_000)


@pytest.mark.parametrize("moment", ["stored", "recorded", "moved"])
def test_a_kill_between_the_steps_loses_and_doubles_nothing(house: House, moment: str) -> None:
    put_drops(house)
    killed = house.run("tests.integration.folders.victim", moment, "amt-a", "scanner")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    house.take_in()
    names = [name for name, _, _ in house.messages()]
    assert names == ["brief.pdf", "stapel.zip"]
    assert house.cases() == 2
    assert sorted(os.listdir(house.inbox)) == ["Eingelesen"]
    assert sorted(os.listdir(house.done)) == ["brief.pdf", "stapel"]
    house.take_in()
    assert len(house.messages()) == 2


def test_half_a_file_waits_and_an_identical_second_drop_is_a_second_message(house: House) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("xjustiz_nachricht.xml", b"<a/>")
        archive.writestr("schriftsatz.pdf", b"%PDF-1.7" * 100)
    half = house.inbox / "export.zip"
    half.write_bytes(whole.getvalue()[:200])
    (house.inbox / "scan.pdf").write_bytes(b"%PDF-1.7")
    house.take_in()
    assert [name for name, _, _ in house.messages()] == ["scan.pdf"]
    assert half.exists()
    half.write_bytes(whole.getvalue())
    (house.inbox / "scan.pdf").write_bytes(b"%PDF-1.7")
    house.take_in()
    assert house.messages() == [
        ("export.zip", len(whole.getvalue()), True), ("scan.pdf", 8, True), ("scan.pdf", 8, True),
    ]  # fmt: skip
    assert sorted(os.listdir(house.done)) == ["export.zip", "scan-2.pdf", "scan.pdf"]


def test_check_names_a_missing_folder(house: House) -> None:
    house.inbox.rmdir()
    checked = house.run("amtsbote", "check")
    assert checked.returncode == 1
    assert f"folder scanner of amt-a: {house.inbox} is missing" in checked.stdout + checked.stderr
