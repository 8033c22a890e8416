"""An office over the shipped pack, and readings as they come from the reader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from casework.checks import OfficeKnowledge, Verdict, decide
from casework.configuration import Configuration, ProcessInForce, load, shipped
from casework.words.reading import DecidedBy, DocumentReading, FieldReading, Origin, Source

TODAY = date(2026, 11, 23)
IBAN = "DE89370400440532013000"
OTHER_IBAN = "DE02120300000000202051"
OFFICE = """
name: Amt Nord
names: [Gemeinde Dorf]
buyer_references: [01000-NORD-11]
suppliers: suppliers.csv
municipalities: {Hütten: huetten_dog_tax, Anzahl: beispiel_anzahl}
processes:
  invoice: &alone {stage: automatic, basis: {text: invented for a test, fictitious: true}}
  dog_registration: *alone
  dog_deregistration: *alone
  defect_report: *alone
  posteingang: *alone
"""
CONFIRMED = 'versions: {"%s": {confirmed: {by: Gemeinde, on: 2026-01-01, fictitious: true}}}\n'
INVOICE: dict[str, str | None] = {
    "seller": "Bauhof Meier GmbH",
    "seller_vat_id": "DE123456789",
    "number": "2026-17",
    "date": "2026-11-20",
    "due_date": "2026-12-04",
    "currency": "EUR",
    "net": "100.00",
    "tax": "19.00",
    "gross": "119.00",
    "payable": "119.00",
    "iban": IBAN,
    "buyer_reference": "01000-NORD-11",
    "buyer": "Amt Nord",
    "type_code": "380",
}
DOG: dict[str, str | None] = {
    "holder_last_name": "Alke",
    "holder_first_name": "Bente",
    "holder_birth_date": "1980-02-03",
    "street": "Dörpstraat",
    "house_number": "3",
    "postcode": "24358",
    "town": "Hütten",
    "municipality": "Hütten",
    "dog_name": "Fiete",
    "breed": "Beagle",
    "sex": "male",
    "dog_birth_date": "2024-01-05",
    "chip_number": "276098100000001",
    "acquired_on": "2026-11-02",
    "dogs_in_household": "1",
    "relief_requested": "no",
    "sepa_mandate": "no",
}
LEAVING: dict[str, str | None] = {
    "holder_last_name": "Alke",
    "holder_first_name": "Bente",
    "municipality": "Hütten",
    "dog_name": "Fiete",
    "tag_number": "1042",
    "ended_on": "2026-11-10",
    "reason": "died",
}

Read = Callable[..., DocumentReading]
Judge = Callable[..., Verdict]


@pytest.fixture(scope="session")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    """The shipped pack with the office `amt-nord` and its confirmed statutes."""
    overlay = tmp_path_factory.mktemp("overlay")
    _write(overlay / "offices/amt-nord.yaml", OFFICE)
    rows = f"name;vat_id;iban\nBauhof Meier GmbH;DE123456789;{IBAN}\nOhne Konto KG;DE987654321;\n"
    _write(overlay / "offices/suppliers.csv", rows)
    _write(overlay / "statutes/huetten_dog_tax.yaml", CONFIRMED % "2021-01-01")
    _write(overlay / "statutes/beispiel_anzahl.yaml", CONFIRMED % "2022-01-01")
    return load([shipped(), overlay])


@pytest.fixture
def process(configuration: Configuration) -> Callable[[str], ProcessInForce]:
    """A process as it holds in the office."""
    return lambda name: configuration.effective("amt-nord", name)


@pytest.fixture
def knowledge(configuration: Configuration) -> OfficeKnowledge:
    """What the office knows."""
    return OfficeKnowledge(configuration, "amt-nord")


@pytest.fixture
def judge(configuration: Configuration, knowledge: OfficeKnowledge) -> Judge:
    """The gate's verdict on a reading of the process that takes its kind."""

    def _judge(document: DocumentReading, **more: Any) -> Verdict:
        found = configuration.process_of_kind(document.kind)
        assert found is not None
        process = more.pop("process", None) or configuration.effective("amt-nord", found.id)
        return decide(document, process, more.pop("knowledge", knowledge), **{"today": TODAY, **more})

    return _judge


@pytest.fixture
def e_invoice() -> Read:
    """An e-invoice by its bytes, fields by keyword; None leaves one out."""

    def _read(**changes: str | None) -> DocumentReading:
        return _document("invoice", DecidedBy.BYTES, Origin.XML, INVOICE | changes)

    return _read


@pytest.fixture
def form() -> Read:
    """A dog registration as proven form mail, fields by keyword; None leaves one out."""

    def _read(**changes: str | None) -> DocumentReading:
        return _document("dog_registration", DecidedBy.FORM, Origin.FORM, DOG | changes)

    return _read


@pytest.fixture
def leaving() -> Read:
    """A dog de-registration as proven form mail."""

    def _read(**changes: str | None) -> DocumentReading:
        return _document("dog_deregistration", DecidedBy.FORM, Origin.FORM, LEAVING | changes)

    return _read


def source(origin: Origin, *derived_from: str) -> Source:
    return Source(origin=origin, where="here", derived_from=derived_from)


def _document(kind: str, decided_by: DecidedBy, origin: Origin, values: dict[str, str | None]) -> DocumentReading:
    fields = {name: FieldReading(value=value, sources=[source(origin)]) for name, value in values.items() if value}
    return DocumentReading(part="1", kind=kind, decided_by=decided_by, fields=fields)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
