"""Every sample in tests/examples is read as its expected file says: samples are the specification of the kinds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from casework.words.reading import ReadingContext
from classifiers.assembly import Reading
from classifiers.kinds.registry import KINDS
from classifiers.readers.limits import Limits

EXAMPLES = Path(__file__).parents[2] / "examples"
SAMPLES = sorted(path for path in EXAMPLES.glob("*/*") if not path.name.endswith(".expected.json"))
CONTEXT = ReadingContext(authserv_id="mx.amt.example", form_senders=("form@online.example",))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_sample_is_read_as_expected(sample: Path) -> None:
    expected = json.loads(sample.with_name(sample.name + ".expected.json").read_text("utf-8"))

    reading = Reading(sample.read_bytes(), sample.name, CONTEXT, Limits(), {}).read()

    (document,) = reading.documents
    read = {name: document.fields[name].value if name in document.fields else None for name in expected["fields"]}
    assert document.kind == expected["kind"]
    assert document.decided_by == expected["decided_by"]
    assert document.unsure == expected["unsure"]
    assert read == expected["fields"]
    assert [finding.rule for finding in document.findings] == expected.get("rules", [])


def test_every_kind_has_a_sample() -> None:
    assert {sample.parent.name for sample in SAMPLES} >= set(KINDS)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_every_part_ends_with_a_fate_and_a_reason(sample: Path) -> None:
    reading = Reading(sample.read_bytes(), sample.name, CONTEXT, Limits(), {}).read()

    assert [part.id for part in reading.parts if not part.reason] == []
    assert all(source.where for field in reading.documents[0].fields.values() for source in field.sources)
