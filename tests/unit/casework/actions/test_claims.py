from __future__ import annotations

import socket
import subprocess

import pytest

from casework.actions import claims, journal, leases
from casework.actions.move import MoveForbidden, move
from casework.record.models import Attempt, Case, Lease, Pause
from casework.words.errors import LeaseLost
from casework.words.states import Actor, AttemptState, OperationClass, State


def test_a_case_is_claimed_once(ready: Case) -> None:
    assert claims.claim_ready() is not None
    assert claims.claim_ready() is None


def test_claiming_moves_to_posting_and_writes_an_event(ready: Case) -> None:
    case = claims.claim_ready()
    assert case is not None
    assert (case.state, case.events.last().code) == (State.POSTING, "moved_posting")


def test_a_case_that_is_not_due_is_left_alone(ready: Case, watch) -> None:
    Case.objects.update(not_before=watch() + claims.timedelta(seconds=10))
    assert claims.claim_ready() is None
    watch.forward(11)
    assert claims.claim_ready() is not None


def test_a_paused_process_is_not_claimed(ready: Case, watch) -> None:
    Pause.objects.create(scope="process", name="invoice", since=watch())
    assert claims.claim_ready() is None


def test_a_dead_worker_with_nothing_armed_gives_the_case_back(ready: Case, watch) -> None:
    claims.claim_ready()
    assert claims.reap(settle_seconds=60) == 0
    watch.forward(claims.TRANSFER_SECONDS + 1)
    assert claims.reap(settle_seconds=60) == 1
    ready.refresh_from_db()
    assert (ready.state, ready.reason) == (State.READY, "lease_expired")


def test_a_dead_worker_with_an_armed_attempt_leaves_a_case_to_settle(ready: Case, watch) -> None:
    case = claims.claim_ready()
    assert case is not None
    posting = journal.open_posting(
        case, step=0, system="s", operation="o", operation_class=OperationClass.CREATE, business_key="k"
    )
    journal.advance(journal.open_attempt(posting, token=case.token), AttemptState.ARMED)
    watch.forward(claims.TRANSFER_SECONDS + 1)
    assert claims.reap(settle_seconds=60) == 1
    assert claims.claim_settled() is None
    watch.forward(61)
    assert claims.claim_settled() is not None
    assert Attempt.objects.get().state == AttemptState.ARMED


def test_the_settle_time_is_that_of_the_postings_system(ready: Case, watch) -> None:
    case = claims.claim_ready()
    assert case is not None
    posting = journal.open_posting(
        case, step=0, system="slow-one", operation="o", operation_class=OperationClass.CREATE, business_key="k"
    )
    journal.advance(journal.open_attempt(posting, token=case.token), AttemptState.ARMED)
    watch.forward(claims.TRANSFER_SECONDS + 1)
    assert claims.reap(settle_seconds=60, settle_of=lambda lost: 300 if lost.system == "slow-one" else 1) == 1
    assert Attempt.objects.get().settle_until == watch() + claims.timedelta(seconds=300)


def test_a_lost_lease_is_noticed_at_the_move(ready: Case) -> None:
    case = claims.claim_ready()
    assert case is not None
    Case.objects.filter(pk=case.pk).update(token=case.token + 1)
    with pytest.raises(LeaseLost):
        move(case, State.DONE, actor=Actor.TRANSFER, reason="posted", token=case.token)


@pytest.mark.parametrize(("actor", "end"), [(Actor.CLERK, State.DONE), (Actor.PREPARE, State.READY)])
def test_only_the_table_moves_a_case(ready: Case, actor: Actor, end: State) -> None:
    with pytest.raises(MoveForbidden):
        move(ready, end, actor=actor, reason="posted")


@pytest.mark.django_db
def test_a_named_lease_has_one_holder_until_it_runs_out(watch) -> None:
    first = leases.acquire("mailbox:a", seconds=10)
    assert first is not None
    assert leases.acquire("mailbox:a", seconds=10) is None
    watch.forward(11)
    second = leases.acquire("mailbox:a", seconds=10)
    assert second == first + 1
    assert not leases.renew("mailbox:a", first, seconds=10)


@pytest.mark.django_db
def test_the_lease_of_a_dead_process_is_free_at_once(watch) -> None:
    child = subprocess.Popen(["sleep", "60"])
    alive = f"{socket.gethostname()}:{child.pid}:{leases._began(child.pid)}"
    Lease.objects.create(name="mailbox:b", holder=alive, until=watch() + claims.timedelta(seconds=60))
    assert leases.free_dead() == 0
    child.kill()
    child.wait()
    assert leases.free_dead() == 1
    assert leases.acquire("mailbox:b", seconds=5) is not None


def test_a_holder_on_another_machine_counts_as_alive() -> None:
    assert not leases.is_dead("elsewhere:1:1")
    assert not leases.is_dead(leases.holder())
