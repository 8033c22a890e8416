"""Real files that nobody in the project wrote: all are read or refused with a reason; what is read is right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from casework.words.reading import FileReading, Severity
from classifiers import Reader
from classifiers.evaluation import same_value

DATA = Path(__file__).parents[4] / "shared" / "data"
FIELDS = ("number", "date", "currency", "gross", "payable", "seller", "iban", "buyer_reference")
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real files in ../shared/data are not here")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(processes=2) as found:
        yield found


def read_folder(reader: Reader, name: str) -> dict[str, FileReading]:
    paths = [path for path in sorted((DATA / name).iterdir()) if path.name != "expected.json"]
    with ThreadPoolExecutor(2) as hands:
        readings = list(hands.map(lambda path: reader.read(path.read_bytes(), path.name), paths))
    return {path.name: reading for path, reading in zip(paths, readings, strict=True)}


def expected(name: str) -> dict[str, dict[str, Any]]:
    content: dict[str, dict[str, Any]] = json.loads((DATA / name / "expected.json").read_text("utf-8"))
    return content


def differences(readings: dict[str, FileReading], truths: dict[str, dict[str, Any]]) -> list[tuple[str, str, Any, Any]]:
    found = []
    for name, truth in truths.items():
        document = readings[name].documents[0]
        for field in FIELDS:
            read = document.fields[field].value if field in document.fields else None
            if truth.get(field) is not None and not same_value(field, truth[field], read):
                found.append((name, field, truth[field], read))
    return found


def crashed(readings: dict[str, FileReading]) -> list[str]:
    return [name for name, reading in readings.items() if reading.reason in {"reader_crashed", "too_slow", "too_large"}]


def test_every_xrechnung_is_read_as_the_ground_truth_says_and_breaks_no_rule(reader: Reader) -> None:
    readings = read_folder(reader, "xrechnung")

    fatal = {
        (name, finding.rule)
        for name, reading in readings.items()
        for finding in reading.documents[0].findings
        if finding.severity is Severity.FATAL
    }
    assert crashed(readings) == []
    assert differences(readings, expected("xrechnung")) == []
    assert fatal == set()


def test_every_zugferd_pdf_is_read_as_the_ground_truth_says(reader: Reader) -> None:
    readings = read_folder(reader, "zugferd")

    assert crashed(readings) == []
    assert differences(readings, expected("zugferd")) == []


def test_the_embedded_xml_is_part_of_its_pdf(reader: Reader) -> None:
    name = "ZUGFeRDv2__correct__intarsys__BASIC__zugferd_2p0_BASIC_Einfach.pdf"
    reading = reader.read((DATA / "zugferd" / name).read_bytes(), name)

    (document,) = reading.documents
    assert (document.part, document.parts, document.decided_by) == ("1", ["1.1"], "bytes")
    assert {part.id: part.reason for part in reading.parts} == {"1": "main_document", "1.1": "embedded_invoice"}


def test_visible_invoices_are_read_without_a_confident_error(reader: Reader) -> None:
    readings = read_folder(reader, "invoices")
    wrong = differences(readings, expected("invoices"))

    confident = [
        (name, field) for name, field, _, _ in wrong if readings[name].documents[0].fields[field].confidence >= 0.9
    ]
    counts = {
        field: sum(1 for _, other, _, _ in wrong if other == field) for field in ("number", "gross", "date", "iban")
    }
    assert confident == []
    assert counts["number"] <= 1 and counts["gross"] <= 1 and counts["date"] <= 4 and counts["iban"] <= 1


def test_german_rules_fire_where_the_rule_authors_say(reader: Reader) -> None:
    from classifiers.kinds.einvoice.detect import read_invoice
    from classifiers.kinds.einvoice.national import RULES, check_national
    from classifiers.readers.markup import XmlRefused, parse_xml

    ours = {rule.id for rule in RULES}
    unlike: list[tuple[str, str]] = []
    for name, truth in expected("kosit-rules").items():
        try:
            invoice = read_invoice(parse_xml((DATA / "kosit-rules" / name).read_bytes()))
        except XmlRefused:
            assert truth["ill_formed"]
            continue
        assert invoice is not None
        fired = {finding.rule for finding in check_national(invoice)}
        unlike += [(name, rule) for rule in truth["invalid"] if rule in ours and rule not in fired]
        unlike += [(name, rule) for rule in truth["valid"] if rule in fired]
    # an invoice without any specification is none of ours: BR-DE-21 cannot speak to it
    assert [rule for _, rule in unlike] in ([], ["BR-DE-21"])


@pytest.mark.parametrize("folder", ["mime", "pdf"])
def test_difficult_files_never_crash_and_every_part_has_a_reason(reader: Reader, folder: str) -> None:
    readings = read_folder(reader, folder)

    assert crashed(readings) == []
    assert [name for name, reading in readings.items() if not all(part.reason for part in reading.parts)] == []
    assert [
        name
        for name, reading in readings.items()
        if reading.documents[0].kind == "unknown" and not reading.documents[0].unsure
    ] == []
