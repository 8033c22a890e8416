"""Invoices: e-invoices by their bytes, PDF and scans by what a person sees."""

from __future__ import annotations

from lxml import etree

from casework.words.reading import DecidedBy, DocumentReading, Severity
from classifiers.kinds.contract import Claim, Material
from classifiers.kinds.einvoice.compare import compare_with_page
from classifiers.kinds.einvoice.detect import invoice_syntax, read_invoice
from classifiers.kinds.einvoice.fields import check_account, fields_of, lines_of
from classifiers.kinds.einvoice.model import Invoice
from classifiers.kinds.einvoice.national import check_national
from classifiers.kinds.einvoice.rules import check_rules, check_schema
from classifiers.kinds.seen.invoice_text import looks_like_invoice, read_seen_invoice
from classifiers.kinds.visible import check_page_visible
from classifiers.readers.parts import Piece

NAME = "invoice"


def identify(material: Material) -> Claim | None:
    """An e-invoice by namespace and root; else a PDF or picture whose words and amounts make an invoice."""
    if _structured(material) is not None:
        return Claim(NAME, DecidedBy.BYTES)
    if material.piece.type == "application/xml" or material.is_body or material.form:
        return None
    strength = looks_like_invoice(material.text)
    return Claim(NAME, DecidedBy.RULE, strength) if strength else None


def extract(material: Material, claim: Claim) -> DocumentReading:
    """Fields, lines and findings; XML leads, the visible page confirms or contradicts."""
    found = _structured(material)
    if found is None:
        return read_seen_invoice(material, claim)
    piece, root, invoice = found
    document = _read_structured(piece, root, invoice, claim)
    if piece is not material.piece:
        document = document.model_copy(update={"part": material.piece.id, "parts": [piece.id]})
        confirm_by_page(document, material)
    return document


def confirm_by_page(document: DocumentReading, page: Material) -> None:
    """Let a visible page confirm or contradict the data; an error among it sends the case to a clerk."""
    differences = compare_with_page(document.fields, page.text, page.piece.id)
    document.findings.extend(differences)
    stops = [finding for finding in document.findings if finding.severity in (Severity.FATAL, Severity.ERROR)]
    may_pass = not (stops or differences or document.unsure)
    if any(finding.severity is Severity.ERROR for finding in differences) and "xml_pdf_differ" not in document.unsure:
        document.unsure.append("xml_pdf_differ")
    if page.piece.type == "application/pdf":
        unseen = check_page_visible(document.fields, page, page.piece.id, may_pass=may_pass)
        document.findings.extend(unseen)
        document.unsure.extend(["not_visible"] if unseen and "not_visible" not in document.unsure else [])


def _structured(material: Material) -> tuple[Piece, etree._Element, Invoice] | None:
    """The invoice XML that leads: the part itself, else the one embedded in it."""
    own = [material.xml] if material.xml is not None else []
    for piece, root in [*own, *material.embedded_xml]:
        if invoice_syntax(root) is not None:
            invoice = read_invoice(root)
            if invoice is not None:
                return piece, root, invoice
    return None


def _read_structured(piece: Piece, root: etree._Element, invoice: Invoice, claim: Claim) -> DocumentReading:
    findings = (
        check_schema(root, invoice) + check_rules(root, invoice) + check_national(invoice) + check_account(invoice)
    )
    unsure = list(claim.unsure)
    if invoice.profile in {"minimum", "basicwl"}:
        unsure.append("not_full_invoice")
    return DocumentReading(
        part=piece.id,
        kind=NAME,
        confidence=claim.strength,
        decided_by=claim.decided_by,
        fields=fields_of(invoice, piece.id),
        lines=lines_of(invoice),
        findings=findings,
        unsure=unsure,
    )
