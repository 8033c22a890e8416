from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from bots.mailbox.splitting import ResponseSplitter

ANSWER = b'* 1 FETCH (UID 7 BODY[] {9}\r\nab\r\nc {5} X "q")\r\nA1 OK done {4}\r\n* 2 EXISTS\r\n'
PIECES = [b"* 1 FETCH (UID 7 BODY[] {9}\r\n", b"ab\r\nc {5}", b' X "q")\r\n', b"A1 OK done {4}\r\n", b"* 2 EXISTS\r\n"]


def test_lines_and_literals_come_apart() -> None:
    assert list(ResponseSplitter().feed(ANSWER)) == PIECES


def test_two_literals_in_one_answer_come_apart() -> None:
    answer = b"* 1 FETCH (A {2}\r\n\r\n B {0}\r\n C {1}\r\nx)\r\n"
    assert list(ResponseSplitter().feed(answer)) == [
        b"* 1 FETCH (A {2}\r\n", b"\r\n", b" B {0}\r\n", b" C {1}\r\n", b"x", b")\r\n",
    ]  # fmt: skip


@given(st.lists(st.integers(min_value=1, max_value=len(ANSWER)), max_size=8))
def test_it_does_not_matter_how_the_bytes_arrive(cuts: list[int]) -> None:
    splitter, pieces, start = ResponseSplitter(), [], 0
    for end in [*sorted(cuts), len(ANSWER)]:
        pieces += list(splitter.feed(ANSWER[start:end]))
        start = end
    assert b"".join(pieces) == ANSWER
    assert [piece for piece in pieces if piece.endswith(b"\r\n")][-1] == PIECES[-1]
    assert set(PIECES) - {PIECES[1]} <= set(pieces)


def test_an_unfinished_line_waits_for_its_end() -> None:
    splitter = ResponseSplitter()
    assert list(splitter.feed(b"* OK rea")) == []
    assert list(splitter.feed(b"dy\r\n* BYE")) == [b"* OK ready\r\n"]


def test_a_literal_larger_than_anybody_asks_for_ends_the_connection() -> None:
    with pytest.raises(ValueError, match="more than anybody asked for"):
        list(ResponseSplitter().feed(b"* 1 FETCH (BODY[] {99999999999}\r\n"))
