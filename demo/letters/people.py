"""Invented people: names, birthdays, addresses within a municipality, mail addresses."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random

from demo.letters import identifiers
from demo.letters.places import Municipality

FIRST_NAMES = (
    "Anke", "Björn", "Carolin", "Dierk", "Elske", "Finn-Luca", "Gesche", "Hauke", "Imke", "Jörg", "Katharina", "Lüder",
    "Maren", "Niklas", "Özlem", "Peer", "Renate", "Sönke", "Telse", "Ulf", "Victoria", "Wiebke", "Yannick", "Zoë",
    "Agnieszka", "Mehmet", "Käthe", "Thies", "Jürgen", "Sibel", "Grażyna", "Marie-Luise", "Levke", "Ole", "Bärbel",
)  # fmt: skip
LAST_NAMES = (
    "Petersen", "Böttcher", "Clausen", "Dührkoop", "Ehlers", "Fröhlich", "Grewe", "Hinrichsen", "Iwersen", "Jäger",
    "Köpke", "Lüders", "Möller-Hansen", "Nissen", "Oldörp", "Prüß", "Quaas", "Rathje", "Schümann", "Tödt", "Uhlig",
    "Voß", "Wübbena", "Yıldız", "Zühlke", "Kowalczyk", "von Ahlefeld", "Groß", "Bünning", "Harms", "Sievers", "Öztürk",
)  # fmt: skip
MAIL_DOMAINS = ("postfach.example", "nordmail.example", "fehnweb.example", "webpost.example", "kabelmail.example")
PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ë": "e", "ı": "i", "ż": "z", " ": "", "-": ""})


@dataclass(frozen=True)
class Person:
    """Somebody who writes to the office."""

    last_name: str
    first_name: str
    birth_date: dt.date
    street: str
    house_number: str
    municipality: Municipality
    email: str
    telephone: str
    iban: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def writes_latin(self) -> bool:
        """Can the name be written in Latin-1, which is all that our PDF forms know?"""
        return all(ord(sign) < 256 for sign in self.name)

    @property
    def address(self) -> str:
        """Street, postcode and town on one line."""
        place = self.municipality
        return f"{self.street} {self.house_number}, {place.postcode} {place.town}"


def draw_person(rng: Random, *, municipality: Municipality, day: dt.date) -> Person:
    """An adult of 19 to 84 years in one of the streets of the municipality."""
    first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    born = day - dt.timedelta(days=rng.randrange(19 * 366, 84 * 365))
    number = str(rng.randrange(1, 120)) + rng.choice(("", "", "", "", " a", "b", " c"))
    return Person(
        last_name=last,
        first_name=first,
        birth_date=born,
        street=rng.choice(municipality.streets),
        house_number=number,
        municipality=municipality,
        email=mail_address(rng, first=first, last=last),
        telephone=identifiers.telephone(rng),
        iban=identifiers.iban(rng),
    )


def mail_address(rng: Random, *, first: str, last: str) -> str:
    """A private mail address made of the name, ASCII only."""
    first, last = first.lower().translate(PLAIN), last.lower().translate(PLAIN)
    local = rng.choice((f"{first}.{last}", f"{first[0]}.{last}", f"{last}{rng.randrange(50, 99)}", f"{first}_{last}"))
    return f"{local}@{rng.choice(MAIL_DOMAINS)}"
