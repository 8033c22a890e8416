"""Every command in a `sh` block of README and docs/how-to is run here, in the order of its page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs" / "how-to").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
SECRETS = {"AMTSBOTE_SECRET_MAIL_POSTEINGANG": "geheim", "AMTSBOTE_SECRET_HAUSHALTSKASSE": "geheim"}


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    return [text for found, text in BLOCK.findall(page.read_text(encoding="utf-8")) if found == language]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder as the pages assume it: an office's overlay as new-office.md shows it, and something to read."""
    overlay = tmp_path / "overlay" / "offices"
    overlay.mkdir(parents=True)
    (shown,) = blocks(ROOT / "docs" / "how-to" / "new-office.md", "yaml")
    (overlay / "amt-muster.yaml").write_text(shown.replace("/srv/dms-import", str(tmp_path / "drop")), encoding="utf-8")
    (overlay / "lieferanten.csv").write_text("name;vat_id;iban\n", encoding="utf-8")
    (tmp_path / "drop").mkdir()
    (tmp_path / "suppliers.csv").write_text("name;vat_id;iban\n", encoding="utf-8")
    sample = next((ROOT / "tests" / "examples" / "invoice").glob("*.xml"))
    shutil.copy(sample, tmp_path / "invoice.xml")
    (tmp_path / "letters").mkdir()
    shutil.copy(sample, tmp_path / "letters" / "invoice.xml")
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "amtsbote"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m amtsbote "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_the_page_works(page: Path, place: Path) -> None:
    environment = {
        **os.environ,
        **SECRETS,
        "PATH": f"{place / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "AMTSBOTE_HOME": str(place / "home"),
        "AMTSBOTE_CONFIG": os.pathsep.join([str(ROOT / "configs"), str(place / "overlay")]),
    }
    environment.pop("DATABASE_URL", None)
    for script in blocks(page, "sh"):
        done = subprocess.run(["sh", "-eu", "-c", script], cwd=place, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", [*PAGES, *sorted((ROOT / "docs" / "adr").glob("*.md"))], ids=lambda page: page.name)
def test_every_link_of_the_page_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
