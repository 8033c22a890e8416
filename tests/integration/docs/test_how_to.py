"""Every command in a `sh` block of README and docs/how-to is run here, in the order of its page."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from demo.haushaltskasse.store import open_store

ROOT = Path(__file__).resolve().parents[3]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs" / "how-to").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
NEEDS_A_RECORD = ("audit-a-posting.md", "back-up-and-erase.md", "read-savings.md")
"""Pages for a house at work: their commands only read, and refuse where there is no record."""
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


@pytest.fixture
def environment(place: Path) -> dict[str, str]:
    """What the commands of a page run with: the command itself, a home and a configuration of their own."""
    given = {
        **os.environ,
        **SECRETS,
        "PATH": f"{place / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "AMTSBOTE_HOME": str(place / "home"),
        "AMTSBOTE_CONFIG": os.pathsep.join([str(ROOT / "configs"), str(place / "overlay")]),
    }
    given.pop("DATABASE_URL", None)
    return given


def run_commands(page: Path, place: Path, environment: dict[str, str]) -> str:
    """What every command of the page said, one after the other; the record of its house holds one posted case."""
    if page.name in NEEDS_A_RECORD:
        post_one(environment)
    said = ""
    for script in blocks(page, "sh"):
        done = subprocess.run(["sh", "-eu", "-c", script], cwd=place, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        said += done.stdout
    return said


def post_one(environment: dict[str, str]) -> str:
    """The reference of a case that went the whole way in this house; the same when asked again."""
    home = Path(environment["AMTSBOTE_HOME"])
    if not (home / "record").exists():
        command = [sys.executable, "-m", "tests.posted", "amt-muster"]
        subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True)
    with sqlite3.connect(home / "record" / "record.sqlite3") as record:
        return str(record.execute("SELECT reference FROM record_case").fetchone()[0])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_the_page_works(page: Path, place: Path, environment: dict[str, str]) -> None:
    run_commands(page, place, environment)


def test_every_query_of_the_auditors_page_says_what_it_promises(
    place: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ROOT / "docs" / "how-to" / "audit-a-posting.md"
    said = run_commands(page, place, environment)
    assert "differing from the trail: none" in said
    monkeypatch.chdir(place)
    open_store(Path("audit/haushaltskasse.sqlite3"))
    parameters = {"case": post_one(environment), "month": f"{datetime.now(ZoneInfo('Europe/Berlin')):%Y-%m}"}
    record = sqlite3.connect("audit/record.sqlite3")
    answers = {query: record.execute(query, parameters).fetchall() for query in queries(page)}
    # the target system of this house is in memory, so nothing stands in the file of the demo's
    of_the_case = [rows for query, rows in answers.items() if ":case" in query and "target." not in query]
    assert [] not in of_the_case
    suspicious = (
        "NOT EXISTS (SELECT 1 FROM record_effortentry",
        "b.case_id <> e.case_id",
        "c.state <> 'done'",
        "'effort_clerk')",
    )
    assert [query for query, rows in answers.items() if rows and any(sign in query for sign in suspicious)] == []
    heads = next(rows for query, rows in answers.items() if "AS chain" in query)
    lines = "".join(f"{chain}|{events}|{digest}\n" for chain, events, digest in heads)
    assert f"root {hashlib.sha256(lines.encode()).hexdigest()}" in said


def queries(page: Path) -> list[str]:
    """The single statements of a page's `sql` blocks."""
    found, begun = [], ""
    for line in "".join(blocks(page, "sql")).splitlines(keepends=True):
        begun += line
        if sqlite3.complete_statement(begun):
            found.append(begun)
            begun = ""
    assert not begun.strip()
    return found


@pytest.mark.parametrize("page", [*PAGES, *sorted((ROOT / "docs" / "adr").glob("*.md"))], ids=lambda page: page.name)
def test_every_link_of_the_page_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
