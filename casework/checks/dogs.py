"""Checks of dog tax letters: people decide about relief, minors, dangerous dogs; the tax comes from the statute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from casework.checks.acceptance import has_structured_proof
from casework.checks.asked import Asked, spoken
from casework.checks.derived import compute, statute_of
from casework.checks.values import NO, YES, comparison_key
from casework.configuration.vocabulary import FieldType
from casework.statutes import NoStatute
from casework.statutes.calendar import full_years
from casework.words.reading import Finding

LISTED_BREEDS = (
    "Pitbull",
    "Pit Bull",
    "American Staffordshire",
    "Staffordshire Bullterrier",
    "Bullterrier",
    "Bull Terrier",
)
"""Breeds of § 2 HundVerbrEinfG; a statute may list more. Only a hint: the finding is made by the authority."""

OF_AGE = 18
OLDEST_HOLDER, OLDEST_DOG = 115, 25
LONGEST_AGO_MONTHS = 12


def holder_of_age(asked: Asked) -> Iterator[Finding]:
    """The holder is of age, and the date of birth can be one."""
    born = asked.day("holder_birth_date")
    if born is None or asked.today is None:
        return
    if born > asked.today or full_years(born, asked.today) > OLDEST_HOLDER:
        yield spoken("date_implausible", "Das Geburtsdatum ist unwahrscheinlich.", field="holder_birth_date")
    elif full_years(born, asked.today) < OF_AGE:
        yield spoken("holder_minor", "Die haltende Person ist minderjährig.", field="holder_birth_date")


def registration_dates(asked: Asked) -> Iterator[Finding]:
    """The dog came on a day that is past, at most a year ago, and after its birth; there is a first dog at least."""
    acquired, moved, born = (asked.day(name) for name in ("acquired_on", "moved_in_on", "dog_birth_date"))
    if asked.value("acquired_on") is None and asked.value("moved_in_on") is None:
        yield spoken("field_missing", "Es fehlt, seit wann der Hund gehalten wird.", field="acquired_on")
    for name, day in (("acquired_on", acquired), ("moved_in_on", moved), ("dog_birth_date", born)):
        if asked.is_future(day):
            yield spoken("date_implausible", "Das Datum liegt in der Zukunft.", field=name)
    event = moved or acquired
    if asked.is_past(event, months=LONGEST_AGO_MONTHS):
        yield spoken("back_dated", "Der Hund wird seit mehr als einem Jahr gehalten.", field="acquired_on")
    yield from _dog_age(asked, born, acquired)
    count = asked.value("dogs_in_household")
    if count is not None and not (count.isdigit() and 1 <= int(count) <= 20):
        yield spoken("field_invalid", "Die Anzahl der Hunde ist unwahrscheinlich.", field="dogs_in_household")


def _dog_age(asked: Asked, born: date | None, acquired: date | None) -> Iterator[Finding]:
    if born is None:
        return
    if acquired is not None and acquired < born:
        yield spoken("date_implausible", "Der Hund kam vor seiner Geburt in den Haushalt.", field="dog_birth_date")
    if asked.is_past(born, months=12 * OLDEST_DOG):
        yield spoken("date_implausible", "Der Hund wäre unwahrscheinlich alt.", field="dog_birth_date")


def deregistration_dates(asked: Asked) -> Iterator[Finding]:
    """The dog is gone since a day that is past, at most a year ago."""
    ended = asked.day("ended_on")
    if asked.is_future(ended):
        yield spoken("date_implausible", "Das Ende der Haltung liegt in der Zukunft.", field="ended_on")
    if asked.is_past(ended, months=LONGEST_AGO_MONTHS):
        yield spoken("back_dated", "Das Ende der Haltung liegt mehr als ein Jahr zurück.", field="ended_on")


def relief(asked: Asked) -> Iterator[Finding]:
    """A human decides about every relief; silence counts as no only where the form would have said so."""
    if asked.value("relief_requested") == NO and asked.value("relief_reason") is None:
        return
    if asked.says_yes("relief_requested") or asked.value("relief_reason") is not None:
        yield spoken("relief_requested", "Eine Befreiung oder Ermäßigung ist beantragt.", field="relief_requested")
    elif has_structured_proof(asked.document):
        message = "Es steht nicht da, ob eine Befreiung oder Ermäßigung beantragt ist."
        yield spoken("field_missing", message, field="relief_requested")


def dangerous_breed(asked: Asked) -> Iterator[Finding]:
    """A breed that a statute or the federal law lists is looked at by a human."""
    breed = comparison_key(asked.value("breed") or "")
    statute = statute_of(asked.document, asked.process.statutes)
    versions = statute.versions.values() if statute else ()
    listed = LISTED_BREEDS + tuple(breed for version in versions for breed in version.dangerous.breeds)
    if breed and any(comparison_key(name) in breed for name in listed):
        yield spoken("dangerous_dog", "Die Rasse kann als gefährlich gelten.", field="breed")


def mandate(asked: Asked) -> Iterator[Finding]:
    """A mandate has an account, an account has a mandate; the account itself needs two sources like every IBAN."""
    given, iban = asked.value("sepa_mandate"), asked.value("iban")
    if given == YES and iban is None:
        yield spoken("field_missing", "Ein SEPA-Mandat ist erteilt, die IBAN fehlt.", field="iban")
    if iban is not None and given != YES:
        yield spoken("iban_unconfirmed", "Eine IBAN ist angegeben, aber kein SEPA-Mandat.", field="iban")


def dog_tax(asked: Asked) -> Iterator[Finding]:
    """The municipality has a confirmed statute, and the computed fields are what it says today."""
    statute = statute_of(asked.document, asked.process.statutes)
    if statute is None:
        name = asked.value("municipality")
        yield spoken("no_statute", f"Für {name or 'die Gemeinde'} ist keine Satzung hinterlegt.", field="municipality")
        return
    try:
        result = compute(asked.document, statute)
    except NoStatute:
        yield spoken("no_statute", "Für diesen Tag ist keine Satzung hinterlegt.", field="municipality")
        return
    if result is None:
        for settings in asked.process.fields:
            if settings.derived and settings.required:
                yield spoken("field_missing", f"{settings.label.de} ist nicht zu berechnen.", field=settings.name)
        return
    if result.version.confirmed is None:
        message = f"Die Satzung von {statute.municipality} ist noch nicht bestätigt."
        yield spoken("statute_unconfirmed", message, field="municipality")
    if result.others_change:
        message = "Mit diesem Hund ändert sich die Steuer der anderen Hunde im Haushalt."
        yield spoken("others_change", message, field="dogs_in_household")
    for settings in asked.process.fields:
        if not settings.derived or settings.type is FieldType.LONG_TEXT:
            continue
        expected = result.values.get(settings.name)
        if asked.value(settings.name) != expected:
            yield spoken("derived_differs", f"{settings.label.de} passt nicht zur Satzung.", field=settings.name)
