from __future__ import annotations

import pytest

from casework.actions.decisions import process_of
from casework.policies import moments
from casework.policies.moments import WrongMoment
from casework.words.states import AttemptState, State
from tests import factories

OPEN = [AttemptState.ARMED, AttemptState.SENT, AttemptState.UNKNOWN]


@pytest.mark.parametrize("state", [state for state in State if state is not State.REVIEW])
def test_only_a_case_in_review_is_decided(house: None, state: State) -> None:
    case = factories.case(state=state)
    assert not moments.can_decide(case)
    with pytest.raises(WrongMoment):
        moments.check_decide(case)


@pytest.mark.parametrize("state", OPEN)
def test_while_an_attempt_may_have_taken_effect_only_its_question_is_answered(house: None, state: AttemptState) -> None:
    case = factories.invoice(reason="outcome_unknown")
    attempt = factories.attempt(case, state)
    assert not moments.can_decide(case)
    assert not moments.can_release(case, process_of(case))
    assert moments.check_answer_outcome(case) == attempt


def test_a_posting_that_was_looked_for_in_vain_is_asked_about_before_a_release(house: None) -> None:
    case = factories.invoice(reason="outcome_unknown")
    attempt = factories.attempt(case, AttemptState.ABSENT)
    assert not moments.can_release(case, process_of(case))
    moments.check_close(case, "done_by_hand")
    assert moments.check_answer_outcome(case) == attempt


def test_a_refused_posting_may_be_released_again(house: None) -> None:
    case = factories.invoice(reason="rejected")
    factories.attempt(case, AttemptState.REJECTED)
    assert moments.can_release(case, process_of(case))
    with pytest.raises(WrongMoment, match="no posting whose outcome is unknown"):
        moments.check_answer_outcome(case)


@pytest.mark.parametrize(("process", "code"), [("dog_deregistration", "shadow"), ("defect_report", "process_off")])
def test_shadow_and_off_are_never_released(house: None, process: str, code: str) -> None:
    case = factories.case(process=process, kind=process)
    assert not moments.can_release(case, process_of(case))
    with pytest.raises(WrongMoment) as caught:
        moments.check_release(case, process_of(case))
    assert caught.value.code == code


def test_a_case_whose_process_is_gone_is_not_released_but_closed(house: None) -> None:
    case = factories.case(process="gone")
    assert process_of(case) is None
    assert not moments.can_release(case, None)
    moments.check_close(case, "done_by_hand")


def test_a_partly_posted_case_is_neither_read_again_nor_closed_as_a_duplicate(house: None) -> None:
    case = factories.invoice()
    factories.posting(case, receipt="HK-1")
    assert not moments.can_read_again(case)
    assert moments.closing_reasons(case) == ("done_by_hand", "correct_in_target")
    with pytest.raises(WrongMoment, match="cannot be closed as 'duplicate'"):
        moments.check_close(case, "duplicate")


def test_only_a_case_no_bot_has_is_taken_back(house: None) -> None:
    assert moments.can_withdraw(factories.case(state=State.READY))
    assert not moments.can_withdraw(factories.case(state=State.POSTING))


def test_only_finished_cases_are_opened_again(house: None) -> None:
    assert moments.can_reopen(factories.case(state=State.DONE))
    assert moments.can_reopen(factories.case(state=State.CLOSED))
    assert not moments.can_reopen(factories.case())
