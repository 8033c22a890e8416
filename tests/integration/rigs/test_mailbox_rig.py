"""A small run of the mailbox rig: what `amtsbote rig mailbox` does with many more mails and kills."""

from __future__ import annotations

from demo.rigs.mailbox import MUST_BE_ZERO, broken, mailbox
from demo.rigs.mailbox_faults import FAULTS

MADE_BY_THE_POST = {"delivered_twice", "disk_full"}


def test_mail_over_a_faulty_line_into_killed_intakes_is_neither_lost_nor_doubled() -> None:
    said: list[str] = []
    result = mailbox(120, kills=6, seed=4, read=5, say=said.append)
    assert {name: result[name] for name in MUST_BE_ZERO if result[name]} == {}
    assert broken(result) == []
    assert (result["messages"], result["kills"], result["read"], len(said)) == (120, 6, 5, 1)
    assert {*FAULTS, *MADE_BY_THE_POST} <= set(result["faults"])
    assert {"uidvalidity_changed", "uids_given_anew"} & set(result["faults"])


def test_a_count_that_is_not_zero_is_named() -> None:
    counted = dict.fromkeys(MUST_BE_ZERO, 0)
    assert broken({**counted, "double": 1, "discrepancies": {}}) == ["double"]
