from __future__ import annotations

import pytest

from demo.targets.faults import FaultSwitch
from demo.targets.messages import Request


def post(*, index: int = 1, **form: str) -> Request:
    return Request("POST", "/hk/vorerfassung", {}, {}, b"", 1, index, form)


def test_a_fault_is_used_up_after_its_times() -> None:
    switch = FaultSwitch()
    switch.set([{"name": "slow", "times": 2, "seconds": 0}])
    assert [switch.take("slow", post()) is not None for _ in range(3)] == [True, True, False]
    assert switch.listed() == [{"name": "slow", "times": 0, "probability": 1.0, "match": {}, "seconds": 0}]


def test_a_fault_without_times_stays_until_it_is_replaced() -> None:
    switch = FaultSwitch()
    switch.set([{"name": "302"}])
    assert all(switch.take("302") for _ in range(5))
    switch.set([])
    assert switch.take("302") is None


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({}, True),
        ({"path": "/vorerfassung"}, True),
        ({"path": "/belege"}, False),
        ({"text": "AB-1"}, True),
        ({"field": {"renr": "R-1"}}, True),
        ({"field": {"renr": "R-2"}}, False),
        ({"min_index": 2}, False),
    ],
)
def test_a_fault_meets_only_what_it_matches(match: dict[str, object], fits: bool) -> None:
    switch = FaultSwitch()
    switch.set([{"name": "307", "match": match}])
    assert (switch.take("307", post(renr="R-1", butext="Strom AB-1")) is not None) is fits


def test_a_probability_of_none_never_strikes() -> None:
    switch = FaultSwitch()
    switch.set([{"name": "slow", "probability": 0.0}])
    assert [switch.take("slow") for _ in range(20)] == [None] * 20


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown fault 'flood': one of 302, 307"):
        FaultSwitch().set([{"name": "flood"}])
