from __future__ import annotations

import pytest

from casework.words.states import (
    OPEN_ATTEMPTS,
    SEQUELS,
    TRANSITIONS,
    Actor,
    AttemptState,
    Known,
    Opening,
    State,
    needs_person,
    sequel,
    transition,
)


def test_every_state_but_the_last_leads_on() -> None:
    assert {row.start for row in TRANSITIONS} == {None, *State}


def test_a_move_stands_in_the_table_once() -> None:
    moves = [(row.start, row.end) for row in TRANSITIONS]
    assert len(moves) == len(set(moves))


def test_nothing_reaches_posting_but_by_a_claim() -> None:
    assert [(row.start, row.by) for row in TRANSITIONS if row.end is State.POSTING] == [
        (State.READY, (Actor.TRANSFER,))
    ]


def test_no_machine_reopens_what_is_done() -> None:
    row = transition(State.DONE, State.REVIEW)
    assert row is not None
    assert Actor.TRANSFER not in row.by and Actor.PREPARE not in row.by


def test_what_is_not_in_the_table_is_no_move() -> None:
    assert transition(State.CLOSED, State.READY) is None


@pytest.mark.parametrize("last", [None, *AttemptState])
@pytest.mark.parametrize("known", Known)
def test_every_attempt_and_all_that_may_be_known_has_one_sequel(last: AttemptState | None, known: Known) -> None:
    rows = [row for row in SEQUELS if last in row.last and known in row.known]
    assert len(rows) == (1 if known is not Known.UNSETTLED or last in OPEN_ATTEMPTS else 0)


@pytest.mark.parametrize("last", OPEN_ATTEMPTS)
def test_what_may_have_left_is_followed_by_another_only_where_twice_does_no_harm_or_a_person_looked(
    last: AttemptState,
) -> None:
    opening = {known for known in Known if sequel(last, known).opens is not Opening.NO}
    assert opening == {Known.REPEATABLE, Known.PERSON_LOOKED}


def test_nothing_opens_after_a_confirmed_attempt() -> None:
    rows = [row for row in SEQUELS if AttemptState.CONFIRMED in row.last]
    assert {row.opens for row in rows} == {Opening.NO}


@pytest.mark.parametrize(
    ("last", "reason", "kind", "asked"),
    [
        (None, "", "create", False),
        ("prepared", "", "create", False),
        ("rejected", "locked", "create", False),
        ("absent", "outcome_unknown", "create", True),
        ("absent", "already_posted", "create", True),
        ("absent", "not_in_target", "create", False),
        ("absent", "outcome_unknown", "set", False),
        ("absent", "outcome_unknown", "create_blind", True),
        ("unknown", "outcome_unknown", "irreversible", True),
        ("absent", "not_in_target", "irreversible", False),
    ],
)
def test_a_person_is_asked_until_the_person_has_answered(last: str | None, reason: str, kind: str, asked: bool) -> None:
    assert needs_person(last, reason=reason, kind=kind) is asked
