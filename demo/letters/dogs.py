"""Dogs, their holders, and what is said about them when they come and go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from demo.letters import identifiers
from demo.letters.people import Person, draw_person
from demo.letters.places import OFFICES, OfficeAddress

BREEDS = (
    "Labrador Retriever", "Golden Retriever", "Rauhaardackel", "Deutscher Schäferhund", "Australian Shepherd",
    "Border Collie", "Kleiner Münsterländer", "Mischling (Terrier-Pudel)", "Zwergpudel", "Jack Russell Terrier",
    "Beagle", "Cocker Spaniel", "Havaneser", "Magyar Vizsla", "Berner Sennenhund", "Mops",
    "Großer Schweizer Sennenhund", "Deutsch Drahthaar", "Mischling (Schäferhund-Husky)", "Shih Tzu",
    "Französische Bulldogge", "Weimaraner",
)  # fmt: skip
COLOURS = (
    "schwarz", "braun", "schwarz-weiß", "blond", "saufarben", "rotbraun", "grau meliert", "dreifarbig", "weiß",
    "schokobraun mit weißem Brustfleck", "blue merle", "gestromt", "creme",
)  # fmt: skip
DOG_NAMES = {
    "male": (
        "Käpt'n", "Fiete", "Balu", "Oskar", "Pelle", "Rocky", "Anton", "Bärchen", "Kalle", "Sherlock", "Ole", "Carlos",
        "Möppi", "Thor", "Jonte", "Herr Schröder",
    ),
    "female": (
        "Bella", "Emma", "Luna", "Smilla", "Frieda", "Tjorven", "Lotte", "Maja", "Nala", "Hexe", "Püppi", "Frau Rosa",
        "Peppa", "Wilma", "Käthe", "Stella",
    ),
}  # fmt: skip
# Canonical value and what the online service writes.
SEXES = {"male": "männlich", "female": "weiblich"}
REASONS = {
    "died": "verstorben",
    "sold": "verkauft",
    "given_away": "abgegeben",
    "moved_away": "Wegzug",
    "lost": "entlaufen",
}


@dataclass(frozen=True)
class Dog:
    """An animal: `sex` is a key of `SEXES`."""

    name: str
    breed: str
    colour: str
    sex: str
    born: dt.date
    chip: str


@dataclass(frozen=True)
class Registration:
    """Somebody has a dog now: bought on `acquired_on`, or came with it on `moved_in_on` (one of the two)."""

    holder: Person
    dog: Dog
    acquired_on: dt.date | None
    moved_in_on: dt.date | None
    dogs_in_household: int
    relief: str | None
    sepa: bool

    def as_truth(self, *leave_out: str) -> dict[str, Any]:
        """All fields, canonical; `leave_out` names those that do not stand in the document."""
        fields: dict[str, Any] = {
            **holder_truth(self.holder),
            "holder_birth_date": self.holder.birth_date.isoformat(),
            "dog_name": self.dog.name,
            "breed": self.dog.breed,
            "colour": self.dog.colour,
            "sex": self.dog.sex,
            "dog_birth_date": self.dog.born.isoformat(),
            "chip_number": self.dog.chip,
            "acquired_on": _iso(self.acquired_on),
            "moved_in_on": _iso(self.moved_in_on),
            "dogs_in_household": str(self.dogs_in_household),
            "relief_requested": "yes" if self.relief else "no",
            "sepa_mandate": "yes" if self.sepa else "no",
            "iban": self.holder.iban if self.sepa else None,
        }
        return {name: None if name in leave_out else value for name, value in fields.items()}


@dataclass(frozen=True)
class RegisteredDog:
    """A dog that stands in the register of an office already, with the number of its tax tag."""

    office: str
    holder: Person
    dog: Dog
    tag_number: str
    acquired_on: dt.date
    dogs_in_household: int

    def as_row(self) -> dict[str, str]:
        """The entry as the demo puts it into the register before the first letter arrives; canonical values."""
        registration = Registration(self.holder, self.dog, self.acquired_on, None, self.dogs_in_household, None, False)
        row = {name: value or "" for name, value in registration.as_truth().items()}
        return {"office": self.office, "tag_number": self.tag_number, **row}


@dataclass(frozen=True)
class Deregistration:
    """A registered dog goes: `reason` is a key of `REASONS`."""

    entry: RegisteredDog
    reason: str
    ended_on: dt.date
    new_owner: str | None
    tag_returned: bool

    def as_truth(self, *leave_out: str) -> dict[str, Any]:
        """All fields, canonical; `leave_out` names those that do not stand in the document."""
        fields: dict[str, Any] = {
            **holder_truth(self.entry.holder),
            "dog_name": self.entry.dog.name,
            "chip_number": self.entry.dog.chip,
            "tag_number": self.entry.tag_number,
            "reason": self.reason,
            "ended_on": self.ended_on.isoformat(),
            "new_owner": self.new_owner,
            "tag_returned": "yes" if self.tag_returned else "no",
        }
        return {name: None if name in leave_out else value for name, value in fields.items()}


def holder_truth(holder: Person) -> dict[str, str]:
    """Name, address and mail address of a holder, canonical."""
    return {
        "holder_last_name": holder.last_name,
        "holder_first_name": holder.first_name,
        "street": holder.street,
        "house_number": holder.house_number,
        "postcode": holder.municipality.postcode,
        "town": holder.municipality.town,
        "municipality": holder.municipality.name,
        "email": holder.email,
    }


def draw_dog(rng: Random, *, day: dt.date) -> Dog:
    """A dog between ten weeks and twelve years old."""
    sex = rng.choice(sorted(SEXES))
    return Dog(
        name=rng.choice(DOG_NAMES[sex]),
        breed=rng.choice(BREEDS),
        colour=rng.choice(COLOURS),
        sex=sex,
        born=day - dt.timedelta(days=rng.randrange(70, 12 * 365)),
        chip=identifiers.chip_number(rng),
    )


def draw_registration(rng: Random, *, holder: Person, day: dt.date, relief: str | None = None) -> Registration:
    """A dog of the last weeks; one in three came along when its holder moved in."""
    dog = draw_dog(rng, day=day)
    earliest = max(day - dt.timedelta(days=40), dog.born + dt.timedelta(days=56))
    since = earliest + dt.timedelta(days=rng.randrange(0, max(1, (day - earliest).days)))
    moved = rng.random() < 0.33 and (day - dog.born).days > 200
    return Registration(
        holder=holder,
        dog=dog,
        acquired_on=None if moved else since,
        moved_in_on=since if moved else None,
        dogs_in_household=rng.choice((1, 1, 1, 1, 2, 2, 3)),
        relief=relief,
        sepa=rng.random() < 0.25,
    )


def draw_deregistration(rng: Random, *, entry: RegisteredDog, day: dt.date) -> Deregistration:
    """A dog that went in the last three weeks."""
    reason = rng.choice(sorted(REASONS))
    heir = draw_person(rng, municipality=entry.holder.municipality, day=day)
    while not heir.writes_latin:
        heir = draw_person(rng, municipality=entry.holder.municipality, day=day)
    return Deregistration(
        entry=entry,
        reason=reason,
        ended_on=day - dt.timedelta(days=rng.randrange(1, 21)),
        new_owner=heir.name if reason in {"sold", "given_away"} else None,
        tag_returned=rng.random() < 0.6,
    )


def dogs_already_registered(
    *, seed: int, day: dt.date, offices: Sequence[OfficeAddress] = OFFICES, count: int = 24
) -> list[RegisteredDog]:
    """The dogs that stand in the registers before the first letter; `morning` with the same seed and day takes leave of
    some of them. `count` per office."""
    return [_entry(seed, day, office, place) for office in offices for place in range(count)]


def _entry(seed: int, day: dt.date, office: OfficeAddress, place: int) -> RegisteredDog:
    rng = Random(f"{seed}/{day}/register/{office.key}/{place}")
    municipality = office.municipalities[place % len(office.municipalities)]
    dog = draw_dog(rng, day=day - dt.timedelta(days=120))
    return RegisteredDog(
        office=office.key,
        holder=draw_person(rng, municipality=municipality, day=day),
        dog=dog,
        tag_number=str(1000 + 7 * place + rng.randrange(6)),
        acquired_on=dog.born + dt.timedelta(days=rng.randrange(60, 110)),
        dogs_in_household=rng.choice((1, 1, 2)),
    )


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
