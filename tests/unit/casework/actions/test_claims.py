from __future__ import annotations

import socket
import subprocess

import pytest

from casework.actions import claims, health, leases, pauses, upkeep
from casework.actions.move import MoveForbidden, move
from casework.record.models import Case, Lease, Pause
from casework.words.errors import LeaseLost
from casework.words.mailbox import BY_HAND_ACCOUNT
from casework.words.states import Actor, AttemptState, State
from tests import factories


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


@pytest.mark.parametrize("stop", ["pause", "officer", "breaker"])
def test_cases_of_a_stopped_system_stay_where_they_are(house: None, stop: str) -> None:
    mine = factories.case(state=State.READY, process="invoice")
    elsewhere = factories.case("amt-b", state=State.READY, process="invoice")
    free = factories.case(state=State.READY, process="dog_registration")
    events = mine.events.count()
    _stop(stop)
    taken = [case.pk for case in iter(claims.claim_ready, None)]
    assert taken == ([free.pk] if stop == "pause" else [elsewhere.pk, free.pk])
    assert mine.events.count() == events


@pytest.mark.parametrize("stop", ["pause", "officer", "breaker"])
def test_nothing_is_looked_up_in_a_stopped_system(house: None, watch, stop: str) -> None:
    case = factories.case(state=State.POSTING, process="invoice")
    factories.attempt(case, AttemptState.SENT, settle_until=watch())
    _stop(stop)
    assert claims.claim_settled() is None


def test_a_breaker_that_closed_lets_the_cases_go_on(house: None, watch) -> None:
    factories.case(state=State.READY, process="invoice")
    _stop("breaker")
    watch.forward(health.FIRST_PAUSE_SECONDS + 1)
    assert claims.claim_ready() is not None


def test_what_is_due_first_is_taken_first_and_what_is_never_due_last(house: None, watch) -> None:
    undated = factories.case(state=State.READY, process="invoice")
    late = factories.case(state=State.READY, process="invoice", due=watch() + claims.timedelta(days=9))
    soon = factories.case(state=State.READY, process="invoice", due=watch() + claims.timedelta(days=2))
    assert [case.pk for case in iter(claims.claim_ready, None)] == [soon.pk, late.pk, undated.pk]


def test_a_case_that_waits_for_the_store_is_not_read(case: Case, watch) -> None:
    Case.objects.update(not_before=watch() + claims.timedelta(seconds=10))
    assert claims.claim_new() is None
    watch.forward(10)
    assert claims.claim_new() is not None


@pytest.mark.parametrize("state", [State.NEW, State.READY, State.POSTING])
def test_no_worker_takes_what_somebody_posts_by_hand(db: None, watch, state: State) -> None:
    letter = factories.message(account=BY_HAND_ACCOUNT)
    case = factories.case(state=state, process="posteingang", message=letter)
    factories.attempt(case, AttemptState.SENT, settle_until=watch())
    assert (claims.claim_new(), claims.claim_ready(), claims.claim_settled()) == (None, None, None)
    assert upkeep.waiting_work() == []


def _stop(how: str) -> None:
    if how == "pause":
        pauses.pause("system", "haushaltskasse")
    elif how == "officer":
        health.failed("amt-a", "system", "haushaltskasse", reason="login_refused", needs_officer=True)
    else:
        for _ in range(health.FAILURES_BEFORE_PAUSE):
            health.failed("amt-a", "system", "haushaltskasse", reason="system_unreachable")


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
    first = leases.acquire("mailbox:a", office="amt-a", seconds=10)
    assert first is not None
    assert leases.acquire("mailbox:a", office="amt-a", seconds=10) is None
    watch.forward(11)
    second = leases.acquire("mailbox:a", office="amt-a", seconds=10)
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
    assert leases.acquire("mailbox:b", office="amt-a", seconds=5) is not None


def test_a_holder_on_another_machine_counts_as_alive() -> None:
    assert not leases.is_dead("elsewhere:1:1")
    assert not leases.is_dead(leases.holder())


def test_offices_take_turns_whatever_one_of_them_is_sent(db: None, watch) -> None:
    flood = [
        factories.case("amt-a", state=State.NEW, opened_at=watch() + claims.timedelta(seconds=n)) for n in range(3)
    ]
    other = factories.case("amt-b", state=State.NEW, opened_at=watch() + claims.timedelta(days=1))
    taken, last = [], ""
    while (case := claims.claim_new(after=last)) is not None:
        taken.append(case.pk)
        last = case.office
    assert taken == [flood[0].pk, other.pk, flood[1].pk, flood[2].pk]


def test_a_claim_to_read_counts_even_when_nothing_is_heard_of_it_again(db: None, watch) -> None:
    factories.case(state=State.NEW)
    begun = []
    for _number in range(3):
        case = claims.claim_new()
        assert case is not None
        begun.append(case.begun)
        watch.forward(claims.PREPARE_SECONDS + 1)
    assert begun == [1, 2, 3]
