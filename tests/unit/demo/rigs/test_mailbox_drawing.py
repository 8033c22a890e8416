"""What the mailbox rig draws: mails that can be counted, and every fault at every command."""

from __future__ import annotations

from random import Random

from demo.rigs.mailbox_faults import DROPS, FAULTS, FIRST_COMMANDS, LOGIN, Plan
from demo.rigs.mailbox_letters import KINDS, letter, serial_of, with_other_received


def test_every_kind_of_mail_bears_its_serial_and_whole_line_ends() -> None:
    for number, (make, _) in enumerate(KINDS, start=1):
        raw = make(f"rig-serial-{number:06d}", Random(number))
        assert serial_of(raw) == number
        assert raw.replace(b"\r\n", b"").count(b"\n") == 0
        assert b"\0" not in raw.partition(b"base64")[0]


def test_mails_are_drawn_again_alike_from_the_same_seed_and_no_two_of_a_run_are_alike() -> None:
    first, second = Random(1), Random(1)
    drawn = [letter(serial, first) for serial in range(1, 60)]
    assert drawn == [letter(serial, second) for serial in range(1, 60)]
    assert len(set(drawn)) == len(drawn)
    assert 2_000_000 < len(letter(60, first, large=True)) < 28_000_000


def test_a_mail_over_another_server_has_other_bytes_and_the_same_serial() -> None:
    raw = letter(7, Random(7))
    other = with_other_received(raw, 3)
    assert other.endswith(raw)
    assert other != raw
    assert serial_of(other) == 7


def test_every_fault_is_drawn_before_one_comes_again_and_drops_go_through_all_commands() -> None:
    plan = Plan(Random(2), share=1.0)
    for _ in range(600):
        fault = plan.draw()
        assert fault is not None
        assert fault.name in DROPS or fault.command not in LOGIN
        plan.hit(fault)
    assert plan.missing() == []
    assert set(plan.drops) == {(command, side) for command in FIRST_COMMANDS for side in DROPS}
    assert max(plan.hits[name] for name in FAULTS) <= 4 * min(plan.hits[name] for name in FAULTS)


def test_a_plan_without_a_share_breaks_nothing() -> None:
    plan = Plan(Random(2), share=0.0)
    assert [plan.draw() for _ in range(20)] == [None] * 20
