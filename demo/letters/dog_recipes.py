"""Letters about dogs: from the online service, as a filled form, in somebody's own words."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from demo.letters.desk import Desk
from demo.letters.dog_texts import deregistration_text, private_signature, registration_text
from demo.letters.dogs import Deregistration, Registration, draw_deregistration, draw_registration
from demo.letters.expectations import Expectation, closed_by_clerk, posted_alone, released
from demo.letters.form_mail import SERVICE, deregistration_mail, registration_mail, transaction_number
from demo.letters.letter import BODY, DocumentTruth
from demo.letters.mail import Attachment, Draft
from demo.letters.paper.forms import deregistration_form, registration_form
from demo.letters.people import Person
from demo.letters.wording import letter_text

RELIEFS = (
    "Der Hund ist ein ausgebildeter Assistenzhund, Schwerbehindertenausweis mit Merkzeichen B liegt vor.",
    "Der Hund bewacht einen Hof, das nächste bewohnte Haus ist 420 m entfernt.",
    "Der Hund wird als Rettungshund geführt, Prüfzeugnis reiche ich nach.",
    "Jagdgebrauchshund, Brauchbarkeitsprüfung vom Frühjahr.",
)
FORM_NAMES = ("{title} Hund.pdf", "Hundesteuer_{title}_{last}.pdf", "Formular ausgefüllt.pdf", "{title}-{last}.pdf")
FORM_COVERS = (
    "anbei das ausgefüllte Formular von Ihrer Internetseite.",
    "wie gewünscht sende ich Ihnen das PDF zurück.",
    "ich habe das Formular am Rechner ausgefüllt, hoffentlich ist alles lesbar.",
    "bitte bearbeiten Sie das angehängte Formular.",
)
IN_OWN_WORDS = released("bound_unproven", "model_unsure", "unknown_kind", "field_missing", "field_unsure", "no_statute")


def registration_form_mail(desk: Desk) -> Draft:
    """A registration through the online service, proven by the gateway; every third from where there is no statute."""
    holder = desk.person(with_statute=desk.turn % 3 != 2)
    registration = draw_registration(desk.rng, holder=holder, day=desk.day)
    return _registration_draft(desk, registration, _expected(registration))


def relief_form_mail(desk: Desk) -> Draft:
    """The same with an application for relief: a human decides about it."""
    relief = desk.rng.choice(RELIEFS)
    registration = draw_registration(desk.rng, holder=desk.person(), day=desk.day, relief=relief)
    return _registration_draft(desk, registration, released("relief_requested", "iban_unconfirmed"))


def forged_form_mail(desk: Desk) -> Draft:
    """A mail that only looks like the online service's: word by word its form, but nothing proves the sender."""
    registration = draw_registration(desk.rng, holder=desk.person(), day=desk.day)
    expectation = closed_by_clerk("sender_unproven", "iban_unconfirmed", closing="withdrawn")
    return _registration_draft(desk, registration, expectation, forged=True)


def deregistration_form_mail(desk: Desk) -> Draft:
    """A de-registration of a registered dog through the online service; every third from where there is no statute."""
    entry = desk.leaving_dog(with_statute=desk.turn % 3 != 2)
    leave = draw_deregistration(desk.rng, entry=entry, day=desk.day)
    transaction = transaction_number(desk.rng, desk.day.year)
    document = DocumentTruth("dog_deregistration", BODY, leave.as_truth(), _expected_leave(leave))
    return Draft(
        sender_name="Online-Dienst der Kommunen",
        sender=SERVICE,
        to=desk.office.mailbox,
        office=desk.office.key,
        subject=f"Abmeldung eines Hundes, Vorgang {transaction}",
        text=deregistration_mail(leave, transaction=transaction, rng=desk.rng),
        documents=(document,),
        charset="utf-8",
        program="Online-Dienst 5.4",
    )


def registration_pdf_form(desk: Desk) -> Draft:
    """The office's own PDF form, filled on a screen; every second tells of a dog that came long ago."""
    holder = desk.person(latin=True)
    registration = draw_registration(desk.rng, holder=holder, day=desk.day)
    expectation = _from_anybody(_expected(registration))
    if desk.turn % 2:
        registration = _long_ago(registration, desk)
        expectation = _from_anybody(released("back_dated", "date_implausible", "iban_unconfirmed", "no_statute"))
    name = desk.rng.choice(FORM_NAMES).format(title="Anmeldung", last=holder.last_name)
    document = DocumentTruth("dog_registration", name, registration.as_truth(), expectation)
    return _private_draft(desk, holder, Attachment(name, registration_form(registration, desk.office)), document)


def deregistration_pdf_form(desk: Desk) -> Draft:
    """The office's own PDF form to take a dog off the books."""
    leave = draw_deregistration(desk.rng, entry=desk.leaving_dog(latin=True), day=desk.day)
    holder = leave.entry.holder
    name = desk.rng.choice(FORM_NAMES).format(title="Abmeldung", last=holder.last_name)
    document = DocumentTruth("dog_deregistration", name, leave.as_truth(), _from_anybody(_expected_leave(leave)))
    return _private_draft(desk, holder, Attachment(name, deregistration_form(leave, desk.office)), document)


def registration_letter(desk: Desk) -> Draft:
    """Somebody writes that there is a dog now."""
    registration = draw_registration(desk.rng, holder=desk.person(), day=desk.day)
    subject, told, fields = registration_text(registration, desk.rng)
    document = DocumentTruth("dog_registration", BODY, fields, IN_OWN_WORDS, completed=registration.as_truth())
    return _told_draft(desk, registration.holder, document, subject, told)


def deregistration_letter(desk: Desk) -> Draft:
    """Somebody writes that a dog is gone."""
    leave = draw_deregistration(desk.rng, entry=desk.leaving_dog(), day=desk.day)
    subject, told, fields = deregistration_text(leave, desk.rng)
    document = DocumentTruth("dog_deregistration", BODY, fields, IN_OWN_WORDS, completed=leave.as_truth())
    return _told_draft(desk, leave.entry.holder, document, subject, told)


def _long_ago(registration: Registration, desk: Desk) -> Registration:
    """The same dog, three to five years old, in the household since more than a year."""
    born = desk.day - dt.timedelta(days=desk.rng.randrange(3 * 365, 5 * 365))
    since = born + dt.timedelta(days=desk.rng.randrange(60, 400))
    dog = replace(registration.dog, born=born)
    return replace(registration, dog=dog, acquired_on=since, moved_in_on=None)


def _private_draft(desk: Desk, person: Person, file: Attachment, document: DocumentTruth) -> Draft:
    """A private mail that says no more than that a form is attached."""
    slots = {"office": desk.office.name, "town": person.municipality.town}
    text = letter_text(desk.rng, desk.rng.choice(FORM_COVERS), slots=slots, signature=person.name)
    return Draft(
        sender_name=desk.rng.choice((person.name, "")),
        sender=person.email,
        to=desk.office.mailbox,
        office=desk.office.key,
        subject=desk.rng.choice(
            ("Formular Hundesteuer", "Ausgefülltes Formular", f"Hund – {person.name}", "Hundesteuer")
        ),
        text=text,
        documents=(document,),
        attachments=(file,),
        look=desk.rng.choice(("plain", "both")),
    )


def _told_draft(desk: Desk, person: Person, document: DocumentTruth, subject: str, told: str) -> Draft:
    """A private mail in somebody's own words; the birthday stands below it only when the truth says so."""
    slots = {"office": desk.office.name, "town": person.municipality.town}
    with_birth_date = bool(document.fields.get("holder_birth_date"))
    signature = private_signature(person, desk.rng, with_birth_date=with_birth_date)
    return Draft(
        sender_name=person.name,
        sender=person.email,
        to=desk.office.mailbox,
        office=desk.office.key,
        subject=subject,
        text=letter_text(desk.rng, told, slots=slots, signature=signature),
        documents=(document,),
        look=desk.rng.choice(("plain", "plain", "both", "html")),
        authentic=desk.rng.random() < 0.8,
    )


def _expected(registration: Registration) -> Expectation:
    if not registration.holder.municipality.has_statute:
        return closed_by_clerk("no_statute", "statute_unconfirmed", "iban_unconfirmed", closing="done_by_hand")
    return released("iban_unconfirmed") if registration.sepa else posted_alone()


def _expected_leave(leave: Deregistration) -> Expectation:
    if leave.entry.holder.municipality.has_statute:
        return posted_alone()
    return closed_by_clerk("no_statute", "statute_unconfirmed", closing="done_by_hand")


def _from_anybody(expectation: Expectation) -> Expectation:
    """The same letter by private mail: its form number proves no sender, so a clerk sees it first (ADR 6)."""
    reasons = (expectation.expected_reason, "bound_unproven", *expectation.also_right)
    also_right = tuple(code for code in reasons if code)
    if expectation.automatic_expected:
        return released("sender_unproven", "field_unsure", *also_right)
    return replace(expectation, expected_reason="sender_unproven", also_right=("field_unsure", *also_right))


def _registration_draft(
    desk: Desk, registration: Registration, expectation: Expectation, *, forged: bool = False
) -> Draft:
    transaction = transaction_number(desk.rng, desk.day.year)
    return Draft(
        sender_name="Online-Dienst der Kommunen",
        sender=SERVICE,
        to=desk.office.mailbox,
        office=desk.office.key,
        subject=f"Anmeldung eines Hundes, Vorgang {transaction}",
        text=registration_mail(registration, transaction=transaction, rng=desk.rng),
        documents=(DocumentTruth("dog_registration", BODY, registration.as_truth(), expectation),),
        authentic=not forged,
        envelope_from=f"bounce-{desk.rng.randrange(10**6)}@massenversand.example" if forged else None,
        charset="utf-8",
        program="Online-Dienst 5.4",
        notes="forged: the From address is the service's, the gateway finds no proof" if forged else "",
    )
