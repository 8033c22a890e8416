from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from demo.clerk import ClerkReport, Truth, work_queue
from demo.clerk.typing import is_same, typed
from demo.clerk.work import ACKNOWLEDGEMENT, ClerkStuck
from tests import factories
from tests.integration.console.conftest import Console

OTHER_IBAN = "DE75512108001245126199"


def _letter(message_id: str, kind: str, decision: str, closing: str | None = None, **fields: str) -> dict[str, object]:
    document = {
        "kind": kind,
        "part": "x.pdf",
        "fields": fields,
        "completed": {},
        "decision": decision,
        "closing": closing,
    }
    return {"message_id": f"<{message_id}>", "documents": [document], "notes": ""}


def _work(*arguments: Any) -> ClerkReport:
    """In a thread of its own, as Playwright wants it whatever other tests left in this one."""
    with ThreadPoolExecutor(max_workers=1) as desk:
        return desk.submit(work_queue, *arguments).result()


def test_the_demo_clerk_corrects_releases_closes_and_leaves_strangers_alone(console: Console, tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    ids = console.message_ids()
    letters = {
        "a": _letter(ids[console.cases["doubt"]], "invoice", "correct_and_release", iban=OTHER_IBAN, gross="119.00"),
        "b": _letter(ids[console.cases["dog"]], "dog_registration", "release", holder_birth_date="1984-05-12"),
        "c": _letter(ids[console.cases["mail"]], "no_action", "close", "newsletter"),
        "d": _letter(ids[console.cases["outcome"]], "invoice", "release"),
    }
    truth.write_text(json.dumps(letters), encoding="utf-8")
    report = _work(console.url, "alke", factories.PASSWORD, truth)
    assert dict(report.answers) == {"corrected": 2, "closed as nothing_to_do": 1}
    assert report.corrected_fields == 2
    assert report.acknowledged == 1
    assert [event["template"] for event in console.events(console.cases["dog"], "answer_ordered")] == [ACKNOWLEDGEMENT]
    assert console.values(console.cases["doubt"])["iban"] == "DE75512108001245126199"
    assert console.case_row(console.cases["mail"])["reason"] == "nothing_to_do"
    assert "outcome is unknown" in report.left[console.cases["outcome"]]
    assert len(report.left) == 16


def test_the_limit_is_kept(console: Console, tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    ids = console.message_ids()
    letters = {
        name: _letter(ids[console.cases[name]], "no_action", "close", "withdrawn") for name in ("mail", "doubt", "dog")
    }
    truth.write_text(json.dumps(letters), encoding="utf-8")
    assert _work(console.url, "alke", factories.PASSWORD, truth, 2).worked == 2


def test_a_refused_login_is_one_clear_sentence(console: Console, tmp_path: Path) -> None:
    (tmp_path / "truth.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ClerkStuck, match="did not let alke in"):
        _work(console.url, "alke", "falsch", tmp_path / "truth.json")


def test_values_are_typed_and_compared_as_people_do() -> None:
    assert (typed("2026-11-03", "date"), typed("1234.50", "money")) == ("03.11.2026", "1234,50")
    assert is_same("1.234,50", "1234.5", "money")
    assert is_same("DE02 1203", "DE021203", "iban")
    assert not is_same("03.11.2026", "2026-11-04", "date")


def test_the_truth_is_found_by_message_and_part() -> None:
    truth = Truth({"a": {**_letter("1@x", "invoice", "close", "other_office"), "notes": "belongs to amt-b, which"}})
    known = truth.about("1@x", "x.pdf")
    assert known is not None
    assert (known.closing, known.office) == ("other_office", "amt-b")
    assert truth.about("2@x", "") is None
