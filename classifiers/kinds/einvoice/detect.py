"""Is this XML an e-invoice, and which? By namespace and root, never by file name."""

from __future__ import annotations

from lxml import etree

from classifiers.kinds.einvoice.cii import read_cii
from classifiers.kinds.einvoice.model import Invoice, local_name
from classifiers.kinds.einvoice.ubl import read_ubl

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_CII = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:"
_ZUGFERD1 = "urn:ferd:CrossIndustryDocument:invoice:"
_ZUGFERD1_DRAFT = "urn:un:unece:uncefact:data:standard:CBFBUY:"


def invoice_syntax(root: etree._Element) -> str | None:
    """`ubl`, `cii`, `zugferd1` or None."""
    space, name = etree.QName(root).namespace or "", local_name(root)
    if space.startswith(_UBL) and name in {"Invoice", "CreditNote"}:
        return "ubl"
    if space.startswith(_CII) and name == "CrossIndustryInvoice":
        return "cii"
    if (space.startswith(_ZUGFERD1) and name == "CrossIndustryDocument") or space.startswith(_ZUGFERD1_DRAFT):
        return "zugferd1"
    return None


def read_invoice(root: etree._Element) -> Invoice | None:
    """The invoice in this XML, or None when it is no e-invoice."""
    syntax = invoice_syntax(root)
    return None if syntax is None else read_ubl(root) if syntax == "ubl" else read_cii(root)
