"""E-invoices: two syntaxes, one model; planted faults are found by their official rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from casework.words.reading import DocumentReading, FieldReading, Finding, MessageHead, Origin, Severity
from classifiers.kinds import invoice
from classifiers.kinds.contract import Claim, Material
from classifiers.kinds.einvoice.compare import compare_with_page
from classifiers.kinds.einvoice.detect import read_invoice
from classifiers.kinds.einvoice.national import check_national
from classifiers.readers.limits import Limits
from classifiers.readers.markup import parse_xml
from classifiers.readers.parts import Piece, Role
from classifiers.readers.texts import text_from_plain

EXAMPLES = Path(__file__).parents[3] / "examples" / "invoice"
UBL = (EXAMPLES / "xrechnung_ubl.xml").read_text("utf-8")
CII = (EXAMPLES / "xrechnung_cii.xml").read_text("utf-8")


def extract(xml: str) -> DocumentReading:
    piece = Piece("1", None, "x.xml", "application/xml", xml.encode(), Role.ROOT)
    material = Material(piece, MessageHead(), [], Limits(), form_sender=False)
    claim = invoice.identify(material)
    assert isinstance(claim, Claim)
    return invoice.extract(material, claim)


def rules(xml: str) -> dict[str, Severity]:
    return {finding.rule: finding.severity for finding in extract(xml).findings}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('TaxInclusiveAmount currencyID="EUR">238.00', 'TaxInclusiveAmount currencyID="EUR">239.00', "BR-CO-15"),
        ("<cbc:BuyerReference>01059-0000-23</cbc:BuyerReference>", "", "BR-DE-15"),
        ("<cbc:Telephone>04321 555</cbc:Telephone>", "", "BR-DE-6"),
        ("<cbc:ID>B-2026-118</cbc:ID>", "", "BR-02"),
        ("DE02120300000000202051", "DE03120300000000202051", "AB-IBAN-INVALID"),
        ("<cbc:IssueDate>2026-11-03</cbc:IssueDate>", "<cbc:IssueDate>gestern</cbc:IssueDate>", "AB-XSD"),
    ],
)
def test_a_planted_fault_in_ubl_has_its_rule(old: str, new: str, rule: str) -> None:
    assert old in UBL
    assert rule in rules(UBL.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("<ram:GrandTotalAmount>119.00", "<ram:GrandTotalAmount>129.00", "BR-CO-15"),
        ("<ram:CityName>Probestadt</ram:CityName>", "", "BR-DE-3"),
        ("<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>", "", "BR-05"),
    ],
)
def test_a_planted_fault_in_cii_has_its_rule(old: str, new: str, rule: str) -> None:
    assert old in CII
    assert rules(CII.replace(old, new))[rule] is Severity.FATAL


def test_every_value_knows_its_xpath() -> None:
    fields = extract(UBL).fields

    assert fields["gross"].sources[0].where == "/ubl:Invoice/cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount"
    assert {source.origin for field in fields.values() for source in field.sources} == {Origin.XML}


def test_lines_are_read_in_both_syntaxes() -> None:
    assert extract(UBL).lines == [
        {
            "id": "1",
            "name": "Bordstein setzen",
            "quantity": "4",
            "unit": "H87",
            "price": "50.00",
            "net": "200.00",
            "tax_rate": "19",
        }
    ]
    assert extract(CII).lines == [
        {
            "id": "1",
            "name": "Streugut",
            "quantity": "10",
            "unit": "TNE",
            "price": "10.00",
            "net": "100.00",
            "tax_rate": "19",
        }
    ]


def test_a_profile_without_lines_is_no_full_invoice() -> None:
    minimum = CII.replace(
        "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0", "urn:factur-x.eu:1p0:minimum"
    )

    assert extract(minimum).unsure == ["not_full_invoice"]


def test_other_xml_is_no_invoice() -> None:
    assert read_invoice(parse_xml(b"<Invoice><ID>1</ID></Invoice>")) is None


def test_german_rules_leave_other_invoices_alone() -> None:
    read = read_invoice(parse_xml(UBL.replace("#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0", "").encode()))

    assert read is not None and check_national(read) == []


def compared(page: str) -> tuple[list[Finding], dict[str, FieldReading]]:
    fields = extract(UBL).fields
    return compare_with_page(fields, text_from_plain(page), "1"), fields


def test_a_page_that_agrees_confirms_number_date_total_and_iban() -> None:
    findings, fields = compared("Rechnung B-2026-118 vom 03.11.2026\nGesamt 238,00 €\nIBAN DE02 1203 0000 0000 2020 51")

    assert findings == []
    confirmed = [
        name for name, field in fields.items() if any(source.origin is Origin.TEXT for source in field.sources)
    ]
    assert confirmed == ["number", "date", "gross", "payable", "iban"]


@pytest.mark.parametrize(
    ("page", "rule", "severity"),
    [
        ("Rechnung B-2026-118 03.11.2026 Gesamt 338,00", "AB-XML-PDF-GROSS", Severity.ERROR),
        ("Rechnung B-2026-118 03.11.2026 238,00 IBAN DE89 3704 0044 0532 0130 00", "AB-XML-PDF-IBAN", Severity.ERROR),
        ("Rechnung Nr. B-2026-999 vom 03.11.2026 238,00", "AB-XML-PDF-NUMBER", Severity.ERROR),
        ("Vorgang 77, 03.11.2026, 238,00", "AB-XML-PDF-NUMBER", Severity.WARNING),
        ("Rechnung B-2026-118 Rechnungsdatum 04.11.2026 238,00", "AB-XML-PDF-DATE", Severity.ERROR),
        ("Rechnung B-2026-118 Lieferung 04.11.2026 238,00", "AB-XML-PDF-DATE", Severity.WARNING),
    ],
)
def test_a_page_that_contradicts_is_a_finding(page: str, rule: str, severity: Severity) -> None:
    findings, _ = compared(page)

    assert [(finding.rule, finding.severity) for finding in findings] == [(rule, severity)]
