from __future__ import annotations

from casework.words.states import TRANSITIONS, Actor, State, transition


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
