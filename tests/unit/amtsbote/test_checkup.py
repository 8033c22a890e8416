"""`amtsbote check`: what would go wrong at night, said now, with file and line."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from amtsbote import checkup, cli
from casework.configuration import forget, shipped, vocabulary

OFFICE = """\
name: Amt A
mailboxes:
  - {account: post, host: 127.0.0.1, port: 1, user: a, secret: mailbox-a}
"""


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "offices").mkdir()
    monkeypatch.setenv("AMTSBOTE_CONFIG", os.pathsep.join([str(shipped()), str(tmp_path)]))
    monkeypatch.setattr(checkup, "_protections", lambda: iter(()))
    forget()
    return tmp_path


def test_the_shipped_pack_is_in_order(overlay: Path) -> None:
    report = checkup.examine()
    assert report.problems == []
    assert report.words().endswith("everything is in order")


def test_broken_yaml_is_named_by_file_and_line(overlay: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (overlay / "offices" / "amt-a.yaml").write_text("name: Amt A\nprocesses: {invoice: {stage: fast}\n")
    assert cli.main(["check"]) == 1
    assert f"{overlay}/offices/amt-a.yaml:" in capsys.readouterr().out


def test_a_wrong_value_is_named_by_its_line(overlay: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (overlay / "offices" / "amt-a.yaml").write_text("name: Amt A\nprocesses:\n  invoice: {stage: fast}\n")
    assert cli.main(["check", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["good"] is False
    assert [problem.split(": ")[0] for problem in answer["problems"]] == [f"{overlay}/offices/amt-a.yaml:3"]


def test_a_missing_secret_is_named_with_the_variable_that_gives_it(overlay: Path) -> None:
    (overlay / "offices" / "amt-a.yaml").write_text(OFFICE)
    assert [problem for problem in checkup.examine().problems if "AMTSBOTE_SECRET_MAILBOX_A" in problem]


def test_a_mailbox_out_of_reach_is_one_sentence(overlay: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (overlay / "offices" / "amt-a.yaml").write_text(OFFICE)
    monkeypatch.setenv("AMTSBOTE_SECRET_MAILBOX_A", "secret")
    problems = checkup.examine(mailboxes=True).problems
    assert len(problems) == 1
    assert problems[0].startswith(f"{overlay / 'offices' / 'amt-a.yaml'}:3: mailbox post of amt-a: ")
    assert "\n" not in problems[0]


def test_an_office_may_begin_with_empty_headings(overlay: Path) -> None:
    (overlay / "offices" / "amt-a.yaml").write_text("name: Amt A\nmunicipalities:\nprocesses:\nsystems:\n")
    assert checkup.examine().problems == []


def test_a_missing_program_is_named_with_its_remedy(overlay: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = shutil.which
    monkeypatch.setattr(checkup.shutil, "which", lambda name: None if name == "tesseract" else found(name))
    assert checkup.examine().problems == [
        "tesseract is missing: scans cannot be read; install the Debian packages tesseract-ocr and tesseract-ocr-deu"
    ]


RUNNING = """\
name: Amt A
processes: {defect_report: {stage: assisted}}
systems:
  ablage: {folder: drop}
"""


def test_a_drop_folder_that_is_not_there_is_named(overlay: Path) -> None:
    (overlay / "offices" / "amt-a.yaml").write_text(RUNNING)
    assert checkup.examine().problems == [
        f"ablage of amt-a: the drop folder {overlay}/offices/drop does not exist: create it or correct `folder`"
    ]
    (overlay / "offices" / "drop").mkdir()
    assert checkup.examine().problems == []


def test_a_process_that_posts_nobody_knows_where_is_a_problem(overlay: Path) -> None:
    (overlay / "offices" / "amt-a.yaml").write_text(RUNNING.partition("systems:")[0])
    assert checkup.examine().problems == [
        f"{overlay}/offices/amt-a.yaml:2: process `defect_report` posts into `ablage`, and the office does not say"
        " where that is – add `ablage: {folder: …}` under `systems`"
    ]


def test_a_kind_without_its_module_is_named(overlay: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "KINDS", vocabulary.KINDS | {"hedge"})
    for module in ("classifiers.kinds.registry", "classifiers.kinds.hedge"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    assert checkup.examine().problems == ["kind 'hedge' has no module: write classifiers/kinds/hedge.py"]
