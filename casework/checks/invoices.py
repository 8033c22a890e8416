"""Checks of invoices: type, totals, dates, and whose account it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from casework.checks.acceptance import has_two_independent, is_accepted, is_confirmed
from casework.checks.asked import Asked, spoken
from casework.checks.values import is_iban
from casework.words.reading import DecidedBy, Finding, Origin

PLAIN_INVOICES = frozenset({"380", "326"})
"""UNTDID 1001: commercial invoice, partial invoice. Credit notes, corrections and self-billing need a human."""

OLDEST_MONTHS = 12
LATEST_DUE = timedelta(days=366)


def invoice_type(asked: Asked) -> Iterator[Finding]:
    """Only plain invoices go alone: a credit note booked as an invoice would pay the wrong way round."""
    code = asked.value("type_code")
    if code is None and asked.document.decided_by is DecidedBy.BYTES:
        yield spoken("not_plain_invoice", "Die Rechnungsart fehlt.", field="type_code")
    if code is not None and code not in PLAIN_INVOICES:
        yield spoken("not_plain_invoice", f"Rechnungsart {code}: keine gewöhnliche Rechnung.", field="type_code")


def invoice_totals(asked: Asked) -> Iterator[Finding]:
    """Net and tax give the gross amount, what is to be paid is positive and not more, the currency is the euro."""
    net, tax, gross, payable = (asked.cents(name) for name in ("net", "tax", "gross", "payable"))
    if net is not None and tax is not None and gross is not None and net + tax != gross:
        yield spoken("totals_wrong", "Netto und Umsatzsteuer ergeben nicht den Bruttobetrag.", field="gross")
    if gross is not None and payable is not None and payable > gross:
        message = "Der Zahlbetrag ist höher als der Bruttobetrag, etwa durch Rundung oder Beträge Dritter."
        yield spoken("payable_above_gross", message, field="payable")
    for name, cents in (("gross", gross), ("payable", payable)):
        if cents is not None and cents <= 0:
            yield spoken("not_plain_invoice", "Der Betrag ist null oder negativ, etwa eine Gutschrift.", field=name)
    currency = asked.value("currency")
    if currency is not None and currency != "EUR":
        yield spoken("foreign_currency", f"Die Rechnung lautet auf {currency}.", field="currency")


def invoice_dates(asked: Asked) -> Iterator[Finding]:
    """Not from the future, not older than a year, due after its date and within a year."""
    issued, due = asked.day("date"), asked.day("due_date")
    if asked.is_future(issued):
        yield spoken("date_implausible", "Das Rechnungsdatum liegt in der Zukunft.", field="date")
    if asked.is_past(issued, months=OLDEST_MONTHS):
        yield spoken("date_implausible", "Das Rechnungsdatum liegt mehr als ein Jahr zurück.", field="date")
    if issued is not None and due is not None and not issued <= due <= issued + LATEST_DUE:
        yield spoken("date_implausible", "Die Fälligkeit passt nicht zum Rechnungsdatum.", field="due_date")


def invoice_account(asked: Asked) -> Iterator[Finding]:
    """The IBAN is the supplier's: known to the office, or seen in a second, independent source.

    A known supplier with another IBAN is the commonest fraud and always a human's turn.
    """
    iban = asked.value("iban")
    if iban is None or not is_iban(iban):
        return
    supplier = asked.knowledge.supplier(vat_id=asked.value("seller_vat_id") or "", name=asked.value("seller") or "")
    if supplier is not None and supplier.ibans:
        if iban not in supplier.ibans:
            yield spoken("iban_new", f"Für {supplier.name} ist eine andere IBAN hinterlegt.", field="iban")
            return
        if _read_alone_suffices(asked):
            return
    if not _two_sources(asked):
        yield spoken("iban_unconfirmed", "Die IBAN ist nur aus einer Quelle bekannt.", field="iban")


def _read_alone_suffices(asked: Asked) -> bool:
    """The register agrees with what was read: two independent sources, whatever the reading's own origin."""
    reading = asked.document.fields["iban"]
    return any(source.origin is not Origin.ARITHMETIC for source in reading.sources)


def _two_sources(asked: Asked) -> bool:
    settings = asked.process.process.field("iban")
    if settings is None or not is_accepted(
        asked.document, "iban", settings, thresholds=asked.process.overlay.thresholds
    ):
        return False
    if is_confirmed(asked.document.fields["iban"]):
        return True
    origins = {source.origin for source in asked.document.fields["iban"].sources}
    by_bytes = asked.document.decided_by is DecidedBy.BYTES and Origin.XML in origins
    confirming = {Origin.REGISTER, Origin.CODE, Origin.TEXT, Origin.OCR}
    return bool(origins & confirming) if by_bytes else has_two_independent(asked.document, "iban")
