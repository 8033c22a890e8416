"""The names that processes may use are the checks that exist; every code has words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from casework.checks import REGISTRY, OfficeKnowledge, check, reason_of
from casework.checks.gate import _ORDER
from casework.checks.values import as_cents, as_day, comparison_key, is_iban
from casework.configuration import ProcessInForce
from casework.configuration.vocabulary import CHECKS
from casework.words.errors import ConfigurationError
from casework.words.reading import DocumentReading, Finding, Severity
from casework.words.reasons import reasons
from tests.unit.casework.checks.conftest import TODAY


def test_the_configuration_knows_exactly_the_checks_that_exist() -> None:
    assert set(REGISTRY) == CHECKS


def test_every_code_of_the_gate_has_words_for_people() -> None:
    assert [code for code in _ORDER if code not in reasons()] == []


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("BR-CO-15", "rule_violated"),
        ("PEPPOL-EN16931-R010", "rule_violated"),
        ("AB-IBAN-NEW", "iban_new"),
        ("AB-XML-PDF-GROSS", "xml_pdf_differ"),
        ("AB-XSD", "rule_violated"),
        ("AB-IBAN-SEVERAL", "iban_unconfirmed"),
        ("AB-SOMETHING-ELSE", "check_spoke"),
    ],
)
def test_findings_lead_to_reasons(rule: str, reason: str) -> None:
    assert reason_of(Finding(rule=rule, severity=Severity.ERROR, message="")) == reason


def test_an_unknown_check_is_a_mistake_of_the_configuration(
    process: Callable[[str], ProcessInForce], knowledge: OfficeKnowledge
) -> None:
    from dataclasses import replace

    found = process("invoice")
    broken = replace(found, process=found.process.model_copy(update={"checks": ("guess",)}))
    with pytest.raises(ConfigurationError, match="check `guess` is not known"):
        check(DocumentReading(part="1", kind="invoice"), broken, knowledge, TODAY)


def test_an_office_knows_its_suppliers_and_addresses(knowledge: OfficeKnowledge) -> None:
    assert knowledge.supplier(vat_id="DE 123456789", name="") == knowledge.supplier(vat_id="", name="bauhof meier gmbh")
    assert knowledge.supplier(vat_id="DE000000000", name="Niemand") is None
    own = knowledge.is_own_address
    assert own(buyer_reference="01000-NORD-11", buyer_name="") is True
    assert own(buyer_reference="02000-SUED-22", buyer_name="Amt Nord") is False
    assert own(buyer_reference="", buyer_name="Amt Nord - Der Amtsvorsteher") is True
    assert own(buyer_reference="", buyer_name="Amt Nordost") is False
    assert own(buyer_reference="", buyer_name="") is None
    assert knowledge.municipality_tariff("Hütten", "2026-01-01") is True
    assert knowledge.municipality_tariff("Hütten", "2020-01-01") is False


def test_values_are_read_only_in_their_canonical_form() -> None:
    assert (as_cents("1190.5"), as_cents("1.190,50"), as_cents("1e3"), as_cents("0.005")) == (119050, None, None, None)
    assert (as_day("2026-02-30"), as_day("20260201"), as_day("2026-02-01")) == (None, None, as_day("2026-02-01"))
    assert (is_iban("DE89370400440532013000"), is_iban("DE89 3704 0044 0532 0130 00")) == (True, False)
    assert comparison_key("Müller & Söhne GmbH") == "müllersöhnegmbh"
