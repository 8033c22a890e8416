"""What a worker that died left behind: its leases are free at once, its cases go on by what their journal says."""

from __future__ import annotations

import socket
import subprocess

import pytest

from casework.actions import claims, reaping
from casework.actions.reaping import UNKNOWN_SYSTEM_SECONDS
from casework.record.models import Attempt, Case, Lease
from casework.words.mailbox import BY_HAND_ACCOUNT
from casework.words.states import AttemptState, State
from tests import factories


@pytest.fixture
def dead() -> str:
    """A holder whose process is gone."""
    child = subprocess.Popen(["true"])
    child.wait()
    return f"{socket.gethostname()}:{child.pid}:1"


def test_with_nothing_armed_the_case_goes_back(ready: Case, watch) -> None:
    claims.claim_ready()
    assert reaping.clear_up() == 0
    watch.forward(claims.TRANSFER_SECONDS + 1)
    assert reaping.clear_up() == 1
    ready.refresh_from_db()
    assert (ready.state, ready.reason) == (State.READY, "lease_expired")


def test_with_an_armed_attempt_the_case_waits_to_be_looked_up(ready: Case, watch) -> None:
    claimed = _claimed()
    factories.attempt(claimed, AttemptState.ARMED)
    watch.forward(claims.TRANSFER_SECONDS + 1)
    assert reaping.clear_up() == 1
    assert claimed.events.last().code == "settling"
    assert (claims.claim_settled(), reaping.clear_up()) == (None, 0)
    watch.forward(UNKNOWN_SYSTEM_SECONDS)
    assert claims.claim_settled() is not None
    assert Attempt.objects.get().state == AttemptState.ARMED


@pytest.mark.parametrize(("system", "seconds"), [("ablage", 30), ("haushaltskasse", 120), ("gone", 120)])
def test_it_waits_as_long_as_the_catalogue_of_its_system_says(house: None, watch, system: str, seconds: int) -> None:
    case = factories.case(state=State.POSTING)
    factories.attempt(case, AttemptState.ARMED).posting.__class__.objects.update(system=system)
    assert reaping.clear_up() == 1
    assert Attempt.objects.get().settle_until == watch() + claims.timedelta(seconds=seconds)


def test_a_settle_time_that_runs_is_left_alone(ready: Case, watch) -> None:
    until = watch() + claims.timedelta(seconds=7)
    factories.attempt(_claimed(), AttemptState.SENT, settle_until=until)
    watch.forward(claims.TRANSFER_SECONDS + 1)
    assert reaping.clear_up() == 0
    assert Attempt.objects.get().settle_until == until


def test_what_was_posted_by_hand_and_sent_nothing_is_laid_before_a_person(db: None, watch) -> None:
    case = _by_hand()
    assert reaping.clear_up() == 1
    case.refresh_from_db()
    assert (case.state, case.reason, case.reasons) == (State.REVIEW, "posting_failed", ["posting_failed"])


def test_what_was_posted_by_hand_and_may_have_left_is_laid_before_a_person_after_its_settle_time(
    db: None, watch
) -> None:
    case = _by_hand()
    factories.attempt(case, AttemptState.SENT, settle_until=watch() + claims.timedelta(seconds=60))
    assert reaping.clear_up() == 0
    watch.forward(60)
    assert reaping.clear_up() == 1
    case.refresh_from_db()
    assert (case.state, case.reason, case.reasons) == (State.REVIEW, "outcome_unknown", ["outcome_unknown"])
    assert reaping.clear_up() == 0


def test_what_somebody_posts_by_hand_right_now_is_left_alone(db: None, watch) -> None:
    case = _by_hand()
    Case.objects.update(lease_until=watch() + claims.timedelta(seconds=60), lease_holder="elsewhere:1:1")
    assert reaping.clear_up() == 0
    case.refresh_from_db()
    assert case.state == State.POSTING


def test_the_case_of_a_dead_process_is_free_at_once(ready: Case, dead: str) -> None:
    claims.claim_ready()
    Case.objects.update(lease_holder=dead)
    assert reaping.clear_up() == 1
    assert claims.claim_ready() is not None


def test_the_lease_of_a_dead_process_is_free_at_once(db: None, watch, dead: str) -> None:
    Lease.objects.create(name="mailbox:b", holder=dead, until=watch() + claims.timedelta(seconds=60))
    reaping.clear_up()
    assert Lease.objects.get().holder == ""


def _claimed() -> Case:
    case = claims.claim_ready()
    assert case is not None
    return case


def _by_hand() -> Case:
    letter = factories.message(account=BY_HAND_ACCOUNT)
    return factories.case(state=State.POSTING, reason="claimed", process="posteingang", message=letter)
