"""Writes an invoice as XRechnung 3.0 in UBL 2.1 syntax."""

from __future__ import annotations

from decimal import Decimal

from lxml import etree

from demo.letters.invoices import Invoice, Line, TaxGroup
from demo.letters.terms import XRECHNUNG, payment_terms
from demo.letters.xml import Branch

UBL = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"


def write_ubl(invoice: Invoice) -> bytes:
    """The invoice as XML, UTF-8; valid by EN 16931 and XRechnung unless the invoice itself is wrong."""
    root = etree.Element(etree.QName(UBL, "Invoice"), nsmap={"ubl": UBL, "cac": CAC, "cbc": CBC})
    top = Branch(root, {"cac": CAC, "cbc": CBC})
    _write_head(top, invoice)
    _write_seller(top, invoice)
    _write_buyer(top, invoice)
    top.branch("cac:Delivery").leaf("cbc:ActualDeliveryDate", invoice.delivered.isoformat())
    means = top.branch("cac:PaymentMeans")
    means.leaf("cbc:PaymentMeansCode", "58")
    means.leaf("cbc:PaymentID", invoice.number)
    account = means.branch("cac:PayeeFinancialAccount")
    account.leaf("cbc:ID", invoice.iban)
    account.leaf("cbc:Name", invoice.supplier.name)
    account.branch("cac:FinancialInstitutionBranch").leaf("cbc:ID", invoice.bic)
    top.branch("cac:PaymentTerms").leaf("cbc:Note", payment_terms(invoice))
    if invoice.discount:
        _write_discount(top, invoice)
    taxes = top.branch("cac:TaxTotal")
    _amount(taxes, "cbc:TaxAmount", invoice.tax)
    for group in invoice.tax_groups:
        _write_tax_group(taxes, group)
    _write_totals(top, invoice)
    for line in invoice.lines:
        _write_line(top, line)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _write_head(top: Branch, invoice: Invoice) -> None:
    top.leaf("cbc:CustomizationID", XRECHNUNG)
    top.leaf("cbc:ProfileID", "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0")
    top.leaf("cbc:ID", invoice.number)
    top.leaf("cbc:IssueDate", invoice.issued.isoformat())
    top.leaf("cbc:DueDate", invoice.due.isoformat())
    top.leaf("cbc:InvoiceTypeCode", "380")
    top.leaf("cbc:DocumentCurrencyCode", "EUR")
    top.leaf("cbc:BuyerReference", invoice.buyer_reference)
    if invoice.order_reference:
        top.branch("cac:OrderReference").leaf("cbc:ID", invoice.order_reference)


def _write_seller(top: Branch, invoice: Invoice) -> None:
    seller = invoice.supplier
    party = top.branch("cac:AccountingSupplierParty").branch("cac:Party")
    party.leaf("cbc:EndpointID", seller.email, schemeID="EM")
    party.branch("cac:PartyName").leaf("cbc:Name", seller.name)
    _write_address(party, seller.street, seller.town, seller.postcode)
    for number, scheme in ((seller.vat_id, "VAT"), (seller.tax_number, "FC")):
        tax = party.branch("cac:PartyTaxScheme")
        tax.leaf("cbc:CompanyID", number)
        tax.branch("cac:TaxScheme").leaf("cbc:ID", scheme)
    legal = party.branch("cac:PartyLegalEntity")
    legal.leaf("cbc:RegistrationName", seller.name)
    legal.leaf("cbc:CompanyID", seller.register)
    contact = party.branch("cac:Contact")
    contact.leaf("cbc:Name", seller.contact)
    contact.leaf("cbc:Telephone", seller.telephone)
    contact.leaf("cbc:ElectronicMail", seller.email)


def _write_buyer(top: Branch, invoice: Invoice) -> None:
    buyer = invoice.buyer
    party = top.branch("cac:AccountingCustomerParty").branch("cac:Party")
    party.leaf("cbc:EndpointID", buyer.mailbox, schemeID="EM")
    if invoice.customer:
        party.branch("cac:PartyIdentification").leaf("cbc:ID", invoice.customer)
    _write_address(party, f"{buyer.street} {buyer.house_number}", buyer.town, buyer.postcode)
    party.branch("cac:PartyLegalEntity").leaf("cbc:RegistrationName", buyer.name)


def _write_address(party: Branch, street: str, town: str, postcode: str) -> None:
    address = party.branch("cac:PostalAddress")
    address.leaf("cbc:StreetName", street)
    address.leaf("cbc:CityName", town)
    address.leaf("cbc:PostalZone", postcode)
    address.branch("cac:Country").leaf("cbc:IdentificationCode", "DE")


def _write_discount(top: Branch, invoice: Invoice) -> None:
    allowance = top.branch("cac:AllowanceCharge")
    allowance.leaf("cbc:ChargeIndicator", "false")
    allowance.leaf("cbc:AllowanceChargeReasonCode", "95")
    allowance.leaf("cbc:AllowanceChargeReason", "Rabatt")
    _amount(allowance, "cbc:Amount", invoice.discount)
    _write_category(allowance.branch("cac:TaxCategory"), invoice.discount_rate)


def _write_tax_group(taxes: Branch, group: TaxGroup) -> None:
    subtotal = taxes.branch("cac:TaxSubtotal")
    _amount(subtotal, "cbc:TaxableAmount", group.basis)
    _amount(subtotal, "cbc:TaxAmount", group.tax)
    _write_category(subtotal.branch("cac:TaxCategory"), group.rate)


def _write_category(category: Branch, rate: int) -> None:
    category.leaf("cbc:ID", "S")
    category.leaf("cbc:Percent", str(rate))
    category.branch("cac:TaxScheme").leaf("cbc:ID", "VAT")


def _write_totals(top: Branch, invoice: Invoice) -> None:
    totals = top.branch("cac:LegalMonetaryTotal")
    _amount(totals, "cbc:LineExtensionAmount", invoice.line_total)
    _amount(totals, "cbc:TaxExclusiveAmount", invoice.net)
    _amount(totals, "cbc:TaxInclusiveAmount", invoice.gross)
    if invoice.discount:
        _amount(totals, "cbc:AllowanceTotalAmount", invoice.discount)
    if invoice.prepaid:
        _amount(totals, "cbc:PrepaidAmount", invoice.prepaid)
    _amount(totals, "cbc:PayableAmount", invoice.payable)


def _write_line(top: Branch, line: Line) -> None:
    entry = top.branch("cac:InvoiceLine")
    entry.leaf("cbc:ID", line.id)
    entry.leaf("cbc:InvoicedQuantity", str(line.quantity), unitCode=line.unit)
    _amount(entry, "cbc:LineExtensionAmount", line.net)
    item = entry.branch("cac:Item")
    item.leaf("cbc:Name", line.name)
    _write_category(item.branch("cac:ClassifiedTaxCategory"), line.rate)
    _amount(entry.branch("cac:Price"), "cbc:PriceAmount", line.price)


def _amount(branch: Branch, name: str, amount: Decimal) -> None:
    branch.leaf(name, str(amount), currencyID="EUR")
