from __future__ import annotations

import pytest

from casework.actions.decisions import Turn
from casework.actions.outcomes import ReceiptMissing, Seen, answer_outcome
from casework.policies.moments import WrongMoment
from casework.record.models import Case, Posting
from casework.words.states import AttemptState
from tests import factories


def _turn(case: Case) -> Turn:
    return Turn(factories.person("alke"), case.version, 12)


@pytest.mark.parametrize("state", [AttemptState.ARMED, AttemptState.SENT, AttemptState.UNKNOWN])
def test_found_in_the_target_confirms_the_attempt_under_its_receipt(house: None, state: AttemptState) -> None:
    case = factories.invoice(reason="outcome_unknown")
    attempt = factories.attempt(case, state)
    Posting.objects.update(carries=["number", "gross", "office_name"])
    answer_outcome(case, _turn(case), Seen.IN_TARGET, receipt=" HK-17 ")
    attempt.refresh_from_db()
    posting = Posting.objects.get(case=case)
    assert (attempt.state, attempt.receipt, posting.receipt) == ("confirmed", "HK-17", "HK-17")
    assert posting.confirmed_at is not None
    assert (case.state, case.reason) == ("ready", "in_target")
    assert sorted(case.fields.filter(locked=True).values_list("name", flat=True)) == ["gross", "number"]


def test_not_in_the_target_ends_the_attempt_and_allows_another(house: None) -> None:
    case = factories.invoice(reason="outcome_unknown", tries=7)
    attempt = factories.attempt(case, AttemptState.UNKNOWN)
    answer_outcome(case, _turn(case), Seen.NOT_IN_TARGET)
    attempt.refresh_from_db()
    assert (attempt.state, case.state, case.reason, case.tries) == ("absent", "ready", "not_in_target", 0)


def test_the_answer_stands_on_the_attempt_that_find_did_not_see(house: None) -> None:
    case = factories.invoice(reason="outcome_unknown")
    attempt = factories.attempt(case, AttemptState.ABSENT, reason="outcome_unknown")
    turn = _turn(case)
    answer_outcome(case, turn, Seen.NOT_IN_TARGET)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.reason, case.state) == ("absent", "not_in_target", "ready")
    event = case.events.get(code="attempt_absent")
    assert (event.user, event.data["reason"]) == (turn.user, "not_in_target")


def test_a_person_may_find_what_the_bot_did_not(house: None) -> None:
    case = factories.invoice(reason="outcome_unknown")
    factories.attempt(case, AttemptState.ABSENT)
    answer_outcome(case, _turn(case), Seen.IN_TARGET, receipt="HK-18")
    states = list(Posting.objects.get(case=case).attempts.values_list("state", flat=True))
    assert (states, case.state) == (["absent", "confirmed"], "ready")


def test_who_finds_it_gives_the_receipt(house: None) -> None:
    case = factories.invoice(reason="outcome_unknown")
    factories.attempt(case)
    with pytest.raises(ReceiptMissing):
        answer_outcome(case, _turn(case), Seen.IN_TARGET, receipt="  ")
    case.refresh_from_db()
    assert case.state == "review"


def test_a_second_open_outcome_keeps_the_case_in_review(house: None) -> None:
    case = factories.invoice(reason="outcome_unknown")
    factories.attempt(case, AttemptState.UNKNOWN)
    later = factories.posting(case, step=1)
    later.attempts.create(number=1, state=AttemptState.SENT, token=0, prepared_at=factories.ago(minutes=5))
    answer_outcome(case, _turn(case), Seen.NOT_IN_TARGET)
    assert case.state == "review"
    answer_outcome(case, _turn(case), Seen.NOT_IN_TARGET)
    assert case.state == "ready"


def test_nothing_is_answered_where_nothing_was_asked(house: None) -> None:
    case = factories.invoice()
    with pytest.raises(WrongMoment):
        answer_outcome(case, _turn(case), Seen.NOT_IN_TARGET)
