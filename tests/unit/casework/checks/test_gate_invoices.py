"""Which invoices may pass without a human, and the code that stops the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from casework.checks import Evidence, OfficeKnowledge, SupplierTable, Verdict
from casework.configuration import Configuration, ProcessInForce
from casework.configuration.vocabulary import Nature, Stage
from casework.words.reading import Candidate, DecidedBy, DocumentReading, Finding, Origin, Severity
from tests.unit.casework.checks.conftest import IBAN, OTHER_IBAN, source

Read = Callable[..., DocumentReading]
Judge = Callable[..., Verdict]
Process = Callable[[str], ProcessInForce]


def test_a_valid_e_invoice_of_a_known_supplier_passes(e_invoice: Read, judge: Judge) -> None:
    verdict = judge(e_invoice())
    assert (verdict.automatic, verdict.why, verdict.findings) == (True, (), ())


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iban": OTHER_IBAN}, ("iban_new",)),
        ({"iban": "DE89370400440532013001"}, ("iban_invalid",)),
        ({"seller": "Neu GmbH", "seller_vat_id": "DE111111125"}, ("iban_unconfirmed",)),
        ({"seller": "Ohne Konto KG", "seller_vat_id": "DE987654321"}, ("iban_unconfirmed",)),
        ({"gross": "119.01", "payable": "119.01"}, ("totals_wrong",)),
        ({"payable": "120.00"}, ("check_spoke",)),
        ({"buyer_reference": "02000-SUED-22"}, ("other_office_suspected",)),
        ({"buyer_reference": None, "buyer": "Amt Süd"}, ("other_office_suspected",)),
        ({"date": "2026-11-24", "due_date": None}, ("date_implausible",)),
        ({"date": "2025-11-21", "due_date": None}, ("date_implausible",)),
        ({"due_date": "2026-11-19"}, ("date_implausible",)),
        ({"date": "20.11.2026"}, ("field_invalid",)),
        ({"number": None}, ("field_missing",)),
        ({"net": None}, ("field_missing",)),
        ({"type_code": "381"}, ("not_plain_invoice",)),
        ({"type_code": None}, ("not_plain_invoice",)),
        ({"net": "-100.00", "tax": "-19.00", "gross": "-119.00", "payable": "-119.00"}, ("not_plain_invoice",)),
        ({"payable": "0.00"}, ("not_plain_invoice",)),
        ({"currency": "CHF"}, ("foreign_currency",)),
    ],
)
def test_what_is_not_certain_stops_with_its_code(
    e_invoice: Read, judge: Judge, changes: dict[str, str | None], why: tuple[str, ...]
) -> None:
    verdict = judge(e_invoice(**changes))
    assert (verdict.automatic, verdict.why) == (False, why)


def test_without_a_day_of_arrival_no_date_is_too_old(e_invoice: Read, judge: Judge) -> None:
    document = e_invoice(date="2016-04-04", due_date="2016-05-04")
    assert judge(document).why == ("date_implausible",)
    assert judge(document, today=None).automatic is True
    assert judge(e_invoice(date="2016-04-04", due_date="2016-04-03"), today=None).why == ("date_implausible",)


def test_an_invoice_without_iban_passes(e_invoice: Read, judge: Judge) -> None:
    assert judge(e_invoice(iban=None)).automatic is True


def test_an_iban_that_the_visible_page_repeats_is_confirmed(e_invoice: Read, judge: Judge) -> None:
    document = e_invoice(seller="Neu GmbH", seller_vat_id="DE111111125")
    document.fields["iban"].sources.append(source(Origin.TEXT))
    assert judge(document).automatic is True


def test_an_iban_twice_in_the_xml_is_still_one_source(e_invoice: Read, judge: Judge) -> None:
    document = e_invoice(seller="Neu GmbH", seller_vat_id="DE111111125")
    document.fields["iban"].sources.append(source(Origin.XML))
    assert judge(document).why == ("iban_unconfirmed",)


def test_a_new_iban_of_a_known_supplier_is_seen_by_a_human_even_with_two_sources(e_invoice: Read, judge: Judge) -> None:
    document = e_invoice(iban=OTHER_IBAN)
    document.fields["iban"].sources.append(source(Origin.TEXT))
    assert judge(document).why == ("iban_new",)


def test_a_supplier_table_alone_confirms_an_iban(e_invoice: Read, judge: Judge, configuration: Configuration) -> None:
    table = SupplierTable(configuration.suppliers["amt-nord"])
    shipped = configuration.as_shipped("invoice")
    assert judge(e_invoice(), knowledge=table, process=shipped).automatic is True
    assert judge(e_invoice(), knowledge=SupplierTable(), process=shipped).why == ("iban_unconfirmed",)


@pytest.mark.parametrize("severity", [Severity.FATAL, Severity.ERROR])
def test_a_violated_rule_of_the_standard_stops(e_invoice: Read, judge: Judge, severity: Severity) -> None:
    document = e_invoice()
    document.findings.append(Finding(rule="BR-CO-15", severity=severity, message="total"))
    verdict = judge(document)
    assert verdict.why[0] == "rule_violated"
    assert verdict.findings[0].rule == "BR-CO-15"


def test_a_warning_of_the_standard_does_not_stop(e_invoice: Read, judge: Judge) -> None:
    document = e_invoice()
    document.findings.append(Finding(rule="BR-DE-27", severity=Severity.WARNING, message="phone"))
    verdict = judge(document)
    assert (verdict.automatic, [finding.rule for finding in verdict.findings]) == (True, ["BR-DE-27"])


@pytest.mark.parametrize("severity", [Severity.ERROR, Severity.WARNING])
def test_a_page_that_contradicts_the_data_always_stops(e_invoice: Read, judge: Judge, severity: Severity) -> None:
    document = e_invoice()
    document.findings.append(Finding(rule="AB-XML-PDF-NUMBER", severity=severity, message="differs"))
    assert judge(document).why[0] == "xml_pdf_differ"


def test_a_doubt_of_the_reader_stops(e_invoice: Read, judge: Judge) -> None:
    document = e_invoice()
    document.unsure.append("not_full_invoice")
    assert judge(document).why == ("not_full_invoice",)


def test_another_value_in_structured_data_makes_a_field_unsure(e_invoice: Read, judge: Judge) -> None:
    document = e_invoice()
    other = Candidate(value="120.00", confidence=0.1, source=source(Origin.XML))
    document.fields["gross"].candidates.append(other)
    assert judge(document).why == ("field_unsure",)


def test_low_confidence_makes_a_field_unsure(e_invoice: Read, judge: Judge) -> None:
    document = e_invoice()
    document.fields["number"].confidence = 0.6
    assert judge(document).why == ("field_unsure",)


def test_a_duplicate_business_key_stops(e_invoice: Read, judge: Judge, configuration: Configuration) -> None:
    class Remembers(OfficeKnowledge):
        def business_key_taken(self, kind: str, key: str) -> bool:
            return (kind, key) == ("invoice", "invoice|0|de123456789|202617|2026-11-20|119.00")

    remembers = Remembers(configuration, "amt-nord")
    assert judge(e_invoice(), knowledge=remembers).why == ("business_key_taken",)
    assert judge(e_invoice(number="2026-18"), knowledge=remembers).automatic is True


def seen_invoice(e_invoice: Read, *origins: Origin) -> DocumentReading:
    document = e_invoice()
    for field in document.fields.values():
        field.sources = [source(origin) for origin in origins]
    return document.model_copy(update={"decided_by": DecidedBy.RULE})


def test_a_printed_invoice_goes_to_a_human_before_a_bound_is_proven(e_invoice: Read, judge: Judge) -> None:
    verdict = judge(seen_invoice(e_invoice, Origin.TEXT, Origin.OCR))
    assert verdict.why == ("bound_unproven",)
    assert verdict.findings[-1].message == (
        "Von dieser Art fehlen noch 299 bestätigte Schreiben, bis eines ohne Prüfung gehen darf."
    )


def test_a_printed_invoice_passes_with_a_proven_bound_and_two_sources_for_everything(
    e_invoice: Read, judge: Judge
) -> None:
    bounds = {"invoice": Evidence(checked=299)}
    assert judge(seen_invoice(e_invoice, Origin.TEXT, Origin.OCR), bounds=bounds).automatic is True


def test_a_printed_invoice_with_one_source_is_unsure_whatever_the_bound(e_invoice: Read, judge: Judge) -> None:
    bounds = {"invoice": Evidence(checked=100_000)}
    assert judge(seen_invoice(e_invoice, Origin.TEXT), bounds=bounds).why == ("field_unsure",)


def test_a_sum_cannot_confirm_itself(e_invoice: Read, judge: Judge) -> None:
    document = seen_invoice(e_invoice, Origin.TEXT, Origin.OCR)
    document.fields["gross"].sources = [source(Origin.TEXT), source(Origin.ARITHMETIC, "net", "tax")]
    document.fields["tax"].sources = [source(Origin.ARITHMETIC, "gross", "net")]
    verdict = judge(document, bounds={"invoice": Evidence(checked=299)})
    unsure = [finding.field for finding in verdict.findings if finding.rule == "AB-FIELD-UNSURE"]
    assert unsure == ["tax", "gross"]


def test_the_model_is_used_only_where_the_office_lets_it(e_invoice: Read, judge: Judge, process: Process) -> None:
    document = seen_invoice(e_invoice, Origin.TEXT, Origin.OCR).model_copy(update={"decided_by": DecidedBy.MODEL})
    bounds = {"invoice": Evidence(checked=299)}
    without = replace(process("invoice"), overlay=process("invoice").overlay.model_copy(update={"model": False}))
    assert judge(document, bounds=bounds).automatic is True
    assert judge(document, bounds=bounds, process=without).why == ("model_unsure",)


@pytest.mark.parametrize(
    ("stage", "why"),
    [(Stage.OFF, "process_off"), (Stage.SHADOW, "shadow"), (Stage.ASSISTED, "release_required")],
)
def test_the_stage_decides_how_far_a_perfect_reading_goes(
    e_invoice: Read, judge: Judge, process: Process, stage: Stage, why: str
) -> None:
    found = process("invoice")
    here = replace(found, overlay=found.overlay.model_copy(update={"stage": stage}))
    assert judge(e_invoice(), process=here).why == (why,)


def test_without_a_legal_basis_nothing_is_automatic(e_invoice: Read, judge: Judge, process: Process) -> None:
    found = process("invoice")
    here = replace(found, overlay=found.overlay.model_copy(update={"basis": None}))
    assert judge(e_invoice(), process=here).why == ("release_required",)


def test_an_administrative_act_is_never_automatic(e_invoice: Read, judge: Judge, process: Process) -> None:
    found = process("invoice")
    here = replace(found, process=found.process.model_copy(update={"nature": Nature.DECISION}))
    assert judge(e_invoice(), process=here).why == ("decision_by_human",)


def test_an_unknown_kind_waits_for_a_human_with_the_files_own_reason_first(judge: Judge) -> None:
    plain = DocumentReading(part="1", kind="unknown", unsure=["unknown_kind"])
    locked = DocumentReading(part="1", kind="unknown", unsure=["pdf_encrypted"])
    assert judge(plain).why == ("unknown_kind",)
    assert judge(locked).why == ("pdf_encrypted", "unknown_kind")


def test_a_clerks_confirmation_settles_a_field(e_invoice: Read, judge: Judge) -> None:
    document = e_invoice(seller="Neu GmbH", seller_vat_id="DE111111125")
    confirmed = source(Origin.CLERK)
    document.fields["iban"].sources = [confirmed]
    assert judge(document).automatic is True
    assert document.fields["iban"].value == IBAN
