from __future__ import annotations

import imaplib
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from bots.mailbox.responses import (
    Fetched,
    Quota,
    compress_uids,
    encode_folder,
    expand_uids,
    read_copyuid,
    read_fetches,
    read_number,
    read_quotas,
    read_uids,
)


def test_sizes_dates_and_flags_are_read() -> None:
    line = b'3 (UID 17 FLAGS (\\Seen $AmtsboteStored) INTERNALDATE " 1-Nov-2026 08:05:09 +0100" RFC822.SIZE 4711)'
    received = datetime(2026, 11, 1, 8, 5, 9, tzinfo=timezone(timedelta(hours=1)))
    assert list(read_fetches([line])) == [
        Fetched(uid=17, size=4711, received=received, flags=frozenset({"\\Seen", "$AmtsboteStored"}))
    ]


def test_bodies_are_read_from_literals_with_the_uid_before_or_after() -> None:
    data = [(b"1 (UID 5 BODY[] {3}", b"abc"), b")", (b"2 (BODY[]<0> {2}", b"xy"), b" UID 6)"]
    assert [(answer.uid, answer.body) for answer in read_fetches(data)] == [(5, b"abc"), (6, b"xy")]


def test_short_bodies_may_be_quoted_or_nil() -> None:
    data = [b'1 (UID 5 BODY[]<0> "a\\"b\\\\")', b"2 (UID 6 BODY[] NIL)", b'3 (UID 7 BODY[]<9> "")']
    assert [answer.body for answer in read_fetches(data)] == [b'a"b\\', b"", b""]


def test_news_about_other_messages_is_left_out() -> None:
    assert list(read_fetches([b"9 (FLAGS (\\Deleted))", None, b"2 (UID 6 RFC822.SIZE 1)"])) == [Fetched(uid=6, size=1)]


def test_uids_of_a_search_are_sorted_once() -> None:
    assert read_uids([b"3 1 2", b"2", None]) == [1, 2, 3]
    assert read_uids([None]) == []


def test_copyuid_pairs_old_and_new() -> None:
    assert read_copyuid([b"1795 4,6:7 1:3"]) == (1795, {4: 1, 6: 2, 7: 3})
    assert read_copyuid([b"1795 4:6 1:2"]) is None
    assert read_copyuid([None]) is None


@given(st.sets(st.integers(min_value=1, max_value=300), min_size=1))
def test_a_uid_set_names_exactly_its_uids(uids: set[int]) -> None:
    assert list(expand_uids(compress_uids(uids))) == sorted(uids)


def test_uid_sets_are_short() -> None:
    assert compress_uids([7, 1, 3, 2]) == "1:3,7"


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("INBOX", '"INBOX"'),
        ("Eingelesen", '"Eingelesen"'),
        ("Entwürfe", '"Entw&APw-rfe"'),
        ("A & B", '"A &- B"'),
        ('Ablage "neu"\\alt', '"Ablage \\"neu\\"\\\\alt"'),
        ("~peter/mail/台北/日本語", '"~peter/mail/&U,BTFw-/&ZeVnLIqe-"'),
    ],
)
def test_folder_names_are_written_as_the_standard_says(name: str, wire: str) -> None:
    assert encode_folder(name) == wire


@pytest.mark.parametrize("name", ["", 'x"\r\nA1 DELETE INBOX', "a\x00b"])
def test_a_folder_name_cannot_smuggle_a_command(name: str) -> None:
    with pytest.raises(ValueError, match="control characters"):
        encode_folder(name)


def test_dates_agree_with_the_standard_library() -> None:
    moment = datetime(2026, 2, 28, 23, 59, 1, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
    line = f"1 (UID 1 INTERNALDATE {imaplib.Time2Internaldate(moment)})".encode()
    assert [answer.received for answer in read_fetches([line])] == [moment]


def test_bounds_of_a_mailbox_are_read() -> None:
    told = [b'"User quota" (STORAGE 95 100 MESSAGE 2 1000)', None]
    assert list(read_quotas(told)) == [Quota("STORAGE", 95, 100), Quota("MESSAGE", 2, 1000)]


def test_the_last_number_counts() -> None:
    assert read_number([b"3", None, b"x", b"7"]) == 7
    assert read_number([None]) == 0
