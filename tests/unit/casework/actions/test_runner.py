from __future__ import annotations

import json

import pytest

from casework.actions import claims, evidence, journal, runner
from casework.actions.decisions import Turn
from casework.actions.ending import Outcome, Result, Terms
from casework.actions.outcomes import Seen, answer_outcome
from casework.record.models import Attempt, Case, Posting
from casework.words.errors import LeaseLost, NeedsReview, TryAgainLater
from casework.words.states import Actor, AttemptState, Known, OperationClass
from casework.words.work import Permit, Work
from tests import factories
from tests.ledger_target import Fault, LedgerTarget, WorkerKilled

CREATE = Terms(OperationClass.CREATE, longest_request=60, settle_seconds=60)


def claimed() -> Case:
    case = claims.claim_ready()
    assert case is not None
    return case


def posting_of(case: Case, *, key: str = "DE123|R-1", kind: OperationClass = OperationClass.CREATE) -> Posting:
    return journal.open_posting(
        case, step=0, system="haushaltskasse", operation="capture_invoice", operation_class=kind, business_key=key
    )


def work_of(posting: Posting, key: str = "DE123|R-1") -> Work:
    return Work(business_key=key, fields={"gross": "119.00"}, marker=posting.marker)


def post(case: Case, target: LedgerTarget, *, terms: Terms = CREATE, key: str = "DE123|R-1") -> Outcome:
    posting = posting_of(case, kind=terms.operation_class, key=key)
    return runner.run(posting, work_of(posting, key), target, terms=terms, token=case.token)


def lost(case: Case, target: LedgerTarget, watch) -> None:
    """Post a request that gets lost, and look it up in vain."""
    post(case, target)
    watch.forward(61)
    with pytest.raises(NeedsReview):
        post(case, target)


def armed(case: Case) -> Attempt:
    attempt = journal.open_attempt(posting_of(case), token=case.token, seen=Known.NOT_SEEN)
    journal.advance(attempt, AttemptState.ARMED)
    return attempt


def states(case: Case) -> list[str]:
    return list(Attempt.objects.filter(posting__case=case).order_by("number").values_list("state", flat=True))


def test_a_posting_is_confirmed_by_receipt_and_find(ready: Case) -> None:
    target = LedgerTarget()
    outcome = post(claimed(), target)
    assert (outcome.result, outcome.receipt) == (Result.CONFIRMED, "2026-00000001")
    assert target.departures == 1
    assert [e.code for e in ready.events.order_by("number")][-6:] == [
        "evidence_kept", "evidence_kept", "attempt_armed", "attempt_sent", "evidence_kept", "attempt_confirmed",
    ]  # fmt: skip


def test_a_confirmed_posting_is_not_run_again(ready: Case) -> None:
    target, case = LedgerTarget(), claimed()
    post(case, target)
    assert post(case, target).result is Result.CONFIRMED
    assert target.departures == 1


def test_values_and_pictures_become_evidence(ready: Case) -> None:
    outcome = post(claimed(), LedgerTarget())
    assert outcome.attempt is not None
    bundle = evidence.open_bundle(outcome.attempt)
    assert json.loads(bundle["01-values.json"])["values"] == {"gross": {"wanted": "119.00", "read_back": "119.00"}}
    assert list(bundle) == ["01-values.json", "02-before.png", "03-after.png"]


def test_what_a_human_entered_is_not_posted(ready: Case) -> None:
    target = LedgerTarget(rows=[("4711", "", "DE123|R-1")])
    assert post(claimed(), target).result is Result.BY_HAND
    assert target.departures == 0


def test_what_another_case_entered_goes_to_review(ready: Case) -> None:
    target = LedgerTarget(rows=[("4711", "AB-000000000000", "DE123|R-1")])
    with pytest.raises(NeedsReview) as caught:
        post(claimed(), target)
    assert caught.value.reason == "already_posted"
    assert target.departures == 0


def test_when_nothing_left_the_attempt_is_prepared_again(ready: Case) -> None:
    target, case = LedgerTarget(faults=["nothing_left"]), claimed()
    with pytest.raises(TryAgainLater):
        post(case, target)
    assert states(case) == [AttemptState.PREPARED]
    assert post(case, target).result is Result.CONFIRMED
    assert states(case) == [AttemptState.CONFIRMED]


def test_a_lock_rejects_the_attempt_and_the_next_one_books(ready: Case) -> None:
    target, case = LedgerTarget(faults=["locked"]), claimed()
    with pytest.raises(TryAgainLater):
        post(case, target)
    post(case, target)
    assert states(case) == [AttemptState.REJECTED, AttemptState.CONFIRMED]
    assert len(target.rows) == 1


def test_a_refused_entry_goes_to_review(ready: Case) -> None:
    with pytest.raises(NeedsReview) as caught:
        post(claimed(), LedgerTarget(faults=["invalid"]))
    assert caught.value.reason == "rejected"


def test_a_lost_answer_is_looked_up_after_the_settle_time_and_found(ready: Case, watch) -> None:
    target, case = LedgerTarget(faults=["lost_after"]), claimed()
    assert post(case, target).result is Result.SETTLING
    assert post(case, target).result is Result.SETTLING
    watch.forward(61)
    assert post(case, target).result is Result.CONFIRMED
    assert (target.departures, len(target.rows)) == (1, 1)


def test_a_lost_request_is_not_sent_again_but_goes_to_a_human(ready: Case, watch) -> None:
    target, case = LedgerTarget(faults=["lost_before"]), claimed()
    post(case, target)
    watch.forward(61)
    with pytest.raises(NeedsReview) as caught:
        post(case, target)
    assert caught.value.reason == "outcome_unknown"
    assert states(case) == [AttemptState.ABSENT]
    assert target.departures == 1


def test_nobody_but_a_person_opens_attempt_two(ready: Case, watch) -> None:
    target, case = LedgerTarget(faults=["lost_before"]), claimed()
    lost(case, target, watch)
    with pytest.raises(NeedsReview) as caught:
        post(case, target)
    assert caught.value.reason == "outcome_unknown"
    assert (states(case), target.departures) == ([AttemptState.ABSENT], 1)


@pytest.mark.usefixtures("house")
def test_after_a_person_said_so_attempt_two_books(ready: Case, watch) -> None:
    target, case = LedgerTarget(faults=["lost_before"]), claimed()
    lost(case, target, watch)
    Case.objects.filter(pk=case.pk).update(state="review", reason="outcome_unknown", lease_until=None)
    case.refresh_from_db()
    answer_outcome(case, Turn(factories.person("alke"), case.version), Seen.NOT_IN_TARGET)
    again = claimed()
    assert post(again, target).result is Result.CONFIRMED
    assert states(again) == [AttemptState.ABSENT, AttemptState.CONFIRMED]
    assert target.departures == 2


def test_a_person_s_word_holds_for_the_attempt_it_was_about_only(ready: Case, watch) -> None:
    target, case = LedgerTarget(faults=["lost_before", "lost_before"]), claimed()
    lost(case, target, watch)
    journal.looked_for(Attempt.objects.get(), actor=Actor.CLERK)
    lost(case, target, watch)
    with pytest.raises(NeedsReview):
        post(case, target)
    assert (states(case), target.departures) == ([AttemptState.ABSENT, AttemptState.ABSENT], 2)


def test_found_after_all_it_is_confirmed_without_another_request(ready: Case, watch) -> None:
    target, case = LedgerTarget(faults=["lost_before"]), claimed()
    lost(case, target, watch)
    target.rows.append(("4711", posting_of(case).marker, "DE123|R-1"))
    assert post(case, target).result is Result.CONFIRMED
    assert (states(case), target.departures) == ([AttemptState.ABSENT, AttemptState.CONFIRMED], 1)


def test_an_operation_that_sets_may_be_sent_again(ready: Case, watch) -> None:
    terms = Terms(OperationClass.SET, longest_request=60, settle_seconds=60)
    target, case = LedgerTarget(faults=["lost_before"]), claimed()
    post(case, target, terms=terms)
    watch.forward(61)
    assert post(case, target, terms=terms).result is Result.CONFIRMED
    assert target.departures == 2


@pytest.mark.parametrize("kind", [OperationClass.CREATE_BLIND, OperationClass.IRREVERSIBLE])
def test_what_cannot_be_found_is_never_sent_twice(ready: Case, watch, kind: OperationClass) -> None:
    terms = Terms(kind, longest_request=60, settle_seconds=60)
    target, case = LedgerTarget(faults=["lost_after"]), claimed()
    post(case, target, terms=terms)
    watch.forward(61)
    with pytest.raises(NeedsReview):
        post(case, target, terms=terms)
    assert states(case) == [AttemptState.UNKNOWN]
    with pytest.raises(NeedsReview):
        post(case, target, terms=terms)
    assert target.departures == 1


@pytest.mark.parametrize(("fault", "booked"), [("crash_before", 0), ("crash_after", 1)])
def test_a_killed_worker_leaves_a_journal_that_the_next_one_settles(
    ready: Case, watch, fault: Fault, booked: int
) -> None:
    target, case = LedgerTarget(faults=[fault]), claimed()
    with pytest.raises(WorkerKilled):
        post(case, target)
    assert states(case) == [AttemptState.SENT]
    watch.forward(claims.TRANSFER_SECONDS + 1)
    second = claims.claim_settled()
    assert second is not None
    if booked:
        assert post(second, target).result is Result.CONFIRMED
    else:
        with pytest.raises(NeedsReview):
            post(second, target)
    assert (target.departures, len(target.rows)) == (booked, booked)


def test_a_fenced_off_worker_cannot_let_its_request_leave(ready: Case, watch) -> None:
    case = claimed()
    attempt = armed(case)
    departure = journal.JournalDeparture(attempt, longest_request=60, settle_seconds=60)
    Case.objects.filter(pk=case.pk).update(token=case.token + 1)
    assert not isinstance(departure._write_sent("buchen", "0" * 64), Permit)
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.ARMED


def test_a_request_does_not_leave_when_too_little_lease_is_left(ready: Case, watch) -> None:
    case = claimed()
    attempt = armed(case)
    watch.forward(claims.TRANSFER_SECONDS - 30)
    departure = journal.JournalDeparture(attempt, longest_request=60, settle_seconds=60)
    assert not isinstance(departure._write_sent("buchen", "0" * 64), Permit)


def test_a_request_leaves_only_once(ready: Case) -> None:
    case = claimed()
    attempt = armed(case)
    departure = journal.JournalDeparture(attempt, longest_request=60, settle_seconds=60)
    answers = [departure._write_sent("buchen", "0" * 64) for _ in range(2)]
    assert [isinstance(answer, Permit) for answer in answers] == [True, False]


def test_two_cases_cannot_hold_the_same_business_key(ready: Case) -> None:
    case = claimed()
    posting_of(case)
    other = Case.objects.create(
        office=case.office, message=case.message, part="2", opened_at=case.opened_at, changed_at=case.opened_at
    )
    with pytest.raises(NeedsReview) as caught:
        posting_of(other)
    assert caught.value.reason == "business_key_taken"


def test_an_open_attempt_bars_another(ready: Case) -> None:
    case = claimed()
    attempt = armed(case)
    with pytest.raises(LeaseLost):
        journal.open_attempt(attempt.posting, token=case.token, seen=Known.NOT_SEEN)


def test_a_corrected_key_is_looked_for_under_its_former_ones_too(ready: Case) -> None:
    case = claimed()
    posting_of(case, key="DE123|R-1")
    posting = posting_of(case, key="DE123|R-2")
    assert journal.keys_of(case, marker=posting.marker) == ["DE123|R-1", "DE123|R-2"]
    event = case.events.get(code="key_corrected")
    assert event.data["posting"] == posting.pk and "R-2" not in json.dumps(event.data)
    assert posting_of(case, key="DE123|R-1").keys == ["DE123|R-2", "DE123|R-1"]


def test_the_key_of_a_posting_stays_while_an_attempt_is_open(ready: Case, watch) -> None:
    target, case = LedgerTarget(faults=["lost_after"]), claimed()
    post(case, target)
    assert posting_of(case, key="DE123|R-2").keys == ["DE123|R-1"]
    watch.forward(61)
    assert post(case, target, key="DE123|R-2").result is Result.CONFIRMED
    assert (Posting.objects.get().keys, target.departures) == (["DE123|R-1"], 1)


def test_what_may_be_sent_again_is_sent_under_the_corrected_key(ready: Case, watch) -> None:
    terms = Terms(OperationClass.SET, longest_request=60, settle_seconds=60)
    target, case = LedgerTarget(faults=["lost_before"]), claimed()
    post(case, target, terms=terms)
    watch.forward(61)
    assert post(case, target, terms=terms, key="DE123|R-2").result is Result.CONFIRMED
    assert Posting.objects.get().keys == ["DE123|R-1", "DE123|R-2"]


def test_a_key_is_not_corrected_to_one_that_another_case_has(ready: Case) -> None:
    case = claimed()
    posting_of(case)
    other = Case.objects.create(
        office=case.office, message=case.message, part="2", opened_at=case.opened_at, changed_at=case.opened_at
    )
    posting_of(other, key="DE123|R-2")
    with pytest.raises(NeedsReview) as caught:
        posting_of(other)
    assert caught.value.reason == "business_key_taken"
    assert not other.events.filter(code="key_corrected").exists()


def test_a_posting_does_not_become_another_operation(ready: Case) -> None:
    case = claimed()
    before = posting_of(case)
    with pytest.raises(NeedsReview) as caught:
        journal.open_posting(
            case,
            step=0,
            system="ablage",
            operation="file_case",
            operation_class=OperationClass.CREATE,
            business_key="DE123|R-1",
        )
    assert caught.value.reason == "basis_changed"
    assert Posting.objects.get().key_digest == before.key_digest
