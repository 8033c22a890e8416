"""UBL 2.1 Invoice and CreditNote to the invoice model (binding of EN 16931 to UBL, CEN/TS 16931-3-2)."""

from __future__ import annotations

from lxml import etree

from classifiers.kinds.einvoice.model import Invoice, local_name
from classifiers.kinds.einvoice.paths import Finder

_SELLER, _BUYER = "AccountingSupplierParty/Party", "AccountingCustomerParty/Party"
_DELIVERY = "Delivery/DeliveryLocation"

HEADER = {
    "BT-1": "ID",
    "BT-2": "IssueDate",
    "BT-3": "InvoiceTypeCode CreditNoteTypeCode",
    "BT-5": "DocumentCurrencyCode",
    "BT-6": "TaxCurrencyCode",
    "BT-9": "DueDate PaymentMeans/PaymentDueDate",
    "BT-10": "BuyerReference",
    "BT-11": "ProjectReference/ID AdditionalDocumentReference[DocumentTypeCode=50]/ID",
    "BT-12": "ContractDocumentReference/ID",
    "BT-13": "OrderReference/ID",
    "BT-14": "OrderReference/SalesOrderID",
    "BT-20": "PaymentTerms/Note",
    "BT-22": "Note",
    "BT-23": "ProfileID",
    "BT-24": "CustomizationID",
    "BT-25": "BillingReference/InvoiceDocumentReference/ID",
    "BT-27": f"{_SELLER}/PartyLegalEntity/RegistrationName {_SELLER}/PartyName/Name",
    "BT-28": f"{_SELLER}/PartyName/Name",
    "BT-29": f"{_SELLER}/PartyIdentification/ID",
    "BT-30": f"{_SELLER}/PartyLegalEntity/CompanyID",
    "BT-31": f"{_SELLER}/PartyTaxScheme[TaxScheme/ID=VAT]/CompanyID",
    "BT-32": f"{_SELLER}/PartyTaxScheme[!TaxScheme/ID=VAT]/CompanyID",
    "BT-34": f"{_SELLER}/EndpointID",
    "BT-35": f"{_SELLER}/PostalAddress/StreetName",
    "BT-37": f"{_SELLER}/PostalAddress/CityName",
    "BT-38": f"{_SELLER}/PostalAddress/PostalZone",
    "BT-40": f"{_SELLER}/PostalAddress/Country/IdentificationCode",
    "BT-41": f"{_SELLER}/Contact/Name",
    "BT-42": f"{_SELLER}/Contact/Telephone",
    "BT-43": f"{_SELLER}/Contact/ElectronicMail",
    "BT-44": f"{_BUYER}/PartyLegalEntity/RegistrationName {_BUYER}/PartyName/Name",
    "BT-46": f"{_BUYER}/PartyIdentification/ID",
    "BT-48": f"{_BUYER}/PartyTaxScheme[TaxScheme/ID=VAT]/CompanyID",
    "BT-49": f"{_BUYER}/EndpointID",
    "BT-50": f"{_BUYER}/PostalAddress/StreetName",
    "BT-52": f"{_BUYER}/PostalAddress/CityName",
    "BT-53": f"{_BUYER}/PostalAddress/PostalZone",
    "BT-55": f"{_BUYER}/PostalAddress/Country/IdentificationCode",
    "BT-59": "PayeeParty/PartyName/Name",
    "BT-62": "TaxRepresentativeParty/PartyName/Name",
    "BT-72": "Delivery/ActualDeliveryDate",
    "BT-73": "InvoicePeriod/StartDate",
    "BT-74": "InvoicePeriod/EndDate",
    "BT-75": f"{_DELIVERY}/Address/StreetName",
    "BT-77": f"{_DELIVERY}/Address/CityName",
    "BT-78": f"{_DELIVERY}/Address/PostalZone",
    "BT-80": f"{_DELIVERY}/Address/Country/IdentificationCode",
    "BT-90": f"{_SELLER}/PartyIdentification/ID[@schemeID=SEPA] PayeeParty/PartyIdentification/ID",
    "BT-106": "LegalMonetaryTotal/LineExtensionAmount",
    "BT-107": "LegalMonetaryTotal/AllowanceTotalAmount",
    "BT-108": "LegalMonetaryTotal/ChargeTotalAmount",
    "BT-109": "LegalMonetaryTotal/TaxExclusiveAmount",
    "BT-112": "LegalMonetaryTotal/TaxInclusiveAmount",
    "BT-113": "LegalMonetaryTotal/PrepaidAmount",
    "BT-114": "LegalMonetaryTotal/PayableRoundingAmount",
    "BT-115": "LegalMonetaryTotal/PayableAmount",
}
LINE = {
    "BT-126": "ID",
    "BT-127": "Note",
    "BT-129": "InvoicedQuantity CreditedQuantity",
    "BT-130": "InvoicedQuantity@unitCode CreditedQuantity@unitCode",
    "BT-131": "LineExtensionAmount",
    "BT-132": "OrderLineReference/LineID",
    "BT-146": "Price/PriceAmount",
    "BT-149": "Price/BaseQuantity",
    "BT-151": "Item/ClassifiedTaxCategory/ID",
    "BT-152": "Item/ClassifiedTaxCategory/Percent",
    "BT-153": "Item/Name",
    "BT-154": "Item/Description",
    "BT-155": "Item/SellersItemIdentification/ID",
}
TAX = {
    "BT-116": "TaxableAmount",
    "BT-117": "TaxAmount",
    "BT-118": "TaxCategory/ID",
    "BT-119": "TaxCategory/Percent",
    "BT-120": "TaxCategory/TaxExemptionReason",
}
ALLOWANCE = {
    "BT-92": "Amount",
    "BT-93": "BaseAmount",
    "BT-94": "MultiplierFactorNumeric",
    "BT-95": "TaxCategory/ID",
    "BT-96": "TaxCategory/Percent",
    "BT-97": "AllowanceChargeReason",
    "BT-98": "AllowanceChargeReasonCode",
}
PAYMENT = {
    "BT-81": "PaymentMeansCode",
    "BT-83": "PaymentID",
    "BT-84": "PayeeFinancialAccount/ID",
    "BT-85": "PayeeFinancialAccount/Name",
    "BT-86": "PayeeFinancialAccount/FinancialInstitutionBranch/ID",
    "BT-87": "CardAccount/PrimaryAccountNumberID",
    "BT-89": "PaymentMandate/ID",
    "BT-91": "PaymentMandate/PayerFinancialAccount/ID",
}
ATTACHMENT = {
    "BT-122": "ID",
    "BT-123": "DocumentDescription",
    "BT-124": "Attachment/ExternalReference/URI",
    "BT-125-2": "Attachment/EmbeddedDocumentBinaryObject@filename",
}


def read_ubl(root: etree._Element) -> Invoice:
    """The invoice of a UBL root element (`Invoice` or `CreditNote`)."""
    find = Finder()
    invoice = Invoice(syntax="ubl", root=local_name(root), header=find.group(root, HEADER))
    currency = invoice.text("BT-5")
    for total in find.all(root, "TaxTotal/TaxAmount"):
        if total.get("currencyID", currency) == currency and "BT-110" not in invoice.header:
            found = find.value(total.getparent(), "TaxAmount")  # type: ignore[arg-type] # it has a parent: TaxTotal
            invoice.header.update({"BT-110": found} if found else {})
    invoice.lines = [
        find.group(line, LINE) for name in ("InvoiceLine", "CreditNoteLine") for line in find.all(root, name)
    ]
    invoice.taxes = [find.group(tax, TAX) for tax in find.all(root, "TaxTotal/TaxSubtotal")]
    invoice.allowances = [
        find.group(item, ALLOWANCE) for item in find.all(root, "AllowanceCharge[ChargeIndicator=false|0]")
    ]
    invoice.charges = [
        find.group(item, ALLOWANCE) for item in find.all(root, "AllowanceCharge[ChargeIndicator=true|1]")
    ]
    invoice.payments = [find.group(means, PAYMENT) for means in find.all(root, "PaymentMeans")]
    invoice.attachments = [find.group(item, ATTACHMENT) for item in find.all(root, "AdditionalDocumentReference")]
    return invoice
