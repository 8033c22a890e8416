"""The fault switch, seen on a raw connection: what leaves the server, what was written, what was counted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.targets.control import TargetError, TargetProcess
from tests.integration.demo.legacy_wire import INVOICE_FORM, Wire, receipt_of

DEADLINE_SECONDS = 10.0


@pytest.fixture
def target(tmp_path: Path) -> Iterator[TargetProcess]:
    with TargetProcess("haushaltskasse", data=tmp_path / "haushaltskasse", options=["--calm"]) as running:
        yield running


@pytest.fixture
def wire(target: TargetProcess) -> Iterator[Wire]:
    with Wire(target.url) as connection:
        connection.log_in()
        yield connection


def posts(target: TargetProcess) -> list[dict[str, Any]]:
    return list(target.truth()["received_posts"])


def booked(target: TargetProcess) -> int:
    return int(target.truth()["counts"]["vorerfassung"])


def test_a_connection_is_reused_and_each_commit_post_is_counted(target: TargetProcess, wire: Wire) -> None:
    receipt_of(wire.book())
    receipt_of(wire.book(vorgang="mask-2", renr="G-2"))
    assert [(post["connection_index"], post["committed"]) for post in posts(target)] == [(2, 1), (3, 1)]
    assert len({post["connection"] for post in posts(target)}) == 1


def test_harmless_postbacks_on_the_same_url_are_not_counted(target: TargetProcess, wire: Wire) -> None:
    for action in ("Prüfen", "Kreditor suchen", "Zeile hinzufügen", "OK"):
        answer = wire.book(aktion=action)
        assert answer is not None and "<title>Rechnung vorerfassen</title>" in answer.text
    assert posts(target) == []
    assert booked(target) == 0


@pytest.mark.parametrize(("commit", "written"), [(True, 1), (False, 0)])
def test_a_reset_after_reading_the_post_ends_the_connection_with_rst(
    target: TargetProcess, wire: Wire, commit: bool, written: int
) -> None:
    target.faults({"name": "reset_after_read", "times": 1, "commit": commit})
    assert wire.book() is None
    assert wire.ended == "reset"
    assert booked(target) == written
    assert [(post["fault"], post["committed"]) for post in posts(target)] == [("reset_after_read ", written)]


def test_a_close_after_reading_the_post_ends_the_connection_with_fin(target: TargetProcess, wire: Wire) -> None:
    target.faults({"name": "close_after_read", "times": 1})
    assert wire.book() is None
    assert wire.ended == "close"
    assert booked(target) == 1


def test_a_408_is_answered_after_reading_the_post_and_the_connection_closed(target: TargetProcess, wire: Wire) -> None:
    target.faults({"name": "answer_408", "times": 1, "commit": False})
    answer = wire.book()
    assert answer is not None and (answer.status, answer.headers["connection"]) == (408, "close")
    assert wire.get("/hk/uebersicht") is None
    assert booked(target) == 0


def test_a_fault_can_wait_for_a_reused_connection(target: TargetProcess, wire: Wire) -> None:
    target.faults({"name": "reset_after_read", "times": 1, "match": {"min_index": 2}})
    with Wire(target.url, cookie=wire.cookie) as fresh:
        receipt_of(fresh.book())
    assert wire.book(vorgang="mask-2", renr="G-2") is None
    assert [(post["connection_index"], post["fault"]) for post in posts(target)] == [(1, ""), (2, "reset_after_read ")]


def test_a_fault_can_be_for_one_invoice_only_and_for_some_times(target: TargetProcess, wire: Wire) -> None:
    target.faults({"name": "500_after_commit", "times": 1, "match": {"field": {"renr": "G-2"}}})
    receipt_of(wire.book())
    answer = wire.book(vorgang="mask-2", renr="G-2")
    assert answer is not None and answer.status == 500
    assert "Serverfehler in der Anwendung /." in answer.text
    receipt_of(wire.book(vorgang="mask-3", renr="G-3"))
    assert booked(target) == 3
    assert target.armed_faults()[0]["times"] == 0


def test_a_307_sends_the_same_post_to_another_path_that_books(target: TargetProcess, wire: Wire) -> None:
    target.faults({"name": "307"})
    answer = wire.book()
    assert answer is not None and (answer.status, answer.headers["location"]) == (307, "/hk/vorerfassung2")
    assert booked(target) == 0
    receipt_of(wire.post("/hk/vorerfassung2", {**INVOICE_FORM, "vorgang": "mask-1", "aktion": "Buchen"}))
    assert [(post["path"], post["committed"]) for post in posts(target)] == [
        ("/hk/vorerfassung", 0),
        ("/hk/vorerfassung2", 1),
    ]


def test_a_302_leads_to_the_receipt(target: TargetProcess, wire: Wire) -> None:
    target.faults({"name": "302"})
    answer = wire.book()
    assert answer is not None and answer.status == 302
    assert receipt_of(wire.get(answer.headers["location"])) == target.truth()["belege"][0]["belegnummer"]


def test_a_late_commit_is_written_after_the_answer_went_away(target: TargetProcess, wire: Wire) -> None:
    target.faults({"name": "late_commit", "times": 1, "seconds": 1.0})
    assert wire.book() is None
    assert wire.ended == "close"
    assert booked(target) == 0
    deadline = time.monotonic() + DEADLINE_SECONDS
    while booked(target) == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert booked(target) == 1
    assert [post["committed"] for post in posts(target)] == [1]


def test_a_slow_commit_answers_late(target: TargetProcess, wire: Wire) -> None:
    target.faults({"name": "slow", "times": 1, "seconds": 0.5}, {"name": "slow_load", "times": 1, "seconds": 0.5})
    begin = time.monotonic()
    receipt_of(wire.book())
    assert time.monotonic() - begin >= 1.0


@pytest.mark.parametrize(("when", "written"), [("before", 0), ("after", 1)])
def test_a_restart_in_the_middle_of_the_post_keeps_what_was_written(tmp_path: Path, when: str, written: int) -> None:
    with TargetProcess("haushaltskasse", data=tmp_path, options=["--calm"], auto_restart=True) as target:
        with Wire(target.url) as wire:
            wire.log_in()
            target.faults({"name": "restart", "when": when, "times": 1})
            before = target.pid
            assert wire.book() is None
            cookie = wire.cookie
        deadline = time.monotonic() + DEADLINE_SECONDS
        while target.pid == before and time.monotonic() < deadline:
            time.sleep(0.02)
        target.wait_until_up()
        assert [(post["fault"], post["committed"]) for post in posts(target)] == [("restart ", written)]
        assert booked(target) == written
        with Wire(target.url, cookie=cookie) as wire:
            answer = wire.get("/hk/uebersicht")
            assert answer is not None and "Sitzung abgelaufen" in answer.text


def test_kill_9_loses_nothing_and_the_next_start_goes_on_counting(target: TargetProcess, wire: Wire) -> None:
    first = receipt_of(wire.book())
    target.kill()
    target.restart()
    with Wire(target.url) as again:
        again.log_in()
        second = receipt_of(again.book(vorgang="mask-2", renr="G-2"))
    assert int(second[-8:]) == int(first[-8:]) + 1
    assert [row["belegnummer"] for row in target.truth()["belege"]] == [first, second]


def test_without_its_token_the_control_interface_answers_403(target: TargetProcess) -> None:
    with Wire(target.url) as wire:
        answer = wire.get("/__truth")
    assert answer is not None and answer.status == 403


def test_an_unknown_fault_is_refused_with_the_names_there_are(target: TargetProcess) -> None:
    with pytest.raises(TargetError, match="did not answer POST /__faults: HTTP Error 400"):
        target.faults({"name": "earthquake"})


def test_a_program_that_cannot_start_says_so(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="ended with 2 before it served"):
        TargetProcess("haushaltskasse", data=tmp_path, options=["--no-such-option"]).start()
