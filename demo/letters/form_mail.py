"""The mail an online service sends for somebody who filled its form: one label and one value a line."""

from __future__ import annotations

from random import Random

from demo.letters.dogs import REASONS, SEXES, Deregistration, Registration
from demo.letters.german import long_iban, short_date
from demo.letters.people import Person

SERVICE = "antrag@online-dienst.example"
REGISTRATION_FORM = "HUND-AN-2"
DEREGISTRATION_FORM = "HUND-AB-1"

Row = tuple[str, str | None]


def transaction_number(rng: Random, year: int) -> str:
    """The number under which the service keeps an application."""
    return f"OD-{year}-{rng.randrange(10**7):07d}"


def registration_mail(registration: Registration, *, transaction: str, rng: Random) -> str:
    """The registration form as the service writes it."""
    dog = registration.dog
    sections: list[tuple[str, list[Row]]] = [
        ("", [("Formular", REGISTRATION_FORM), ("Vorgangsnummer", transaction)]),
        ("Angaben zur Person", _person_rows(registration.holder, rng, with_birth_date=True)),
        (
            "Angaben zum Hund",
            [
                ("Name des Hundes", dog.name),
                ("Rasse", dog.breed),
                ("Farbe", dog.colour),
                ("Geschlecht", SEXES[dog.sex]),
                ("Geburtsdatum des Hundes", short_date(dog.born)),
                ("Chipnummer", dog.chip),
                ("angeschafft am", short_date(registration.acquired_on) if registration.acquired_on else ""),
                ("zugezogen am", short_date(registration.moved_in_on) if registration.moved_in_on else ""),
                ("Anzahl Hunde im Haushalt", str(registration.dogs_in_household)),
            ],
        ),
        (
            "Steuer und Zahlung",
            [
                ("Befreiung/Ermäßigung beantragt", "ja" if registration.relief else "nein"),
                ("Begründung", registration.relief),
                ("SEPA-Lastschriftmandat", "ja" if registration.sepa else "nein"),
                ("IBAN", long_iban(registration.holder.iban) if registration.sepa else None),
            ],
        ),
        ("", [("Einwilligung", "ja")]),
    ]
    return _written("Anmeldung eines Hundes", sections)


def deregistration_mail(leave: Deregistration, *, transaction: str, rng: Random) -> str:
    """The de-registration form as the service writes it."""
    sections: list[tuple[str, list[Row]]] = [
        ("", [("Formular", DEREGISTRATION_FORM), ("Vorgangsnummer", transaction)]),
        ("Angaben zur Person", _person_rows(leave.entry.holder, rng, with_birth_date=False)),
        (
            "Angaben zur Abmeldung",
            [
                ("Name des Hundes", leave.entry.dog.name),
                ("Chipnummer", leave.entry.dog.chip),
                ("Nummer der Steuermarke", leave.entry.tag_number),
                ("Grund der Abmeldung", REASONS[leave.reason]),
                ("Ende der Haltung am", short_date(leave.ended_on)),
                ("Neue Halterin oder neuer Halter", leave.new_owner),
                ("Steuermarke zurückgegeben", "ja" if leave.tag_returned else "nein"),
            ],
        ),
        ("", [("Einwilligung", "ja")]),
    ]
    return _written("Abmeldung eines Hundes", sections)


def _person_rows(person: Person, rng: Random, *, with_birth_date: bool) -> list[Row]:
    place = person.municipality
    return [
        ("Name", person.last_name),
        ("Vorname", person.first_name),
        ("Geburtsdatum", short_date(person.birth_date) if with_birth_date else None),
        ("Straße", person.street),
        ("Hausnummer", person.house_number),
        ("PLZ", place.postcode),
        ("Ort", place.town),
        ("Gemeinde", place.name),
        ("Telefon", rng.choice((person.telephone, "", person.telephone))),
        ("E-Mail", person.email),
    ]


def _written(title: str, sections: list[tuple[str, list[Row]]]) -> str:
    """Rows without a value (None) are left out, empty ones keep their label."""
    blocks = [f"{title}\nÜbermittelt durch den Online-Dienst. Diese Nachricht wurde automatisch erzeugt."]
    for heading, rows in sections:
        lines = [f"== {heading} =="] if heading else []
        lines += [f"{label}: {value}".rstrip() for label, value in rows if value is not None]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"
