"""`amtsbote post` before a system that refuses or is left alone; the whole way stands in the integration tests."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from amtsbote import posting
from amtsbote.posting import PostOrder
from casework import configuration
from casework.actions import health, pauses
from casework.record.models import Case, SystemHealth
from casework.words.errors import LoginRefused, NothingLeft
from casework.words.states import AttemptState
from casework.words.work import Departure, Entered, Picture, Receipt, Work
from tests import factories


class Logins:
    """What opens a session: refuses, and counts how often it was asked."""

    def __init__(self) -> None:
        self.tries = 0

    def __call__(self, *_order: Any) -> Any:
        self.tries += 1
        raise LoginRefused("haushaltskasse refused the login of 'bot'")


@pytest.fixture
def logins(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Logins]:
    overlay = factories.write_offices(tmp_path / "configs")
    monkeypatch.setenv("AMTSBOTE_CONFIG", os.pathsep.join([str(configuration.shipped()), str(overlay)]))
    configuration.forget()
    held = Logins()
    monkeypatch.setattr(posting, "_open", held)
    yield held
    configuration.forget()


@pytest.fixture
def order(tmp_path: Path) -> PostOrder:
    work = tmp_path / "work.json"
    work.write_text(json.dumps({"business_key": "K|1"}))
    return PostOrder(system="haushaltskasse", operation="capture_invoice", work=work, office="amt-a")


def test_a_refused_login_is_noted_and_not_tried_again(logins: Logins, order: PostOrder) -> None:
    with pytest.raises(LoginRefused):
        posting.post(order)
    row = SystemHealth.objects.get()
    assert (row.office, row.name, row.reason, row.needs_officer) == ("amt-a", "haushaltskasse", "login_refused", True)
    assert not health.usable("amt-a", "system", "haushaltskasse")
    result = posting.post(order)
    assert (result["state"], result["reason"], logins.tries) == ("not_sent", "system_paused", 1)


def test_a_paused_system_is_not_logged_in_to(logins: Logins, order: PostOrder) -> None:
    pauses.pause("system", "haushaltskasse")
    assert posting.post(order)["reason"] == "system_paused"
    assert (logins.tries, Case.objects.count()) == (0, 0)


def test_a_held_back_commit_is_told_with_what_the_gate_saw(
    logins: Logins, order: PostOrder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Operation:
        def commit(self, _departure: Departure) -> Receipt:
            raise NothingLeft("not_permitted", "the gate held back POST /save (form: action)")

        def find(self, _work: Work) -> None:
            return None

        def enter(self, _work: Work) -> Entered:
            return Entered()

        def pictures(self) -> tuple[Picture, ...]:
            return ()

    session = SimpleNamespace(operation=lambda _name: Operation())
    monkeypatch.setattr(posting, "_open", lambda *_: nullcontext(session))
    result = posting.post(order)
    assert (result["state"], result["reason"]) == ("not_sent", "not_permitted")
    assert "the gate held back POST /save (form: action)" in capsys.readouterr().err


def test_evidence_is_for_the_owner_alone_and_never_written_through_a_link(logins: Logins, tmp_path: Path) -> None:
    attempt = factories.attempt(factories.invoice(), AttemptState.CONFIRMED)
    factories.evidence(attempt)
    first = posting.write_evidence(attempt.pk, tmp_path / "out")
    assert first
    assert {path.stat().st_mode & 0o777 for path in first} == {0o600}
    foreign, laid = tmp_path / "foreign", tmp_path / "shared"
    foreign.write_text("bleibt")
    laid.mkdir()
    (laid / first[0].name).symlink_to(foreign)
    posting.write_evidence(attempt.pk, laid)
    assert (foreign.read_text(), (laid / first[0].name).is_symlink()) == ("bleibt", False)
