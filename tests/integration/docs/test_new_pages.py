"""new-system.md and new-kind.md are followed to their end in a copy of the tree: what they show is what happens.

So is the example that both of them name.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.docs.test_how_to import BLOCK, LINK, ROOT, SECRETS, blocks, place

__all__ = ["place"]

HOW_TO = ROOT / "docs" / "how-to"
EXAMPLE = ROOT / "docs" / "examples" / "lost-property"
FOLDERS = ("amtsbote", "bots", "casework", "classifiers", "configs", "demo", "flows", "tests")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A throw-away copy of the sources, as a contributor has it."""
    tree = tmp_path / "tree"
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    return tree


def follow(page: str, *, cwd: Path, tree: Path, place: Path, also: str = "") -> dict[str, list[str]]:
    """Run the page's commands, and the shown ones that hold `also`; the lines each block said, by its last command."""
    scripts = in_order(page, also)
    # a port of our own: the page may be followed twice at the same time
    port = str(free_port())
    said = (_run(["sh", "-eu", "-c", text.replace("18103", port)], cwd=cwd, tree=tree, place=place) for text in scripts)
    return {script.strip().splitlines()[-1]: text.splitlines() for script, text in zip(scripts, said, strict=True)}


def in_order(page: str, also: str) -> list[str]:
    found = BLOCK.findall((HOW_TO / page).read_text(encoding="utf-8"))
    return [text for kind, text in found if kind == "sh" or (kind == "console" and also and also in text)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pytest_says(*arguments: str, tree: Path, place: Path) -> str:
    return _run([sys.executable, "-m", "pytest", "-q", *arguments], cwd=tree, tree=tree, place=place)


def in_shape(*folders: str, tree: Path, place: Path) -> None:
    """The linter finds nothing, so `make check` will not either."""
    _run([sys.executable, "-m", "ruff", "check", "--no-cache", *folders], cwd=tree, tree=tree, place=place)


def _run(command: list[str], *, cwd: Path, tree: Path, place: Path) -> str:
    environment = {
        **os.environ,
        **SECRETS,
        "PATH": f"{place / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(tree),
        "AMTSBOTE_HOME": str(place / "home"),
        "AMTSBOTE_CONFIG": os.pathsep.join([str(tree / "configs"), str(place / "overlay")]),
    }
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_a_system_is_added_tried_and_shared_as_the_page_says(tree: Path, place: Path) -> None:
    said = follow("new-system.md", cwd=place, tree=tree, place=place, also="amtsbote post")
    checks = [lines[-1] for command, lines in said.items() if command.endswith("amtsbote check")]
    assert checks == ["everything is in order"] * 2
    assert [line.split(" (")[0] for line in said["kill $!"]] == [
        "dry_run: no receipt",
        "confirmed: M-00001",
        "confirmed: M-00001",
    ]

    bots = tree / "tests" / "integration" / "bots"
    shutil.move(place / "overlay" / "systems" / "schadenbuch.yaml", tree / "configs" / "systems")
    shutil.move(place / "schadenbuch_stand_in.py", bots)
    (shown,) = blocks(HOW_TO / "new-system.md", "python")
    (bots / "test_schadenbuch.py").write_text(shown, encoding="utf-8")
    in_shape("tests/integration/bots", tree=tree, place=place)
    assert "4 passed" in pytest_says("tests/integration/bots/test_schadenbuch.py", tree=tree, place=place)


def test_a_kind_is_added_as_the_page_says(tree: Path, place: Path) -> None:
    vocabulary = tree / "casework" / "configuration" / "vocabulary.py"
    text = vocabulary.read_text(encoding="utf-8")
    assert text.count('"unknown"') == 1
    vocabulary.write_text(text.replace('"unknown"', '"unknown", "parking_permit"'), encoding="utf-8")
    said = follow("new-kind.md", cwd=tree, tree=tree, place=place)
    in_shape("classifiers/kinds", tree=tree, place=place)
    assert said["amtsbote check"][-1] == "everything is in order"
    assert said["amtsbote learn --texts letters.jsonl"] == ["learned 4 letters (confirmed)"]
    assert "2 passed" in pytest_says(
        "tests/unit/classifiers/test_examples.py", "-k", "parking_permit", tree=tree, place=place
    )
    read = ["amtsbote", "read", "tests/examples/parking_permit/letter.eml"]
    words = _run([str(place / "bin" / "amtsbote"), *read[1:]], cwd=tree, tree=tree, place=place).splitlines()
    assert words[1].startswith("  parking_permit by rule; a clerk looks: ")
    pytest_says("tests/unit/classifiers/kinds/test_registry.py", tree=tree, place=place)


def lay_over(example: Path, *, tree: Path, place: Path) -> list[str]:
    """Copy an example's files to where they belong, its office to the overlay; the folders' Python files."""
    shutil.copytree(example / "overlay", place / "overlay", dirs_exist_ok=True)
    not_there = shutil.ignore_patterns("__pycache__", "overlay", "*.patch", "README.md")
    shutil.copytree(example, tree, dirs_exist_ok=True, ignore=not_there)
    _run(["git", "apply", str(example / "lists.patch")], cwd=tree, tree=tree, place=place)
    catalogue = ["--domain", "django", "--directory", "casework/console/locale", "--locale", "en"]
    _run([str(Path(sys.executable).with_name("pybabel")), "compile", *catalogue], cwd=tree, tree=tree, place=place)
    return [str(path.relative_to(example)) for path in sorted(example.rglob("*.py"))]


def test_the_example_still_fits_the_house(tree: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMTSBOTE_SECRET_FUNDBUCH", "geheim")
    added = lay_over(EXAMPLE, tree=tree, place=place)
    in_shape(*added, "casework/checks", "casework/configuration", "casework/console", tree=tree, place=place)
    said = _run([str(place / "bin" / "amtsbote"), "check"], cwd=tree, tree=tree, place=place)
    assert said.splitlines()[-1] == "everything is in order"
    samples = ["tests/unit/classifiers/test_examples.py", "-k", "lost_property"]
    assert "2 passed" in pytest_says(*samples, tree=tree, place=place)
    lists = ["tests/unit/classifiers/kinds/test_registry.py", "tests/unit/casework/console/test_translations.py"]
    own = [name for name in added if "/test_" in name]
    assert len(own) == 2
    pytest_says(*own, *lists, tree=tree, place=place)


def test_every_link_of_the_examples_page_leads_somewhere() -> None:
    links = LINK.findall((EXAMPLE / "README.md").read_text(encoding="utf-8"))
    assert [link for link in links if not (EXAMPLE / link).exists()] == []
