"""The fields of `amtsbote read` from the invoice model; every one knows its XPath."""

from __future__ import annotations

from casework.words.reading import Candidate, FieldReading, Finding, Origin, Severity, Source
from classifiers.kinds.einvoice.model import Invoice, Value
from classifiers.kinds.identifiers import compact, is_iban

TERMS = {
    "number": "BT-1",
    "date": "BT-2",
    "due_date": "BT-9",
    "currency": "BT-5",
    "net": "BT-109",
    "tax": "BT-110",
    "gross": "BT-112",
    "payable": "BT-115",
    "seller": "BT-27",
    "seller_vat_id": "BT-31",
    "buyer": "BT-44",
    "buyer_reference": "BT-10",
    "order_reference": "BT-13",
    "type_code": "BT-3",
}
LINE_TERMS = {
    "id": "BT-126",
    "name": "BT-153",
    "quantity": "BT-129",
    "unit": "BT-130",
    "price": "BT-146",
    "net": "BT-131",
    "tax_rate": "BT-152",
}


def fields_of(invoice: Invoice, part: str) -> dict[str, FieldReading]:
    """Field readings with origin `xml`; `part` is the XML's part id."""
    fields = {
        name: _field(invoice.header[term], part, squeeze=name == "seller_vat_id")
        for name, term in TERMS.items()
        if term in invoice.header
    }
    if "payable" not in fields and "gross" in fields and "BT-113" not in invoice.header:
        fields["payable"] = fields["gross"].model_copy(deep=True)
    fields.update(_account(invoice, part))
    return fields


def lines_of(invoice: Invoice) -> list[dict[str, str]]:
    """Invoice lines with the names of INTERFACES; missing values are left out."""
    return [{name: line[term].text for name, term in LINE_TERMS.items() if term in line} for line in invoice.lines]


def accounts_of(invoice: Invoice) -> list[Value]:
    """The accounts to pay to, each once, IBANs without blanks; a proprietary account only if it is an IBAN."""
    found = [_squeezed(means["BT-84"]) for means in invoice.payments if "BT-84" in means]
    if not found:
        own = [_squeezed(means["BT-84-1"]) for means in invoice.payments if "BT-84-1" in means]
        found = [value for value in own if is_iban(value.text)]
    if not found and invoice.syntax == "zugferd1":
        # early ZUGFeRD writers put the account to pay to under Payer
        found = [_squeezed(means["BT-91"]) for means in invoice.payments if "BT-91" in means and "BT-81" not in means]
    return list({value.text: value for value in found}.values())


def check_account(invoice: Invoice) -> list[Finding]:
    """An IBAN that cannot be one, or several to choose from."""
    accounts = accounts_of(invoice)
    findings = [
        Finding(
            rule="AB-IBAN-INVALID",
            severity=Severity.ERROR,
            message=f"Die Prüfziffer der IBAN stimmt nicht: {value.text}.",
            field="iban",
        )
        for value in accounts
        if not is_iban(value.text)
    ]
    if len(accounts) > 1:
        message = "Die Rechnung nennt mehrere Konten. Bitte wählen Sie das richtige."
        findings.append(Finding(rule="AB-IBAN-SEVERAL", severity=Severity.ERROR, message=message, field="iban"))
    return findings


def _account(invoice: Invoice, part: str) -> dict[str, FieldReading]:
    accounts = accounts_of(invoice)
    if not accounts:
        return {}
    first, *others = accounts
    field = _field(first, part)
    field.confidence = 1.0 if is_iban(first.text) and not others else 0.0
    field.candidates = [Candidate(value=other.text, confidence=0.0, source=_source(other, part)) for other in others]
    fields = {"iban": field}
    bic = next((means["BT-86"] for means in invoice.payments if "BT-86" in means), None)
    if bic is not None:
        fields["bic"] = _field(bic, part, squeeze=True)
    return fields


def _squeezed(value: Value) -> Value:
    text = value.text.replace(" ", "").upper()
    return Value(text, value.path)


def _field(value: Value, part: str, *, squeeze: bool = False) -> FieldReading:
    text = compact(value.text) if squeeze else value.text
    return FieldReading(value=text, sources=[_source(value, part)])


def _source(value: Value, part: str) -> Source:
    return Source(origin=Origin.XML, where=value.path, part=part)
