"""Writes an invoice as Cross Industry Invoice: XRechnung 3.0, or the EN 16931 profile inside a ZUGFeRD PDF."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from lxml import etree

from demo.letters.invoices import Invoice, Line, TaxGroup
from demo.letters.terms import XRECHNUNG, payment_terms
from demo.letters.xml import Branch

RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
QDT = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"


def write_cii(invoice: Invoice, *, guideline: str = XRECHNUNG) -> bytes:
    """The invoice as XML, UTF-8; valid by EN 16931 (and XRechnung, by guideline) unless the invoice itself is wrong."""
    prefixes = {"rsm": RSM, "ram": RAM, "udt": UDT, "qdt": QDT}
    root = etree.Element(etree.QName(RSM, "CrossIndustryInvoice"), nsmap=prefixes)
    top = Branch(root, prefixes)
    context = top.branch("rsm:ExchangedDocumentContext")
    if guideline == XRECHNUNG:
        process = context.branch("ram:BusinessProcessSpecifiedDocumentContextParameter")
        process.leaf("ram:ID", "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0")
    context.branch("ram:GuidelineSpecifiedDocumentContextParameter").leaf("ram:ID", guideline)
    document = top.branch("rsm:ExchangedDocument")
    document.leaf("ram:ID", invoice.number)
    document.leaf("ram:TypeCode", "380")
    _date(document.branch("ram:IssueDateTime"), invoice.issued)
    trade = top.branch("rsm:SupplyChainTradeTransaction")
    for line in invoice.lines:
        _write_line(trade, line)
    _write_agreement(trade, invoice)
    delivery = trade.branch("ram:ApplicableHeaderTradeDelivery")
    _date(delivery.branch("ram:ActualDeliverySupplyChainEvent").branch("ram:OccurrenceDateTime"), invoice.delivered)
    _write_settlement(trade, invoice)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _write_line(trade: Branch, line: Line) -> None:
    entry = trade.branch("ram:IncludedSupplyChainTradeLineItem")
    entry.branch("ram:AssociatedDocumentLineDocument").leaf("ram:LineID", line.id)
    entry.branch("ram:SpecifiedTradeProduct").leaf("ram:Name", line.name)
    price = entry.branch("ram:SpecifiedLineTradeAgreement").branch("ram:NetPriceProductTradePrice")
    price.leaf("ram:ChargeAmount", str(line.price))
    entry.branch("ram:SpecifiedLineTradeDelivery").leaf("ram:BilledQuantity", str(line.quantity), unitCode=line.unit)
    settlement = entry.branch("ram:SpecifiedLineTradeSettlement")
    tax = settlement.branch("ram:ApplicableTradeTax")
    tax.leaf("ram:TypeCode", "VAT")
    tax.leaf("ram:CategoryCode", "S")
    tax.leaf("ram:RateApplicablePercent", str(line.rate))
    total = settlement.branch("ram:SpecifiedTradeSettlementLineMonetarySummation")
    total.leaf("ram:LineTotalAmount", str(line.net))


def _write_agreement(trade: Branch, invoice: Invoice) -> None:
    agreement = trade.branch("ram:ApplicableHeaderTradeAgreement")
    agreement.leaf("ram:BuyerReference", invoice.buyer_reference)
    _write_seller(agreement.branch("ram:SellerTradeParty"), invoice)
    buyer = agreement.branch("ram:BuyerTradeParty")
    office = invoice.buyer
    buyer.leaf("ram:ID", invoice.customer or None)
    buyer.leaf("ram:Name", office.name)
    _write_address(buyer, f"{office.street} {office.house_number}", office.town, office.postcode)
    buyer.branch("ram:URIUniversalCommunication").leaf("ram:URIID", office.mailbox, schemeID="EM")
    if invoice.order_reference:
        order = agreement.branch("ram:BuyerOrderReferencedDocument")
        order.leaf("ram:IssuerAssignedID", invoice.order_reference)


def _write_seller(party: Branch, invoice: Invoice) -> None:
    seller = invoice.supplier
    party.leaf("ram:Name", seller.name)
    party.branch("ram:SpecifiedLegalOrganization").leaf("ram:ID", seller.register)
    contact = party.branch("ram:DefinedTradeContact")
    contact.leaf("ram:PersonName", seller.contact)
    contact.branch("ram:TelephoneUniversalCommunication").leaf("ram:CompleteNumber", seller.telephone)
    contact.branch("ram:EmailURIUniversalCommunication").leaf("ram:URIID", seller.email)
    _write_address(party, seller.street, seller.town, seller.postcode)
    party.branch("ram:URIUniversalCommunication").leaf("ram:URIID", seller.email, schemeID="EM")
    party.branch("ram:SpecifiedTaxRegistration").leaf("ram:ID", seller.tax_number, schemeID="FC")
    party.branch("ram:SpecifiedTaxRegistration").leaf("ram:ID", seller.vat_id, schemeID="VA")


def _write_address(party: Branch, street: str, town: str, postcode: str) -> None:
    address = party.branch("ram:PostalTradeAddress")
    address.leaf("ram:PostcodeCode", postcode)
    address.leaf("ram:LineOne", street)
    address.leaf("ram:CityName", town)
    address.leaf("ram:CountryID", "DE")


def _write_settlement(trade: Branch, invoice: Invoice) -> None:
    settlement = trade.branch("ram:ApplicableHeaderTradeSettlement")
    settlement.leaf("ram:PaymentReference", invoice.number)
    settlement.leaf("ram:InvoiceCurrencyCode", "EUR")
    means = settlement.branch("ram:SpecifiedTradeSettlementPaymentMeans")
    means.leaf("ram:TypeCode", "58")
    account = means.branch("ram:PayeePartyCreditorFinancialAccount")
    account.leaf("ram:IBANID", invoice.iban)
    account.leaf("ram:AccountName", invoice.supplier.name)
    means.branch("ram:PayeeSpecifiedCreditorFinancialInstitution").leaf("ram:BICID", invoice.bic)
    for group in invoice.tax_groups:
        _write_tax_group(settlement, group)
    if invoice.discount:
        _write_discount(settlement, invoice)
    terms = settlement.branch("ram:SpecifiedTradePaymentTerms")
    terms.leaf("ram:Description", payment_terms(invoice))
    _date(terms.branch("ram:DueDateDateTime"), invoice.due)
    _write_totals(settlement, invoice)


def _write_tax_group(settlement: Branch, group: TaxGroup) -> None:
    tax = settlement.branch("ram:ApplicableTradeTax")
    tax.leaf("ram:CalculatedAmount", str(group.tax))
    tax.leaf("ram:TypeCode", "VAT")
    tax.leaf("ram:BasisAmount", str(group.basis))
    tax.leaf("ram:CategoryCode", "S")
    tax.leaf("ram:RateApplicablePercent", str(group.rate))


def _write_discount(settlement: Branch, invoice: Invoice) -> None:
    allowance = settlement.branch("ram:SpecifiedTradeAllowanceCharge")
    allowance.branch("ram:ChargeIndicator").leaf("udt:Indicator", "false")
    allowance.leaf("ram:ActualAmount", str(invoice.discount))
    allowance.leaf("ram:ReasonCode", "95")
    allowance.leaf("ram:Reason", "Rabatt")
    tax = allowance.branch("ram:CategoryTradeTax")
    tax.leaf("ram:TypeCode", "VAT")
    tax.leaf("ram:CategoryCode", "S")
    tax.leaf("ram:RateApplicablePercent", str(invoice.discount_rate))


def _write_totals(settlement: Branch, invoice: Invoice) -> None:
    totals = settlement.branch("ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    _amount(totals, "ram:LineTotalAmount", invoice.line_total)
    if invoice.discount:
        _amount(totals, "ram:AllowanceTotalAmount", invoice.discount)
    _amount(totals, "ram:TaxBasisTotalAmount", invoice.net)
    totals.leaf("ram:TaxTotalAmount", str(invoice.tax), currencyID="EUR")
    _amount(totals, "ram:GrandTotalAmount", invoice.gross)
    if invoice.prepaid:
        _amount(totals, "ram:TotalPrepaidAmount", invoice.prepaid)
    _amount(totals, "ram:DuePayableAmount", invoice.payable)


def _amount(branch: Branch, name: str, amount: Decimal) -> None:
    branch.leaf(name, str(amount))


def _date(branch: Branch, day: dt.date) -> None:
    branch.leaf("udt:DateTimeString", f"{day:%Y%m%d}", format="102")
