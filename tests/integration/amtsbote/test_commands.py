"""The commands on a record of their own, one after the other, as somebody at a terminal would call them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from casework.configuration import shipped

HOUSE = Path(__file__).resolve().parents[3]
CALLS: tuple[tuple[str, ...], ...] = (
    ("user", "add", "alke", "--role", "clerk", "--office", "amt-a"),
    ("user", "add", "alke", "--role", "king", "--office", "amt-a"),
    ("housekeeping", "--once", "--json"),
    ("pause", "system", "haushaltskasse"),
    ("pause", "system"),
    ("status", "--json"),
    ("resume", "system", "haushaltskasse", "--json"),
    ("prepare", "--once", "--json"),
    ("transfer", "--once", "--json"),
    ("intake", "--once"),
    ("reconcile", "--json"),
    ("reconcile", "--office", "nowhere"),
    ("audit", "verify", "--json"),
    ("audit", "verify", "NOSUCHCASE"),
    ("report", "savings", "--month", "2026-11", "--format", "csv"),
    ("report", "savings", "--month", "2026-11", "--format", "html"),
    ("report", "savings", "--month", "2026-11", "--format", "xlsx", "--out", "savings.xlsx"),
    ("config", "export", "exported", "--json"),
    ("evidence", "1", "--out", "bundle"),
)
PROGRAM = """
import contextlib, io, json, sys
from amtsbote.cli import main
for call in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(call)
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str, str]]:
    """Exit code, standard output and standard error of every call."""
    folder = tmp_path_factory.mktemp("commands")
    (folder / "configs" / "offices").mkdir(parents=True)
    (folder / "configs" / "offices" / "amt-a.yaml").write_text("name: Amt A\n")
    environment = {
        **os.environ,
        "AMTSBOTE_HOME": str(folder / "home"),
        "AMTSBOTE_CONFIG": os.pathsep.join([str(shipped()), str(folder / "configs")]),
        "AMTSBOTE_USER_PASSWORD": "Möwen-über-dem-Deich",
        "PYTHONPATH": str(HOUSE),
    }
    command = [sys.executable, "-c", PROGRAM, json.dumps(CALLS)]
    done = subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return {" ".join(call): tuple(answer) for call, answer in zip(CALLS, answers, strict=True)}


def _json(said: dict[str, tuple[int, str, str]], call: str) -> Any:
    code, out, err = said[call]
    assert code == 0, err
    return json.loads(out)


def test_accounts_are_made_and_wrong_roles_refused(said: dict[str, tuple[int, str, str]]) -> None:
    assert said["user add alke --role clerk --office amt-a"][:2] == (0, "alke is clerk of amt-a\n")
    code, out, err = said["user add alke --role king --office amt-a"]
    assert (code, out) == (1, "")
    assert err.startswith("there is no role 'king'")


def test_the_stations_find_nothing_to_do_in_an_empty_house(said: dict[str, tuple[int, str, str]]) -> None:
    assert _json(said, "housekeeping --once --json") == {"waiting": []}
    assert _json(said, "prepare --once --json") == {"prepared": 0}
    assert _json(said, "transfer --once --json") == {"transferred": 0}


def test_intake_without_a_mailbox_is_wrong_usage(said: dict[str, tuple[int, str, str]]) -> None:
    assert said["intake --once"][0] == 2


def test_a_pause_shows_in_the_status_until_it_is_resumed(said: dict[str, tuple[int, str, str]]) -> None:
    assert said["pause system haushaltskasse"][0] == 0
    assert said["pause system"][0] == 2
    status = _json(said, "status --json")
    assert status["up"] is None
    assert status["pauses"] == [{"scope": "system", "name": "haushaltskasse", "backlog": "work-off"}]
    assert _json(said, "resume system haushaltskasse --json")["cases"] == 0


def test_the_trail_is_unbroken_and_an_unknown_case_is_named(said: dict[str, tuple[int, str, str]]) -> None:
    assert _json(said, "audit verify --json")["breaks"] == []
    assert said["audit verify NOSUCHCASE"] == (
        1,
        "",
        "there is no case 'NOSUCHCASE'; the console shows the references\n",
    )


def test_an_empty_house_agrees_with_its_store(said: dict[str, tuple[int, str, str]]) -> None:
    answer = _json(said, "reconcile --json")
    assert answer["zero"] is True
    assert [(row["office"], row["account"], row["of"], row["found"]) for row in answer["rounds"]] == [
        ("amt-a", "", 0, [])
    ]
    code, _, err = said["reconcile --office nowhere"]
    assert code == 2
    assert "there is no office 'nowhere'; known are amt-a" in err


def test_the_savings_come_in_every_format(said: dict[str, tuple[int, str, str]]) -> None:
    heads = "Amt;Prozess;Monat;Vorgänge;Brutto (Minuten);"
    assert said["report savings --month 2026-11 --format csv"][1].startswith(heads)
    assert "<h1>Einsparungen 11/2026</h1>" in said["report savings --month 2026-11 --format html"][1]
    code, _, err = said["report savings --month 2026-11 --format xlsx --out savings.xlsx"]
    assert (code, err) == (0, "written to savings.xlsx\n")


def test_nothing_was_decided_so_nothing_is_exported(said: dict[str, tuple[int, str, str]]) -> None:
    assert _json(said, "config export exported --json") == {"written": []}


def test_the_evidence_of_an_attempt_that_never_was_is_one_sentence(said: dict[str, tuple[int, str, str]]) -> None:
    code, _, err = said["evidence 1 --out bundle"]
    assert code == 1
    assert err.count("\n") == 1
