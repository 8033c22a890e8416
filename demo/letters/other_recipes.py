"""Letters that ask for nothing, or that nobody can read."""

from __future__ import annotations

from demo.letters.desk import Desk
from demo.letters.expectations import closed_alone, closed_by_clerk
from demo.letters.identifiers import telephone
from demo.letters.invoice_recipes import file_name, invoice_draft
from demo.letters.invoices import draw_invoice
from demo.letters.letter import BODY, DocumentTruth
from demo.letters.mail import Attachment, Draft
from demo.letters.paper.printing import print_invoice

PAPER_NAMES = ("Rechnung {number}.pdf", "{number}.pdf", "Beleg für {office}.pdf", "RE_{number}_{month}.pdf")
NEWSLETTERS = (
    (
        "Kommunalbrief Nord",
        "kommunalbrief.example",
        "Kommunalbrief KW {week}: Förderprogramme, Termine, Urteile",
        (
            "In dieser Ausgabe lesen Sie: Was sich bei der Städtebauförderung ändert. Warum drei Kreise ihre "
            "Leitstellen zusammenlegen. Und welche Fristen im Dezember ablaufen.",
            "Unser Seminar zum Vergaberecht am {date} hat noch {places} freie Plätze. Frühbucher sparen 60 Euro.",
        ),
    ),
    (
        "Bauhof & Technik",
        "bauhoftechnik.example",
        "Neu im Katalog: Kehrmaschinen mit Akku",
        (
            "Der Winter steht vor der Tür: Streugut, Räumschilde und Warnwesten jetzt bis zu {places} % günstiger.",
            "Unsere Hausmesse findet am {date} statt. Die Teilnahme ist kostenfrei, für Verpflegung ist gesorgt.",
        ),
    ),
    (
        "Akademie ländlicher Raum",
        "akademie-land.example",
        "Einladung zum Webseminar: Dörfer im Wandel",
        (
            "Am {date} sprechen wir mit Bürgermeisterinnen aus vier Bundesländern über Ortskerne, die wieder leben.",
            "Die Aufzeichnung der letzten Runde mit {places} Teilnehmenden steht jetzt online.",
        ),
    ),
)
SPAM = (
    (
        "Kreditprüfung Sofort",
        "Ihre Anfrage wurde bewilligt!!!",
        "Herzlichen Glückwunsch, für Sie liegen {places}.000 Euro bereit. Keine Auskunftei, Auszahlung in 24 Stunden. "
        "Antworten Sie nur mit JA und Ihrer Telefonnummer.",
    ),
    (
        "Domain-Verwaltung",
        "LETZTE ERINNERUNG: Ihr Eintrag läuft ab",
        "Ihr Branchenbucheintrag verlängert sich am {date} um 24 Monate, wenn Sie nicht widersprechen. Jetzt klicken.",
    ),
    (
        "Dr. Okoro",
        "Vertrauliche Zusammenarbeit",
        "Mein verstorbener Mandant hinterließ {places} Millionen Dollar, und ich suche einen Partner mit gutem Ruf.",
    ),
)
ABSENCES = (
    "Ich bin bis zum {date} nicht im Haus. Ihre Nachricht wird nicht weitergeleitet. Wenn es eilt, hilft {telephone}.",
    "Vielen Dank für Ihre Mail! Unser Büro ist vom Umzug betroffen und ab {date} wieder besetzt, Telefon {telephone}.",
)


def newsletter(desk: Desk) -> Draft:
    """A newsletter that says so in its head."""
    rng = desk.rng
    name, domain, subject, paragraphs = NEWSLETTERS[desk.turn % len(NEWSLETTERS)]
    slots = _slots(desk)
    text = "\n\n".join(("Guten Tag,", *paragraphs, "Abbestellen: https://" + domain + "/ab/{token}"))
    return Draft(
        sender_name=name,
        sender=f"newsletter@{domain}",
        envelope_from=f"bounce+{rng.randrange(10**8)}@{domain}",
        to=desk.office.mailbox,
        office=desk.office.key,
        subject=subject.format(**slots),
        text=text.format(**slots) + "\n",
        documents=(DocumentTruth("no_action", BODY, {}, closed_alone("newsletter")),),
        look=rng.choice(("both", "html")),
        headers=(
            ("List-Unsubscribe", f"<https://{domain}/ab/{slots['token']}>"),
            ("List-Id", f"{name.replace('&', 'und')} <liste.{domain}>"),
            ("Precedence", "bulk"),
        ),
    )


def spam(desk: Desk) -> Draft:
    """Advertising that does not say so."""
    name, subject, text = SPAM[desk.turn % len(SPAM)]
    domain = f"angebot{desk.rng.randrange(100, 999)}.example"
    expectation = closed_by_clerk("unknown_kind", "model_unsure", "bound_unproven", closing="nothing_to_do")
    return Draft(
        sender_name=name,
        sender=f"info@{domain}",
        to=desk.office.mailbox,
        office=desk.office.key,
        subject=subject,
        text=text.format(**_slots(desk)) + "\n",
        documents=(DocumentTruth("no_action", BODY, {}, expectation),),
        look=desk.rng.choice(("html", "plain")),
        authentic=False,
    )


def auto_reply(desk: Desk) -> Draft:
    """Somebody is not in the office."""
    person = desk.person()
    return Draft(
        sender_name=person.name,
        sender=person.email,
        envelope_from="",
        to=desk.office.mailbox,
        office=desk.office.key,
        subject="Abwesend: " + desk.rng.choice(("Ihre Nachricht", "Rückfrage Bauantrag", "Sitzungstermin")),
        text=desk.rng.choice(ABSENCES).format(**_slots(desk)) + f"\n\n{person.name}\n",
        documents=(DocumentTruth("no_action", BODY, {}, closed_alone("auto_reply")),),
        headers=(("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All")),
    )


def empty_mail(desk: Desk) -> Draft:
    """Sent before anything was written."""
    person = desk.person()
    expectation = closed_by_clerk("empty_message", "unknown_kind", closing="nothing_to_do")
    return Draft(
        sender_name=person.name,
        sender=person.email,
        to=desk.office.mailbox,
        office=desk.office.key,
        subject="",
        text="",
        documents=(DocumentTruth("unknown", BODY, {}, expectation),),
    )


def damaged_pdf(desk: Desk) -> Draft:
    """An invoice whose file broke on the way: the first third, and half of that is noise."""
    rng = desk.rng
    invoice = draw_invoice(rng, supplier=desk.known_supplier(), buyer=desk.office, day=desk.day)
    pdf = print_invoice(invoice, rng).pdf
    third = len(pdf) // 3
    broken = pdf[:9] + rng.randbytes(third // 2) + pdf[third // 2 : third]
    name = file_name(desk, PAPER_NAMES, invoice)
    expectation = closed_by_clerk("pdf_damaged", "unknown_kind", closing="withdrawn")
    document = DocumentTruth("unknown", name, {}, expectation)
    return invoice_draft(desk, invoice, (Attachment(name, broken),), (document,))


def encrypted_pdf(desk: Desk) -> Draft:
    """An invoice that opens only with a password."""
    rng = desk.rng
    invoice = draw_invoice(rng, supplier=desk.known_supplier(), buyer=desk.office, day=desk.day)
    pdf = print_invoice(invoice, rng, password=f"{invoice.customer}-{rng.randrange(1000, 9999)}").pdf
    name = file_name(desk, PAPER_NAMES, invoice)
    expectation = closed_by_clerk("pdf_encrypted", "unknown_kind", closing="withdrawn")
    document = DocumentTruth("unknown", name, {}, expectation)
    remark = "Das Dokument ist aus Gründen des Datenschutzes verschlüsselt, das Kennwort nennen wir Ihnen am Telefon."
    return invoice_draft(desk, invoice, (Attachment(name, pdf),), (document,), remark=remark)


def _slots(desk: Desk) -> dict[str, str]:
    rng = desk.rng
    return {
        "week": str(desk.day.isocalendar().week),
        "date": f"{rng.randrange(1, 28)}. {rng.choice(('Dezember', 'Januar', 'Februar'))}",
        "places": str(rng.randrange(3, 48)),
        "token": f"{rng.randrange(16**12):012x}",
        "telephone": telephone(rng),
    }
