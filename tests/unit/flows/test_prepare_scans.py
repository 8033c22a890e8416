"""With a virus scanner, no letter is opened before it was scanned, and what it finds nobody is shown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bots.antivirus import SETTING
from casework import configuration
from casework.actions import clock, prepare as actions
from casework.console.views.files import is_harmful
from casework.record.models import Case
from casework.record.store import Store
from casework.words.states import State
from flows.stations import prepare
from flows.stations.prepare import PrepareDesk
from tests import factories, hostile
from tests.clamd import ScriptedClamd

LETTER = hostile.mail(("brief.txt", b"Guten Tag" * 9), ("sauber.txt", b"Guten Tag" * 9))
INFECTED = b"X-Sign: " + hostile.EICAR + b"\r\n" + LETTER
"""No part holds the sign, so only the scanner can find it."""


@pytest.fixture
def clamd(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedClamd]:
    overlay = factories.write_offices(tmp_path / "configs")
    monkeypatch.setenv("AMTSBOTE_CONFIG", os.pathsep.join([str(configuration.shipped()), str(overlay)]))
    configuration.forget()
    server = ScriptedClamd(tmp_path / "clamd.ctl")
    monkeypatch.setenv(SETTING, str(server.place))
    monkeypatch.setattr(prepare, "hang_up", lambda: None)
    yield server
    server.close()
    configuration.forget()


def case_of(raw: bytes) -> Case:
    return factories.case(state=State.NEW, part="", message=factories.message(address=Store("amt-a").put(raw)))


def worked(case: Case) -> Case:
    with PrepareDesk() as desk:
        assert desk.work_next()
    case.refresh_from_db()
    return case


def test_what_the_scanner_finds_is_withheld_whole(clamd: ScriptedClamd) -> None:
    case = worked(case_of(INFECTED))

    assert (case.state, case.reason, case.kind) == (State.REVIEW, "malware", "unknown")
    parts = case.message.parts.all()
    assert len(parts) == 4 and {(part.fate, part.reason, part.readable) for part in parts} == {
        ("refused", "malware", "")
    }
    assert case.message.sender == "a@b.example" and not case.message.pages.exists()


def test_a_clean_letter_is_read(clamd: ScriptedClamd) -> None:
    case = worked(case_of(LETTER))

    assert clamd.seen == len(LETTER)
    assert case.reason != "malware" and {part.fate for part in case.message.parts.all()} == {"kept"}


def test_a_letter_too_large_for_the_scanner_is_not_opened(clamd: ScriptedClamd) -> None:
    clamd.most = 10
    case = worked(case_of(LETTER))

    assert (case.state, case.reason) == (State.REVIEW, "too_large")


def test_without_its_scanner_a_letter_waits_for_ever(
    clamd: ScriptedClamd, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(SETTING, str(tmp_path / "nothing"))
    monkeypatch.setattr(prepare, "REST_SECONDS", 0.0)
    case, moment = case_of(LETTER), datetime(2026, 11, 2, 18, tzinfo=UTC)
    with PrepareDesk() as desk:
        for _ in range(actions.TRIES + 3):
            monkeypatch.setattr(clock, "now", lambda at=moment: at)
            assert desk.work_next()
            case.refresh_from_db()
            assert case.not_before is not None
            moment = case.not_before

    assert (case.state, case.reason, case.tries) == (State.NEW, "virus_scanner_away", actions.TRIES + 3)
    assert not case.message.parts.exists()


def test_a_letter_that_is_too_much_for_the_scanner_does_not_wait_unseen(clamd: ScriptedClamd) -> None:
    case = worked(case_of(b"ERROR: x\r\n" + LETTER))

    assert (case.state, case.reason) == (State.REVIEW, "not_scanned")
    assert {part.reason for part in case.message.parts.all()} == {"not_scanned"}
    assert is_harmful(case, case.message.parts.values_list("reason", flat=True))


def test_a_letter_over_which_the_scanner_dies_is_told_of_and_stays_locked(db: None) -> None:
    case = factories.case(state=State.NEW, tries=actions.TRIES - 1)
    actions.put_back(case, "not_scanned")
    case.refresh_from_db()
    assert (case.state, case.reason) == (State.REVIEW, "not_scanned")
    assert is_harmful(case, [])


def test_a_giant_is_not_even_loaded(clamd: ScriptedClamd) -> None:
    message = factories.message(size=64 * 1024 * 1024 + 1)
    case = worked(factories.case(state=State.NEW, part="", message=message))

    assert (case.state, case.reason) == (State.REVIEW, "too_large")
    assert message.parts.get().size == message.size
