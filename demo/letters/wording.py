"""Phrases of cover letters; one of each pool makes a letter. `training` has pools of its own."""

from __future__ import annotations

from random import Random

from demo.letters.firms import Supplier
from demo.letters.german import long_date, short_date
from demo.letters.invoices import Invoice

GREETINGS = (
    "Sehr geehrte Damen und Herren,",
    "Guten Tag,",
    "Moin,",
    "Guten Morgen zusammen,",
    "Liebes Team vom {office},",
    "Sehr geehrtes {office},",
)
CLOSINGS = (
    "Mit freundlichen Grüßen",
    "Freundliche Grüße",
    "Viele Grüße",
    "Beste Grüße aus {town}",
    "Herzliche Grüße",
    "Mit bestem Gruß",
)
INVOICE_SUBJECTS = (
    "Rechnung {number}",
    "Ihre Rechnung {number} vom {date}",
    "{seller}: Rechnung Nr. {number}",
    "Unsere Leistungen für Sie – Beleg {number}",
    "Rechnungsversand {number} / Kunde {customer}",
    "Neue Rechnung für {office} ({number})",
    "{number} – Abrechnung für erbrachte Lieferungen",
)
INVOICE_OPENINGS = (
    "im Anhang finden Sie unsere Rechnung {number} vom {long_date}.",
    "anbei erhalten Sie die Rechnung {number} über unsere Leistungen der letzten Tage.",
    "vielen Dank für Ihren Auftrag! Die dazugehörige Rechnung {number} haben wir beigefügt.",
    "hiermit übersenden wir Ihnen den Beleg {number} mit der Bitte um Ausgleich bis zum {due}.",
    "die Arbeiten sind abgeschlossen, deshalb rechnen wir heute unter {number} ab.",
    "für Ihre Unterlagen und zur Zahlung: unsere Rechnung {number}, ausgestellt am {date}.",
    "wie telefonisch besprochen kommt hier die Rechnung {number}.",
)
INVOICE_REMARKS = (
    "",
    "Bei Fragen erreichen Sie {contact} unter {telephone}.",
    "Sollte etwas nicht stimmen, melden Sie sich gern bei {contact}, Telefon {telephone}.",
    "Eine Papierfassung versenden wir nicht mehr.",
    "Bitte geben Sie bei der Überweisung die Belegnummer an.",
    "Den Lieferschein hat Ihr Bauhof am {delivered} gegengezeichnet.",
    "Ihre Kundennummer bei uns lautet {customer}.",
)
DISCLAIMERS = (
    "",
    "",
    "Diese E-Mail ist vertraulich. Haben Sie sie irrtümlich erhalten, löschen Sie sie bitte.",
    "Bitte prüfen Sie, ob ein Ausdruck wirklich nötig ist.",
    "Informationen zum Datenschutz finden Sie auf unserer Internetseite.",
)


def invoice_slots(invoice: Invoice) -> dict[str, str]:
    """What the phrases about an invoice may mention."""
    return {
        "number": invoice.number,
        "date": short_date(invoice.issued),
        "long_date": long_date(invoice.issued),
        "due": short_date(invoice.due),
        "delivered": short_date(invoice.delivered),
        "seller": invoice.supplier.name,
        "town": invoice.supplier.town,
        "contact": invoice.supplier.contact,
        "telephone": invoice.supplier.telephone,
        "customer": invoice.customer,
        "office": invoice.buyer.name,
    }


def invoice_subject(invoice: Invoice, rng: Random) -> str:
    return rng.choice(INVOICE_SUBJECTS).format(**invoice_slots(invoice))


def invoice_cover(invoice: Invoice, rng: Random, *, remark: str = "") -> str:
    """A cover letter to an invoice; `remark` is a paragraph of its own."""
    slots = invoice_slots(invoice)
    opening = rng.choice(INVOICE_OPENINGS)
    ending = rng.choice(INVOICE_REMARKS)
    return letter_text(
        rng,
        f"{opening} {ending}".strip(),
        remark,
        slots=slots,
        signature=firm_signature(invoice.supplier),
        small_print=True,
    )


def letter_text(rng: Random, *paragraphs: str, slots: dict[str, str], signature: str, small_print: bool = False) -> str:
    """Greeting, paragraphs, closing, signature and what firms put below; empty paragraphs are left out."""
    below = rng.choice(DISCLAIMERS) if small_print else ""
    blocks = [rng.choice(GREETINGS), *paragraphs, rng.choice(CLOSINGS), signature, below]
    return "\n\n".join(block for block in blocks if block).format(**slots) + "\n"


def firm_signature(supplier: Supplier) -> str:
    """Name and firm below a letter; braces are doubled for `format`."""
    lines = (
        supplier.contact,
        supplier.name,
        f"{supplier.street}, {supplier.postcode} {supplier.town}",
        f"Tel. {supplier.telephone} · {supplier.email}",
        f"{supplier.register} · USt-IdNr. {supplier.vat_id}",
    )
    return "\n".join(lines).replace("{", "{{").replace("}", "}}")
