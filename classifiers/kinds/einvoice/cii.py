"""UN/CEFACT CII (D16B and later) and ZUGFeRD 1 to the invoice model (CEN/TS 16931-3-3)."""

from __future__ import annotations

import re

from lxml import etree

from classifiers.kinds.einvoice.model import Group, Invoice, Value, local_name
from classifiers.kinds.einvoice.paths import Finder

ZUGFERD1_NAMES = {
    "SpecifiedExchangedDocumentContext": "ExchangedDocumentContext",
    "HeaderExchangedDocument": "ExchangedDocument",
    "SpecifiedSupplyChainTradeTransaction": "SupplyChainTradeTransaction",
    "ApplicableSupplyChainTradeAgreement": "ApplicableHeaderTradeAgreement",
    "ApplicableSupplyChainTradeDelivery": "ApplicableHeaderTradeDelivery",
    "ApplicableSupplyChainTradeSettlement": "ApplicableHeaderTradeSettlement",
    "SpecifiedSupplyChainTradeAgreement": "SpecifiedLineTradeAgreement",
    "SpecifiedSupplyChainTradeDelivery": "SpecifiedLineTradeDelivery",
    "SpecifiedSupplyChainTradeSettlement": "SpecifiedLineTradeSettlement",
    "SpecifiedTradeSettlementMonetarySummation": "SpecifiedTradeSettlementHeaderMonetarySummation",
    "ApplicablePercent": "RateApplicablePercent",
}
_T = "SupplyChainTradeTransaction"
_A, _D, _S = (
    f"{_T}/ApplicableHeaderTradeAgreement",
    f"{_T}/ApplicableHeaderTradeDelivery",
    f"{_T}/ApplicableHeaderTradeSettlement",
)
_SELLER, _BUYER, _SHIP = f"{_A}/SellerTradeParty", f"{_A}/BuyerTradeParty", f"{_D}/ShipToTradeParty"
_SUM = f"{_S}/SpecifiedTradeSettlementHeaderMonetarySummation"

HEADER = {
    "BT-1": "ExchangedDocument/ID",
    "BT-2": "ExchangedDocument/IssueDateTime/DateTimeString ExchangedDocument/IssueDateTime/DateTime"
    " ExchangedDocument/IssueDateTime",
    "BT-3": "ExchangedDocument/TypeCode",
    "BT-5": f"{_S}/InvoiceCurrencyCode",
    "BT-6": f"{_S}/TaxCurrencyCode",
    "BT-9": f"{_S}/SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString "
    f"{_S}/SpecifiedTradePaymentTerms/DueDateDateTime/DateTime"
    f" {_S}/SpecifiedTradePaymentTerms/DueDateDateTime",
    "BT-10": f"{_A}/BuyerReference",
    "BT-11": f"{_A}/SpecifiedProcuringProject/ID",
    "BT-12": f"{_A}/ContractReferencedDocument/IssuerAssignedID {_A}/ContractReferencedDocument/ID",
    "BT-13": f"{_A}/BuyerOrderReferencedDocument/IssuerAssignedID {_A}/BuyerOrderReferencedDocument/ID",
    "BT-14": f"{_A}/SellerOrderReferencedDocument/IssuerAssignedID",
    "BT-20": f"{_S}/SpecifiedTradePaymentTerms/Description",
    "BT-22": "ExchangedDocument/IncludedNote/Content",
    "BT-23": "ExchangedDocumentContext/BusinessProcessSpecifiedDocumentContextParameter/ID",
    "BT-24": "ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID",
    "BT-25": f"{_S}/InvoiceReferencedDocument/IssuerAssignedID",
    "BT-27": f"{_SELLER}/Name",
    "BT-28": f"{_SELLER}/SpecifiedLegalOrganization/TradingBusinessName",
    "BT-29": f"{_SELLER}/ID {_SELLER}/GlobalID",
    "BT-30": f"{_SELLER}/SpecifiedLegalOrganization/ID",
    "BT-31": f"{_SELLER}/SpecifiedTaxRegistration/ID[@schemeID=VA]",
    "BT-32": f"{_SELLER}/SpecifiedTaxRegistration/ID[@schemeID=FC]",
    "BT-34": f"{_SELLER}/URIUniversalCommunication/URIID",
    "BT-35": f"{_SELLER}/PostalTradeAddress/LineOne",
    "BT-37": f"{_SELLER}/PostalTradeAddress/CityName",
    "BT-38": f"{_SELLER}/PostalTradeAddress/PostcodeCode",
    "BT-40": f"{_SELLER}/PostalTradeAddress/CountryID",
    "BT-41": f"{_SELLER}/DefinedTradeContact/PersonName {_SELLER}/DefinedTradeContact/DepartmentName",
    "BT-42": f"{_SELLER}/DefinedTradeContact/TelephoneUniversalCommunication/CompleteNumber",
    "BT-43": f"{_SELLER}/DefinedTradeContact/EmailURIUniversalCommunication/URIID",
    "BT-44": f"{_BUYER}/Name",
    "BT-46": f"{_BUYER}/ID {_BUYER}/GlobalID",
    "BT-48": f"{_BUYER}/SpecifiedTaxRegistration/ID[@schemeID=VA]",
    "BT-49": f"{_BUYER}/URIUniversalCommunication/URIID",
    "BT-50": f"{_BUYER}/PostalTradeAddress/LineOne",
    "BT-52": f"{_BUYER}/PostalTradeAddress/CityName",
    "BT-53": f"{_BUYER}/PostalTradeAddress/PostcodeCode",
    "BT-55": f"{_BUYER}/PostalTradeAddress/CountryID",
    "BT-59": f"{_S}/PayeeTradeParty/Name",
    "BT-62": f"{_A}/SellerTaxRepresentativeTradeParty/Name",
    "BT-72": f"{_D}/ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString",
    "BT-73": f"{_S}/BillingSpecifiedPeriod/StartDateTime/DateTimeString",
    "BT-74": f"{_S}/BillingSpecifiedPeriod/EndDateTime/DateTimeString",
    "BT-75": f"{_SHIP}/PostalTradeAddress/LineOne",
    "BT-77": f"{_SHIP}/PostalTradeAddress/CityName",
    "BT-78": f"{_SHIP}/PostalTradeAddress/PostcodeCode",
    "BT-80": f"{_SHIP}/PostalTradeAddress/CountryID",
    "BT-90": f"{_S}/CreditorReferenceID",
    "BT-106": f"{_SUM}/LineTotalAmount",
    "BT-107": f"{_SUM}/AllowanceTotalAmount",
    "BT-108": f"{_SUM}/ChargeTotalAmount",
    "BT-109": f"{_SUM}/TaxBasisTotalAmount",
    "BT-112": f"{_SUM}/GrandTotalAmount",
    "BT-113": f"{_SUM}/TotalPrepaidAmount",
    "BT-114": f"{_SUM}/RoundingAmount",
    "BT-115": f"{_SUM}/DuePayableAmount",
}
_LA, _LD, _LS = "SpecifiedLineTradeAgreement", "SpecifiedLineTradeDelivery", "SpecifiedLineTradeSettlement"
LINE = {
    "BT-126": "AssociatedDocumentLineDocument/LineID",
    "BT-127": "AssociatedDocumentLineDocument/IncludedNote/Content",
    "BT-129": f"{_LD}/BilledQuantity",
    "BT-130": f"{_LD}/BilledQuantity@unitCode",
    "BT-131": f"{_LS}/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"
    f" {_LS}/SpecifiedTradeSettlementHeaderMonetarySummation/LineTotalAmount",
    "BT-132": f"{_LA}/BuyerOrderReferencedDocument/LineID",
    "BT-146": f"{_LA}/NetPriceProductTradePrice/ChargeAmount",
    "BT-149": f"{_LA}/NetPriceProductTradePrice/BasisQuantity",
    "BT-151": f"{_LS}/ApplicableTradeTax/CategoryCode",
    "BT-152": f"{_LS}/ApplicableTradeTax/RateApplicablePercent",
    "BT-153": "SpecifiedTradeProduct/Name",
    "BT-154": "SpecifiedTradeProduct/Description",
    "BT-155": "SpecifiedTradeProduct/SellerAssignedID",
}
TAX = {
    "BT-116": "BasisAmount",
    "BT-117": "CalculatedAmount",
    "BT-118": "CategoryCode",
    "BT-119": "RateApplicablePercent",
    "BT-120": "ExemptionReason",
}
ALLOWANCE = {
    "BT-92": "ActualAmount",
    "BT-93": "BasisAmount",
    "BT-94": "CalculationPercent",
    "BT-95": "CategoryTradeTax/CategoryCode",
    "BT-96": "CategoryTradeTax/RateApplicablePercent",
    "BT-97": "Reason",
    "BT-98": "ReasonCode",
}
_ACCOUNT = "PayeePartyCreditorFinancialAccount"
PAYMENT = {
    "BT-81": "TypeCode",
    "BT-84": f"{_ACCOUNT}/IBANID",
    "BT-84-1": f"{_ACCOUNT}/ProprietaryID",
    "BT-85": f"{_ACCOUNT}/AccountName",
    "BT-86": "PayeeSpecifiedCreditorFinancialInstitution/BICID",
    "BT-87": "ApplicableTradeSettlementFinancialCard/ID",
    "BT-91": "PayerPartyDebtorFinancialAccount/IBANID",
}
ATTACHMENT = {
    "BT-122": "IssuerAssignedID",
    "BT-123": "Name",
    "BT-124": "URIID",
    "BT-125-2": "AttachmentBinaryObject@filename",
}
DATES = ("BT-2", "BT-9", "BT-72", "BT-73", "BT-74")


def read_cii(root: etree._Element) -> Invoice:
    """The invoice of a CII root, or of ZUGFeRD 1 (`CrossIndustryDocument`, in its drafts `Invoice`)."""
    first = local_name(root) != "CrossIndustryInvoice"
    find = Finder(ZUGFERD1_NAMES if first else None)
    invoice = Invoice(syntax="zugferd1" if first else "cii", root=local_name(root), header=find.group(root, HEADER))
    _read_tax_total(find, root, invoice)
    invoice.lines = [find.group(line, LINE) for line in find.all(root, f"{_T}/IncludedSupplyChainTradeLineItem")]
    invoice.taxes = [find.group(tax, TAX) for tax in find.all(root, f"{_S}/ApplicableTradeTax")]
    both = f"{_S}/SpecifiedTradeAllowanceCharge"
    invoice.allowances = [
        find.group(item, ALLOWANCE) for item in find.all(root, f"{both}[ChargeIndicator/Indicator=false|0]")
    ]
    invoice.charges = [
        find.group(item, ALLOWANCE) for item in find.all(root, f"{both}[ChargeIndicator/Indicator=true|1]")
    ]
    invoice.payments = [
        _payment(find, root, means) for means in find.all(root, f"{_S}/SpecifiedTradeSettlementPaymentMeans")
    ]
    invoice.attachments = [
        find.group(item, ATTACHMENT) for item in find.all(root, f"{_A}/AdditionalReferencedDocument")
    ]
    for term in DATES:
        if term in invoice.header:
            invoice.header[term] = _iso_date(invoice.header[term])
    return invoice


def _payment(find: Finder, root: etree._Element, means: etree._Element) -> Group:
    """A payment means; mandate and remittance text stand on the settlement itself."""
    group = find.group(means, PAYMENT)
    for term, path in (
        ("BT-83", f"{_S}/PaymentReference"),
        ("BT-89", f"{_S}/SpecifiedTradePaymentTerms/DirectDebitMandateID"),
    ):
        value = find.value(root, path)
        if value is not None:
            group[term] = value
    return group


def _read_tax_total(find: Finder, root: etree._Element, invoice: Invoice) -> None:
    """BT-110 in the invoice's currency, BT-111 in the tax currency."""
    for total in find.all(root, f"{_SUM}/TaxTotalAmount"):
        term = "BT-110" if total.get("currencyID") in {None, invoice.text("BT-5")} else "BT-111"
        parent = total.getparent()
        if term not in invoice.header and parent is not None and (total.text or "").strip():
            currency = total.get("currencyID")
            path = f"TaxTotalAmount[@currencyID={currency}]" if currency else "TaxTotalAmount"
            value = find.value(parent, path)
            if value is not None:
                invoice.header[term] = value


def _iso_date(value: Value) -> Value:
    """Format 102 (JJJJMMTT) and ISO date-times to ISO dates; anything else stays as it is."""
    match = re.match(r"^(\d{4})-?(\d{2})-?(\d{2})(?:T.*|\d{4,6})?$", value.text)
    return Value("-".join(match.groups()), value.path) if match else value
