"""The walks of docs/architecture.md lead through rooms that exist, by doors that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from amtsbote.house import FLOORS, PACKAGES, ROOMS, imports_between_rooms

ROOT = Path(__file__).resolve().parents[3]
MOST_FILES = 6
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| \[[^\]]+\]\(\.\./(?P<path>[^)]+)\) `(?P<room>[^`]+)` \|[^|]+\| `(?P<door>[^`]+)` \|$", re.MULTILINE
)
WALKS = {
    title: ROW.findall(text)
    for title, text in (walk.split("\n", 1) for walk in PAGE.split("\n### ")[1:])
}  # fmt: skip


@pytest.mark.parametrize("walk", WALKS)
def test_a_walk_crosses_at_most_six_files_and_none_twice(walk: str) -> None:
    files = [path for path, _, _ in WALKS[walk]]
    assert 4 <= len(files) <= MOST_FILES
    assert len(set(files)) == len(files)


@pytest.mark.parametrize(
    ("path", "room", "door"), [row for rows in WALKS.values() for row in rows], ids=lambda text: text.rsplit("/")[-1]
)
def test_every_room_has_the_door_the_walk_names(path: str, room: str, door: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(rf"\b{re.escape(door)}", _inside(text, room) if path.endswith(".py") else text)
    assert room in text


def test_the_page_walks_six_ways_and_loses_no_row() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| [")]
    assert (len(WALKS), sum(map(len, WALKS.values()))) == (6, len(rows))


def test_imports_go_down_only() -> None:
    pairs = imports_between_rooms(ROOT)
    assert [pair for pair in pairs if ROOMS.index(pair[0]) > ROOMS.index(pair[1])] == []
    assert pairs["amtsbote", "demo"] > 0


def test_the_picture_shows_every_package_and_every_floor_of_casework() -> None:
    import tomllib

    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    floors = next(contract for contract in contracts["contracts"] if contract["id"] == "floors")
    assert list(FLOORS) == floors["layers"]
    assert {*PACKAGES, "casework"} == set(contracts["root_packages"])


def _inside(text: str, name: str) -> str:
    """The source of the functions or classes of this name."""
    wanted = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, wanted) and node.name == name]
    return "\n".join(ast.get_source_segment(text, node) or "" for node in found)
