"""The page of dependencies names every direct one with its licence, its last release and the cost of leaving it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
TABLES = PAGE.split("## Ours, though libraries exist")[0]
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TABLES.splitlines() if line.startswith("| ")]
KEPT = {row[0]: row for row in ROWS if row[0] != "Library"}


def _declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"].values()
    asked = [*project["project"]["dependencies"], *(name for group in groups for name in group)]
    return {Requirement(text).name for text in asked}


def test_the_page_names_every_direct_dependency_and_no_other() -> None:
    assert set(KEPT) == _declared()


def test_every_row_says_what_for_licence_upkeep_and_leaving() -> None:
    for name, row in KEPT.items():
        assert len(row) == 5 and all(row), name
        assert re.search(r"\b20\d\d-\d\d-\d\d\b", row[3]), name


def test_every_direct_dependency_is_pinned_in_the_version_that_the_page_tells() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;]+)", lock, re.MULTILINE))
    assert {name for name in KEPT if name not in pinned} == set()
    told = {name: row[3].split(",")[0].split(" ")[0] for name, row in KEPT.items()}
    differing = {name for name, version in told.items() if not name.startswith("types-") and pinned[name] != version}
    assert differing == set()


def test_the_files_the_page_names_are_there() -> None:
    named = re.findall(r"`((?:amtsbote|bots|casework|classifiers|demo|flows|scripts)/[\w/.-]+)`", PAGE)
    assert [path for path in named if not (ROOT / path).exists()] == []
