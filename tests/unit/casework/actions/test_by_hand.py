from __future__ import annotations

import pytest

from casework.actions import byhand, claims, journal, runner, verification
from casework.actions.byhand import CarriedElsewhere, NeedsAnotherLook, Order
from casework.actions.ending import Outcome, Result, Terms
from casework.record.models import AuditEvent, Case, Message, Pause, Posting, SystemHealth
from casework.words.errors import NeedsReview, TryAgainLater
from casework.words.states import AttemptState, OperationClass, State
from casework.words.work import Work
from tests import factories
from tests.ledger_target import LedgerTarget, WorkerKilled

pytestmark = pytest.mark.usefixtures("db", "watch")
TERMS = Terms(OperationClass.CREATE, longest_request=60, settle_seconds=60)
WORK = Work(business_key="K|1", fields={"gross": "119.00"})


def order(*, again: str = "") -> Order:
    return Order("amt-a", "haushaltskasse", "capture_invoice", OperationClass.CREATE, WORK, again)


def post(target: LedgerTarget, *, again: str = "") -> Outcome:
    """As the command does it."""
    posting = byhand.posting_for(order(again=again))
    work = WORK.model_copy(update={"marker": posting.marker})
    try:
        outcome = runner.run_counted(posting, work, target, terms=TERMS, token=posting.case.token)
    except NeedsReview as error:
        byhand.put_down(posting, reason=error.reason)
        raise
    byhand.put_down(posting, reason=str(outcome.result))
    return outcome


def letter(state: State = State.REVIEW, **columns: object) -> Case:
    """A letter's case that carries the key of the order at its first step."""
    case = factories.invoice(state=state, **columns)
    journal.open_posting(
        case,
        step=0,
        system="haushaltskasse",
        operation="capture_invoice",
        operation_class=OperationClass.CREATE,
        business_key="K|1",
    )
    return case


def test_an_order_is_carried_out_once() -> None:
    target = LedgerTarget()
    assert [post(target).receipt for _ in range(2)] == ["2026-00000001"] * 2
    assert target.departures == 1
    case = Case.objects.get()
    assert case.state == State.DONE
    assert list(verification.verify_case(case)) == []


def test_an_order_that_gets_no_claim_leaves_nothing_behind(monkeypatch) -> None:
    monkeypatch.setattr(claims, "claim_this", lambda _case: False)
    with pytest.raises(TryAgainLater):
        post(LedgerTarget())
    assert (Case.objects.count(), Message.objects.count(), AuditEvent.objects.count()) == (0, 0, 0)


def test_a_letter_s_case_is_left_to_the_console() -> None:
    case = letter()
    with pytest.raises(CarriedElsewhere, match=f"case {case.reference} of a letter .* decide it in the console"):
        post(LedgerTarget(), again="nachgesehen")
    case.refresh_from_db()
    assert (case.state, case.reason) == (State.REVIEW, "release_required")


@pytest.mark.parametrize("state", [State.DONE, State.CLOSED])
def test_a_letter_s_case_that_has_ended_is_named_so(state: State) -> None:
    letter(state, reason="posted")
    with pytest.raises(CarriedElsewhere, match=f"of a letter carries this key; it is {state}"):
        post(LedgerTarget())


def test_an_order_whose_case_was_closed_is_told_so() -> None:
    target = LedgerTarget(rows=[("4711", "", "K|1")])
    assert post(target).result is Result.BY_HAND
    with pytest.raises(CarriedElsewhere, match="it is closed"):
        post(target)


def test_a_killed_order_is_settled_by_the_next_one(watch) -> None:
    target = LedgerTarget(faults=["crash_after"])
    with pytest.raises(WorkerKilled):
        post(target)
    watch.forward(claims.TRANSFER_SECONDS + 1)
    assert post(target).result is Result.CONFIRMED
    assert (target.departures, Case.objects.get().state) == (1, State.DONE)


def test_an_order_killed_after_its_receipt_is_brought_to_its_end(watch) -> None:
    target = LedgerTarget()
    posting = byhand.posting_for(order())
    work = WORK.model_copy(update={"marker": posting.marker})
    runner.run(posting, work, target, terms=TERMS, token=posting.case.token)
    watch.forward(claims.TRANSFER_SECONDS + 1)
    assert post(target).result is Result.CONFIRMED
    assert (target.departures, Case.objects.get().state) == (1, State.DONE)


def test_only_again_opens_attempt_two(watch) -> None:
    target = LedgerTarget(faults=["lost_before"])
    assert post(target).result is Result.SETTLING
    watch.forward(61)
    with pytest.raises(NeedsReview):
        post(target)
    with pytest.raises(NeedsAnotherLook):
        post(target)
    assert post(target, again="nachgesehen, nicht da").result is Result.CONFIRMED
    attempts = Posting.objects.get().attempts.values_list("state", "reason")
    assert list(attempts) == [(AttemptState.ABSENT, "not_in_target"), (AttemptState.CONFIRMED, "")]


def test_who_lost_the_case_does_not_put_it_down(watch) -> None:
    late = byhand.posting_for(order())
    watch.forward(claims.TRANSFER_SECONDS + 1)
    byhand.posting_for(order())
    byhand.put_down(late, reason="posting_failed")
    assert Case.objects.get().state == State.POSTING


def test_to_ask_before_the_settle_time_is_over_is_no_fault_of_the_system() -> None:
    target = LedgerTarget(faults=["lost_after"])
    assert [post(target).result for _ in range(4)] == [Result.SETTLING] * 4
    assert SystemHealth.objects.get().failures == 1


@pytest.mark.parametrize(("scope", "name"), [("all", ""), ("office", "amt-a"), ("system", "haushaltskasse")])
def test_nothing_is_begun_while_it_is_paused(watch, scope: str, name: str) -> None:
    byhand.check_may_begin("amt-a", "haushaltskasse")
    Pause.objects.create(scope=scope, name=name, since=watch())
    with pytest.raises(TryAgainLater) as caught:
        byhand.check_may_begin("amt-a", "haushaltskasse")
    assert caught.value.reason == "system_paused"
