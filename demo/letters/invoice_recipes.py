"""Letters with invoices: electronic, on paper, scanned, and the ones with a catch."""

from __future__ import annotations

from dataclasses import replace

from demo.letters import identifiers
from demo.letters.cii import write_cii
from demo.letters.desk import Desk
from demo.letters.expectations import Expectation, closed_by_clerk, posted_alone, released
from demo.letters.firms import Supplier
from demo.letters.invoices import Invoice, draw_invoice, with_discount, with_iban, with_prepayment, with_wrong_total
from demo.letters.letter import DocumentTruth
from demo.letters.mail import Attachment, Draft
from demo.letters.paper.printing import print_invoice
from demo.letters.paper.scans import scan
from demo.letters.paper.zugferd import print_zugferd
from demo.letters.pictures import logo
from demo.letters.ubl import write_ubl
from demo.letters.wording import invoice_cover, invoice_subject

PDF_NAMES = ("Rechnung_{number}.pdf", "{number}.pdf", "Rechnung für {office}.pdf", "Abrechnung {month} Übersicht.pdf")
SCAN_NAMES = ("Scan_{number}.pdf", "SKM_C25826111.pdf", "Dokument (3).pdf", "Beleg gescannt {month}.pdf")
XML_NAMES = ("{number}.xml", "xrechnung.xml", "XRechnung_{number}.xml", "Rechnung für {office} {number}.xml")
# A PDF without XML: only the model knows what it is, and no bound is proven yet.
BY_MODEL = released(
    "bound_unproven", "model_unsure", "unknown_kind", "iban_unconfirmed", "field_unsure", "field_missing"
)


def xrechnung_ubl(desk: Desk) -> Draft:
    """An XRechnung of a known supplier: nothing is missing; every third comes with its picture as PDF beside it."""
    invoice = _varied(desk)
    draft = _xrechnung(desk, invoice, posted_alone(), ubl=True)
    if desk.turn % 3 != 1:
        return draft
    twin = Attachment(f"Ansicht_{_safe(invoice.number)}.pdf", print_invoice(invoice, desk.rng).pdf)
    return replace(draft, attachments=(*draft.attachments, twin), notes=f"{twin.name} shows the same invoice")


def xrechnung_cii(desk: Desk) -> Draft:
    """The same in the other syntax."""
    return _xrechnung(desk, _varied(desk), posted_alone(), ubl=False)


def zugferd(desk: Desk) -> Draft:
    """A ZUGFeRD PDF of a known supplier: page and XML agree."""
    invoice = _varied(desk)
    name = file_name(desk, PDF_NAMES, invoice)
    document = DocumentTruth("invoice", name, invoice.as_truth(), posted_alone())
    return invoice_draft(desk, invoice, (Attachment(name, print_zugferd(invoice, desk.rng)),), (document,))


def paper_invoice(desk: Desk) -> Draft:
    """A PDF without XML; every third of a firm that is not in the books."""
    supplier = desk.stranger() if desk.turn % 3 == 2 else desk.known_supplier()
    invoice = _drawn(desk, supplier)
    printed = print_invoice(invoice, desk.rng)
    name = file_name(desk, PDF_NAMES, invoice)
    document = DocumentTruth("invoice", name, printed.fields, BY_MODEL)
    return invoice_draft(desk, invoice, (Attachment(name, printed.pdf),), (document,))


def scanned_invoice(desk: Desk) -> Draft:
    """A letter that went through a scanner: pictures of pages, no text."""
    invoice = _drawn(desk, desk.known_supplier())
    printed = print_invoice(invoice, desk.rng)
    name = file_name(desk, SCAN_NAMES, invoice)
    document = DocumentTruth("invoice", name, printed.fields, BY_MODEL)
    return invoice_draft(desk, invoice, (Attachment(name, scan(printed.pdf, desk.rng)),), (document,))


def three_invoices(desk: Desk) -> Draft:
    """One mail of one firm with an XRechnung, a ZUGFeRD PDF and a PDF without XML."""
    supplier = desk.known_supplier()
    first, second, third = (_drawn(desk, supplier) for _ in range(3))
    printed = print_invoice(third, desk.rng)
    files = (
        Attachment(f"{_safe(first.number)}.xml", write_ubl(first)),
        Attachment(f"{_safe(second.number)}.pdf", print_zugferd(second, desk.rng)),
        Attachment(f"{_safe(third.number)}.pdf", printed.pdf),
    )
    documents = (
        DocumentTruth("invoice", files[0].name, first.as_truth(), posted_alone()),
        DocumentTruth("invoice", files[1].name, second.as_truth(), posted_alone()),
        DocumentTruth("invoice", files[2].name, printed.fields, BY_MODEL),
    )
    remark = f"Außerdem liegen {second.number} und {third.number} bei, bitte überweisen Sie die Beträge einzeln."
    return invoice_draft(desk, first, files, documents, remark=remark)


def unknown_supplier(desk: Desk) -> Draft:
    """An XRechnung of a firm nobody has heard of: only the XML knows the IBAN."""
    invoice = draw_invoice(desk.rng, supplier=desk.stranger(), buyer=desk.office, day=desk.day)
    return _xrechnung(desk, invoice, released("iban_unconfirmed"), ubl=desk.rng.random() < 0.5)


def wrong_totals(desk: Desk) -> Draft:
    """An XRechnung whose grand total is not what its parts add up to."""
    invoice = with_wrong_total(_drawn(desk, desk.known_supplier()), desk.rng)
    expectation = closed_by_clerk("totals_wrong", "rule_violated", "check_spoke", closing="withdrawn")
    return _xrechnung(desk, invoice, expectation, ubl=True)


def invalid_iban(desk: Desk) -> Draft:
    """An XRechnung with an IBAN whose check digits fail."""
    invoice = _drawn(desk, desk.known_supplier())
    broken = with_iban(invoice, identifiers.broken_iban(invoice.iban, desk.rng))
    expectation = closed_by_clerk(
        "iban_invalid", "iban_new", "rule_violated", "field_invalid", "check_spoke", closing="withdrawn"
    )
    return _xrechnung(desk, broken, expectation, ubl=desk.rng.random() < 0.5)


def new_iban(desk: Desk) -> Draft:
    """A known supplier wants its money elsewhere, as in the commonest fraud; this time a call confirms it."""
    invoice = with_iban(_drawn(desk, desk.known_supplier()), identifiers.iban(desk.rng))
    remark = "Bitte beachten Sie unsere geänderte Bankverbindung auf der Rechnung."
    return _xrechnung(desk, invoice, released("iban_new"), ubl=desk.rng.random() < 0.5, remark=remark)


def wrong_office(desk: Desk) -> Draft:
    """An XRechnung for the other office that came here."""
    invoice = draw_invoice(desk.rng, supplier=desk.known_supplier(), buyer=desk.other_office, day=desk.day)
    expectation = closed_by_clerk("other_office_suspected", "other_office", closing="other_office")
    draft = _xrechnung(desk, invoice, expectation, ubl=True)
    return replace(draft, notes=f"belongs to {desk.other_office.key}, which should get it as a new message")


def _drawn(desk: Desk, supplier: Supplier) -> Invoice:
    return draw_invoice(desk.rng, supplier=supplier, buyer=desk.office, day=desk.day)


def _varied(desk: Desk) -> Invoice:
    """An invoice of a known supplier, now and then with a discount or a prepayment."""
    invoice = _drawn(desk, desk.known_supplier())
    if desk.rng.random() < 0.25:
        invoice = with_discount(invoice, desk.rng)
    return with_prepayment(invoice, desk.rng) if desk.rng.random() < 0.15 else invoice


def _xrechnung(desk: Desk, invoice: Invoice, expectation: Expectation, *, ubl: bool, remark: str = "") -> Draft:
    data = write_ubl(invoice) if ubl else write_cii(invoice)
    name = file_name(desk, XML_NAMES, invoice)
    document = DocumentTruth("invoice", name, invoice.as_truth(), expectation)
    return invoice_draft(desk, invoice, (Attachment(name, data),), (document,), remark=remark)


def invoice_draft(
    desk: Desk,
    invoice: Invoice,
    files: tuple[Attachment, ...],
    documents: tuple[DocumentTruth, ...],
    *,
    remark: str = "",
) -> Draft:
    """A firm's mail with files; the cover letter is about `invoice`."""
    look = desk.rng.choice(("plain", "both", "both", "html"))
    if look != "plain" and desk.rng.random() < 0.4:
        picture = logo(invoice.supplier.name[0], invoice.supplier.colour)
        files = (
            *files,
            Attachment("logo.png", picture, content_id=f"logo{desk.rng.randrange(10**6)}@{invoice.supplier.domain}"),
        )
    return Draft(
        sender_name=desk.rng.choice((invoice.supplier.name, invoice.supplier.contact, "")),
        sender=invoice.supplier.email,
        to=desk.office.mailbox,
        office=desk.office.key,
        subject=invoice_subject(invoice, desk.rng),
        text=invoice_cover(invoice, desk.rng, remark=remark),
        documents=documents,
        attachments=files,
        look=look,
    )


def file_name(desk: Desk, names: tuple[str, ...], invoice: Invoice) -> str:
    """A file name for the invoice; slashes of its number become dashes."""
    number = _safe(invoice.number)
    return desk.rng.choice(names).format(number=number, office=desk.office.name, month=f"{invoice.issued:%m-%Y}")


def _safe(number: str) -> str:
    return number.replace("/", "-")
