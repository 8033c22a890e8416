"""Fills the record of a console under test: run as a program of its own, because the browser's thread has no ORM."""

from __future__ import annotations

import json
import sys
from datetime import timedelta

from casework.site import boot

boot()

from django.core.management import call_command  # noqa: E402

from casework.actions import clock, health, pauses  # noqa: E402
from casework.register import books  # noqa: E402
from casework.words.states import AttemptState, State  # noqa: E402
from tests import factories  # noqa: E402
from tests.integration.console import seed_post  # noqa: E402

LETTER = [
    ("Lieferant", 60, 60),
    ("Nord", 118, 60),
    ("GmbH", 152, 60),
    ("Dorfstraße", 60, 76),
    ("3,", 128, 76),
    ("24358", 142, 76),
    ("Hütten", 184, 76),
    ("Rechnung", 60, 190),
    ("vom", 124, 190),
    ("02.11.2026", 154, 190),
    ("Streusalz,", 60, 330),
    ("10", 128, 330),
    ("Sack", 146, 330),
    ("80,00", 436, 330),
    ("Lieferung", 60, 350),
    ("20,00", 436, 350),
    ("Netto", 360, 380),
    ("100,00", 430, 380),
    ("Umsatzsteuer", 316, 400),
    ("19,00", 436, 400),
    ("Zahlbetrag", 330, 424),
    ("119,00", 430, 424),
    ("Bitte", 60, 640),
    ("überweisen:", 92, 640),
    ("DE02", 170, 640),
    ("1203", 204, 640),
    ("0000", 238, 640),
    ("0000", 272, 640),
    ("2020", 306, 640),
    ("51", 340, 640),
]
DOG_LETTER = (
    "<p>Guten Tag,</p><p>ich möchte meinen Hund Bello anmelden. Wir wohnen in der Dorfstraße 3 in Hütten.</p>"
    "<p>Mit freundlichen Grüßen<br>Erika Muster</p>"
)
LINES = [
    {
        "id": "1",
        "name": "Streusalz, Sack zu 25 kg",
        "quantity": "10",
        "price": "8.00",
        "net": "80.00",
        "tax_rate": "19",
    },
    {"id": "2", "name": "Lieferung frei Bauhof", "quantity": "1", "price": "20.00", "net": "20.00", "tax_rate": "19"},
]


def main() -> None:
    """Make the record and print the references of the cases by name."""
    call_command("migrate", verbosity=0)
    for name in factories.PEOPLE:
        factories.person(name, password=factories.PASSWORD)
    named = {
        "doubt": _doubt(),
        "xss": _hostile(),
        "outcome": _outcome(),
        "ready": factories.invoice(state=State.READY, reason="accepted").reference,
        "done": _finished(),
        "foreign": factories.invoice("amt-b").reference,
        "dog": _dog(),
        "mail": _mail(),
        "unfetchable": seed_post.unfetchable(),
        "erased": seed_post.erased(),
        "doubtful": seed_post.doubtful(),
        "unsent": seed_post.unsent(),
    }
    for number in range(12):
        made = factories.invoice(reason=("iban_new", "totals_wrong", "release_required")[number % 3])
        factories.part(made.message)
        factories.page(made.message, words=LETTER)
    _books()
    seed_post.doors()
    health.succeeded("amt-a", "system", "haushaltskasse")
    health.failed("amt-a", "mailbox", "posteingang", reason="login_refused", needs_officer=True)
    pauses.pause("process", "defect_report", user=factories.person("doerte"))
    json.dump(named, sys.stdout)


def _doubt() -> str:
    case = factories.invoice(
        reason="iban_unconfirmed",
        due=clock.now() + timedelta(days=3),
        opened_at=factories.ago(hours=5),
        lines=LINES,
        message=factories.message(subject="Rechnung Streusalz Bauhof", sender_name="Lieferant Nord GmbH"),
    )
    other = {"value": "DE75512108001245126199", "confidence": 0.4, "source": {"origin": "text", "where": "page 1"}}
    case.fields.filter(name="iban").update(candidates=[other], confidence=0.7)
    factories.finding(case, "AB-iban_unconfirmed", "Die IBAN steht nur in den elektronischen Daten.", about="iban")
    factories.part(case.message)
    factories.part(
        case.message,
        "2",
        name="mailtext",
        type="text/plain",
        fate="kept",
        reason="cover_letter",
        html="<p>Guten Tag,<br>anbei unsere Rechnung.</p>",
    )
    factories.part(case.message, "3", name="logo.png", type="image/png", fate="kept", reason="inline_image")
    factories.page(case.message, words=LETTER)
    return case.reference


def _hostile() -> str:
    evil = "<script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
    case = factories.invoice(message=factories.message(subject=f"Rechnung {evil}", sender_name=f"Böse {evil}"))
    case.fields.filter(name="seller").update(value=f'"><svg onload="window.hacked=1">{evil}')
    html = f"<p style='position:fixed'>Text</p>{evil}<a href='javascript:window.hacked=1'>hier</a>"
    factories.part(case.message, name=f"{evil}.pdf", type="text/html", html=html)
    return case.reference


def _outcome() -> str:
    case = factories.invoice(reason="outcome_unknown")
    attempt = factories.attempt(case, AttemptState.UNKNOWN, sent_at=clock.now())
    factories.evidence(attempt)
    factories.part(case.message)
    factories.page(case.message, words=LETTER)
    return case.reference


def _finished() -> str:
    case = factories.done(seconds=40)
    attempt = factories.attempt(case, AttemptState.CONFIRMED, receipt="HK-2026-000417", sent_at=clock.now())
    factories.evidence(attempt)
    factories.evidence(attempt, name="after")
    return case.reference


def _dog() -> str:
    case = factories.case(
        process="dog_registration",
        kind="dog_registration",
        reason="field_missing",
        message=factories.message(subject="Anmeldung meines Hundes", sender_name="Erika Muster"),
    )
    values = {
        "holder_last_name": "Muster",
        "holder_first_name": "Erika",
        "holder_birth_date": "1984-05-12",
        "street": "Dorfstraße",
        "house_number": "3",
        "postcode": "24358",
        "town": "Hütten",
        "municipality": "Hütten",
        "dog_name": "Bello",
        "breed": "Labrador",
        "sex": "male",
        "acquired_on": "2026-10-20",
        "dogs_in_household": "1",
    }
    for name, value in values.items():
        if name != "holder_birth_date":
            factories.field(case, name, value, origin="text", confidence=0.95)
    factories.part(
        case.message,
        name="mailtext",
        type="text/plain",
        html=DOG_LETTER,
    )
    for state in ("sent", "unknown", "failed", "returned"):
        factories.answer(case, state=state)
    return case.reference


def _mail() -> str:
    case = factories.case(
        process="posteingang",
        kind="unknown",
        reason="unknown_kind",
        message=factories.message(subject="Straßenlaterne", sender_name="Jan Jansen"),
    )
    factories.part(
        case.message, name="mailtext", type="text/plain", html="<p>Moin, die Laterne vor Haus 7 ist dunkel.</p>"
    )
    return case.reference


def _books() -> None:
    for _number in range(14):
        factories.done()
    for seconds in (35, 50, 41, 62, 38, 44):
        factories.done(seconds=seconds)
    for _number in range(8):
        factories.done(process="dog_registration")
    for seconds in (70, 52, 66, 48, 81):
        factories.done(process="dog_registration", seconds=seconds)
    factories.done(process="defect_report", seconds=30)
    for _number in range(6):
        factories.done("amt-b")
    books.write_up()


if __name__ == "__main__":
    main()
