"""What both syntaxes of an e-invoice say in the same words."""

from __future__ import annotations

from demo.letters.invoices import Invoice

XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
EN16931 = "urn:cen.eu:en16931:2017"


def payment_terms(invoice: Invoice) -> str:
    """BT-20: a sentence, or the cash discount in the form of BR-DE-18 (each line ends with a line break)."""
    if invoice.cash_discount:
        days, percent = invoice.cash_discount
        return f"#SKONTO#TAGE={days}#PROZENT={percent}#\n"
    return f"Zahlung ohne Abzug bis zum {invoice.due:%d.%m.%Y}"
