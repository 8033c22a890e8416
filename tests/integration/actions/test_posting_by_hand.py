"""`amtsbote post` and `amtsbote evidence` from end to end: real browser, real target system, a record of its own."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

from demo.rigs.crash_world import SETTLE_SECONDS
from demo.rigs.faults import OPEN_DOORS
from tests.integration.actions.by_hand import Desk

PATIENCE_SECONDS = 60.0


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_an_order_is_confirmed_once_however_often_it_is_given_and_leaves_evidence(desk: Desk, tmp_path: Path) -> None:
    order = desk.order("A-1")
    first, code, _ = desk.post(order)
    assert (first["state"], first["attempt"], first["reason"], code) == ("confirmed", 1, None, 0)
    again, code, _ = desk.post(order)
    assert (again["state"], again["receipt"], again["attempt"], code) == ("confirmed", first["receipt"], 1, 0)
    assert desk.booked("A-1") == 1
    process = desk.start("evidence", str(first["evidence"]), "--out", str(tmp_path / "bundle"), "--json")
    out, words = process.communicate(timeout=120)
    assert process.returncode == 0, words
    values, before, after = (Path(name) for name in json.loads(out)["files"])
    assert json.loads(values.read_text())["values"]["gross"] == {"wanted": "119.00", "read_back": "119.00"}
    assert [path.read_bytes()[:4] for path in (before, after)] == [b"\x89PNG", b"\x89PNG"]


def test_a_dry_run_fills_and_reads_back_and_sends_nothing(desk: Desk) -> None:
    before = desk.received()
    result, code, _ = desk.post(desk.order("C-1"), "--dry-run")
    assert (result["state"], result["receipt"], code) == ("dry_run", None, 0)
    assert desk.received() == before


def test_killed_while_the_target_worked_it_is_found_and_not_sent_again(desk: Desk) -> None:
    order, before = desk.order("D-1"), desk.received()
    desk.target.faults(*OPEN_DOORS, {"name": "slow", "seconds": 2, "times": 1})
    process = desk.start(*desk.post_words(order))
    wait_until(lambda: desk.received() > before)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    early, code, words = desk.post(order)
    if early["state"] == "unknown":
        assert (early["reason"], code) == ("settling", 1)
        assert "give the command again" in words
        time.sleep(SETTLE_SECONDS)
    late, code, _ = desk.post(order)
    assert (late["state"], late["attempt"], code) == ("confirmed", 1, 0)
    assert (desk.booked("D-1"), desk.received()) == (1, before + 1)


def test_killed_on_its_way_it_is_left_to_a_person_by_the_workers_for_the_post(desk: Desk) -> None:
    order, before = desk.order("H-1"), desk.received()
    desk.target.faults(*OPEN_DOORS, {"name": "slow", "seconds": 2, "times": 1})
    process = desk.start(*desk.post_words(order))
    wait_until(lambda: desk.received() > before)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    time.sleep(SETTLE_SECONDS)
    assert [desk.run("transfer", "--once"), desk.run("transfer", "--once")] == [{"transferred": 0}] * 2
    assert desk.received() == before + 1
    late, code, _ = desk.post(order)
    assert (late["state"], late["attempt"], code) == ("confirmed", 1, 0)
    assert (desk.booked("H-1"), desk.received()) == (1, before + 1)


def test_a_request_that_was_lost_is_only_sent_again_when_a_person_says_so(desk: Desk) -> None:
    order = desk.order("E-1")
    desk.target.faults(*OPEN_DOORS, {"name": "reset_after_read", "commit": False, "times": 1})
    lost, code, _ = desk.post(order)
    assert (lost["state"], lost["reason"], code) == ("unknown", "settling", 1)
    time.sleep(SETTLE_SECONDS)
    looked_up, code, _ = desk.post(order)
    assert (looked_up["state"], looked_up["reason"], code) == ("absent", "outcome_unknown", 1)
    nothing, code, words = desk.post(order)
    assert (nothing, code) == ({}, 1)
    assert "--again REASON" in words and len(words.strip().splitlines()) == 1
    again, code, _ = desk.post(order, "--again", "im Fachverfahren nachgesehen, nicht da")
    assert (again["state"], again["attempt"], code) == ("confirmed", 2, 0)
    assert desk.booked("E-1") == 1


def test_what_a_human_entered_is_not_posted_again(desk: Desk, tmp_path: Path) -> None:
    first, _, _ = desk.post(desk.order("F-1"))
    elsewhere = Desk(_made(tmp_path / "other"), desk.target)
    other, code, words = elsewhere.post(elsewhere.order("F-1"))
    assert (other["state"], other["reason"], code) == ("not_sent", "already_posted", 1)
    assert first["receipt"] in words
    assert desk.booked("F-1") == 1


def test_trouble_is_told_in_one_sentence(desk: Desk, tmp_path: Path) -> None:
    order = desk.order("G-1")
    broken = tmp_path / "broken.json"
    broken.write_text('{"business_key": "x", "felder": {}}')
    for words, said in (
        (desk.post_words(tmp_path / "none.json"), "none.json: cannot be read"),
        (desk.post_words(broken), "broken.json: felder: Extra inputs are not permitted"),
        (["post", "haushaltskasse", "nothing", str(order), "--office", "rig-amt"], "has no operation 'nothing'"),
        (["post", "haushaltskasse", "capture_invoice", str(order), "--office", "x"], "there is no office 'x'"),
    ):
        process = desk.start(*words)
        out, error = process.communicate(timeout=120)
        assert (process.returncode, out) == (1, "")
        assert said in error and len(error.strip().splitlines()) == 1
    result, code, error = desk.post(order, AMTSBOTE_SECRET_RIG="falsch")
    assert (result, code) == ({}, 1)
    assert "refused the login of 'rig'" in error
    desk.target.unlock_users()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
