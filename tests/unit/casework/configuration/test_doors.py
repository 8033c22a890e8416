"""Watched folders of an office: what their settings mean, and which of them cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from casework.configuration import load, problems
from casework.configuration.doors import CompleteWhen, FolderSettings

OFFICE = "offices/amt-nord.yaml"
Change = Callable[[str, str, str], Path]


def with_folders(change: Change, *folders: str) -> Path:
    """The pack with these folders written into its office."""
    written = "".join(f"  - {{{one}}}\n" for one in folders)
    return change(OFFICE, "municipalities:", f"folders:\n{written}municipalities:").parents[1]


def said(pack: Path) -> list[str]:
    return [str(problem).replace(str(pack), "") for problem in problems([pack])]


def test_a_folder_stands_beside_the_mailboxes_as_a_door(change: Change) -> None:
    pack = with_folders(change, "name: scanner, path: ../scan, form: files")
    office = load([pack]).offices["amt-nord"]
    (folder,) = office.folders
    assert folder.path == pack / "scan"
    assert folder.done_path == pack / "scan" / "Eingelesen"
    assert [door.account for door in office.doors] == ["post@nord.example", "scanner"]
    assert (folder.all_folders, folder.trusted_sender, folder.contained) == (("scan",), False, ())


@pytest.mark.parametrize(
    ("form", "contained"), [("bebpo", ("xjustiz_nachricht.xml",)), ("fitconnect", ("metadata.json",)), ("files", ())]
)
def test_the_form_says_what_makes_a_folder_drop_whole_unless_the_office_does(
    form: str, contained: tuple[str, ...]
) -> None:
    made = {"name": "x", "path": "/srv/x", "form": form}
    assert FolderSettings.model_validate(made).contained == contained
    rules = {"complete_when": {"contains": ["fertig.txt"]}}
    assert FolderSettings.model_validate(made | rules).contained == ("fertig.txt",)


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        (["name: post@nord.example, path: /srv/a"], "`post@nord.example` is the name of another door of `amt-nord`"),
        (["name: a, path: /srv/a", "name: a, path: /srv/b"], "`a` is the name of another door of `amt-nord`"),
        (["name: by-hand, path: /srv/a"], "`by-hand` is the name of another door"),
        (["name: a, path: /srv/a", "name: b, path: /srv/a"], "folder `b` is taken in already by"),
        (["name: a, path: /srv/a", "name: b, path: /srv/a/b"], "folder `b` is taken in already by"),
        (
            ["name: a, path: /srv/a, done_folder: /srv/done", "name: b, path: /srv/b, done_folder: /srv/done"],
            "folder `b` is taken in already by",
        ),
    ],
)
def test_doors_that_cannot_be_told_apart_are_refused(change: Change, folders: list[str], expected: str) -> None:
    found = said(with_folders(change, *folders))
    assert len(found) == 1
    assert expected in found[0]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"quiet_seconds": 0}, "else halves are taken"),
        ({"marker": ".tmp"}, "cannot be both marker and temporary ending"),
        ({"marker": "ok"}, "pattern"),
        ({"contains": ["../x"]}, "pattern"),
    ],
)
def test_rules_that_would_take_in_halves_are_refused(rules: dict[str, object], expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        CompleteWhen.model_validate(rules)


@pytest.mark.parametrize("done", ["/srv/a", "/srv", ".", "../b", "a"])
def test_a_done_folder_whose_drops_would_come_again_is_refused(done: str) -> None:
    with pytest.raises(ValidationError, match="done_folder"):
        FolderSettings.model_validate({"name": "a", "path": "/srv/a", "done_folder": done})
