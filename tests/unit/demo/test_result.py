"""The end of a demo: record and target systems agree, or a sentence says where they do not."""

from __future__ import annotations

import json
from pathlib import Path

from demo.figures import Counted
from demo.result import Result
from demo.truth import Stands

CAPTURE = "haushaltskasse/capture_invoice"
KEYS = {
    "messages", "cases", "processes", "reasons", "record", "targets", "lost", "double", "unexplained_parts", "seconds",
    "saved_s", "console",
}  # fmt: skip


def _counted(**changes: object) -> Counted:
    figures: dict[str, object] = {
        "messages": 2,
        "cases": 2,
        "processes": {"invoice": {"received": 2, "posted": 2, "review": 0, "closed": 0, "new": 0}},
        "reasons": {},
        "record": {CAPTURE: 2},
        "markers": {CAPTURE: {"AB-1", "AB-2"}},
        "lost": 0,
        "unexplained_parts": 0,
        "seconds": {"intake": 1.0, "prepare": 2.0, "transfer": 3.0, "case_median": 4.0},
        "saved": {"gross": 600, "net": 540, "clerk": 60, "failures": 0},
    }
    return Counted(**{**figures, **changes})  # type: ignore[arg-type]


def _result(counted: Counted, stands: Stands) -> Result:
    return Result(counted=counted, targets={CAPTURE: stands}, setup_seconds=12.34, console="http://127.0.0.1:1")


def test_equal_counts_and_markers_are_agreement() -> None:
    assert _result(_counted(), Stands(2, {"AB-1", "AB-2"}, 0)).disagreements() == []


def test_a_row_too_many_in_the_target_system_is_named() -> None:
    sentences = _result(_counted(), Stands(3, {"AB-1", "AB-2"}, 1)).disagreements()
    assert sentences == [
        f"{CAPTURE}: 2 in the record, 3 in the target system",
        f"{CAPTURE}: 1 stand twice in the target system",
    ]


def test_equal_numbers_with_other_markers_are_no_agreement() -> None:
    assert _result(_counted(), Stands(2, {"AB-1", "AB-9"}, 0)).disagreements() == [
        f"{CAPTURE}: the markers differ in 2 places"
    ]


def test_what_the_target_system_has_never_heard_of_is_named() -> None:
    result = Result(counted=_counted(), targets={}, setup_seconds=0, console="")
    assert f"{CAPTURE}: 2 in the record, 0 in the target system" in result.disagreements()


def test_lost_letters_and_unexplained_parts_are_named() -> None:
    counted = _counted(lost=1, unexplained_parts=2)
    assert _result(counted, Stands(2, {"AB-1", "AB-2"}, 0)).disagreements() == [
        "1 letters are not in the record",
        "2 parts were left aside without a reason",
    ]


def test_the_summary_has_every_key_of_the_interface(tmp_path: Path) -> None:
    _result(_counted(), Stands(2, {"AB-1", "AB-2"}, 0)).write(tmp_path / "summary.json")
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert set(summary) == KEYS
    assert summary["record"] == summary["targets"] == {CAPTURE: 2}
    assert summary["seconds"] == {"setup": 12.3, "intake": 1.0, "prepare": 2.0, "transfer": 3.0, "case_median": 4.0}
    assert set(summary["saved_s"]) == {"gross", "net", "clerk", "failures"}
