"""The picture of the house for docs/architecture.md: packages in the order of their layers, and who imports whom."""

from __future__ import annotations

import ast
import re
from collections import Counter
from html import escape
from pathlib import Path

PACKAGES = ("amtsbote", "demo", "flows", "bots", "classifiers")
FLOORS = (
    "site", "console", "register", "actions", "policies", "record", "checks", "statutes", "configuration", "words",
)  # fmt: skip
ROOMS = (*PACKAGES, *(f"casework.{floor}" for floor in FLOORS))
"""From top to bottom: a room may import from those below it only; the contracts in pyproject.toml say so too."""

WIDTH, TOP, STEP, HEIGHT = 940, 44, 40, 32
ARCS_FROM, INDENT = 640, 24
THICKER_FROM = (3, 9, 27)
"""Importing modules from which an arc gets a point thicker; coarse, so that the picture changes with the house only."""
STYLE = """
  svg { background: #fff; font: 14px system-ui, sans-serif; fill: #1c2733 }
  .room { fill: #eef2f6; stroke: #b6c2cf } .casework { fill: none; stroke: #b6c2cf; stroke-dasharray: 4 4 }
  .name { font-weight: 600 } .what { fill: #52606d; font-size: 12px }
  .arc { fill: none; stroke: #1f5f8b; opacity: .55 } .arc.up { stroke: #c0392b; opacity: 1 }
"""


def picture(root: Path) -> str:
    """The house as SVG: one row per room, one arc per pair of rooms, thicker where more modules import."""
    height = TOP + len(ROOMS) * STEP + 12
    below = TOP + len(PACKAGES) * STEP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title">',
        '<title id="title">Packages of Amtsbote from top to bottom, with an arc for each pair of which the upper one '
        "imports the lower one</title>",
        f"<style>{STYLE}</style>",
        '<text x="12" y="26" class="name">Who may know whom: imports go down only</text>',
        f'<rect x="8" y="{below - 4}" width="{ARCS_FROM - 4}" height="{len(FLOORS) * STEP}" rx="6" class="casework"/>',
        *(line for index, room in enumerate(ROOMS) for line in _row(room, _what_it_is(root, room), index)),
        *(_arc(*pair, count) for pair, count in sorted(imports_between_rooms(root).items())),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def imports_between_rooms(root: Path) -> Counter[tuple[str, str]]:
    """How many modules of one room import a module of another: (importer, imported) → number."""
    found: Counter[tuple[str, str]] = Counter()
    for importer in ROOMS:
        for path in _modules(root, importer):
            named = {_room_of(name) for name in _imported(path)} - {importer, None}
            found.update((importer, room) for room in named if room is not None)
    return found


def _imported(path: Path) -> set[str]:
    """Every module or object a file imports, by its full name; the house has no relative imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _room_of(name: str) -> str | None:
    return next((room for room in ROOMS if name == room or name.startswith(f"{room}.")), None)


def _modules(root: Path, room: str) -> list[Path]:
    folder = root.joinpath(*room.split("."))
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


def _what_it_is(root: Path, room: str) -> str:
    """The first words of its docstring."""
    folder = root.joinpath(*room.split("."))
    start = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    return re.split(r"[:;.] |\.$", ast.get_docstring(ast.parse(start.read_text("utf-8"))) or "")[0]


def _row(room: str, what: str, index: int) -> list[str]:
    y, x = _y(index), 12 + (INDENT if "." in room else 0)
    return [
        f'<rect x="{x}" y="{y}" width="{ARCS_FROM - 4 - x}" height="{HEIGHT}" rx="4" class="room"/>',
        f'<text x="{x + 10}" y="{y + 21}" class="name">{room.removeprefix("casework.")}</text>',
        f'<text x="{x + 126}" y="{y + 21}" class="what">{escape(what)}</text>',
    ]


def _arc(importer: str, imported: str, count: int) -> str:
    start, end = ROOMS.index(importer), ROOMS.index(imported)
    x, bulge = ARCS_FROM - 2, 14 + 18 * abs(end - start)
    first, last = _y(start) + HEIGHT // 2 + 5, _y(end) + HEIGHT // 2 - 5
    width = 1 + sum(count >= bound for bound in THICKER_FROM)
    return (
        f'<path class="arc{" up" if end < start else ""}" stroke-width="{width}" '
        f'd="M{x} {first} C{x + bulge} {first} {x + bulge} {last} {x} {last}">'
        f"<title>{importer} → {imported}</title></path>"
    )


def _y(index: int) -> int:
    return TOP + index * STEP
