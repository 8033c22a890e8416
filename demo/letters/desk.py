"""What a recipe has at hand when it writes one letter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from demo.letters.dogs import RegisteredDog
from demo.letters.firms import Supplier
from demo.letters.mail import Draft
from demo.letters.people import Person, draw_person
from demo.letters.places import Municipality, OfficeAddress


@dataclass(frozen=True)
class Desk:
    """One letter's own chance `rng`, its addressee, and the worlds it may draw from.

    `turn` counts how often the recipe was used before in this morning; `leaving` are the registered dogs of the
    office that no letter has taken leave of yet.
    """

    rng: Random
    day: dt.date
    office: OfficeAddress
    other_office: OfficeAddress
    suppliers: tuple[Supplier, ...]
    strangers: tuple[Supplier, ...]
    leaving: list[RegisteredDog]
    turn: int

    def known_supplier(self) -> Supplier:
        return self.rng.choice(self.suppliers)

    def stranger(self) -> Supplier:
        return self.rng.choice(self.strangers)

    def municipality(self, *, with_statute: bool = True) -> Municipality:
        """One with (or without) a dog tax statute on file, the first much more often; any when there is none such."""
        fitting = [place for place in self.office.municipalities if place.has_statute is with_statute]
        choice = fitting or list(self.office.municipalities)
        return choice[0] if self.rng.random() < 0.7 else self.rng.choice(choice)

    def leaving_dog(self, *, latin: bool = False, with_statute: bool = True) -> RegisteredDog:
        """A registered dog, each only once in a morning; `latin`: of somebody who can fill our PDF forms."""
        fitting = [
            place
            for place, entry in enumerate(self.leaving)
            if (entry.holder.writes_latin or not latin) and entry.holder.municipality.has_statute is with_statute
        ]
        return self.leaving.pop(fitting[-1] if fitting else -1)

    def person(self, *, latin: bool = False, with_statute: bool = True) -> Person:
        """Somebody from the office's municipalities."""
        while True:
            place = self.municipality(with_statute=with_statute)
            person = draw_person(self.rng, municipality=place, day=self.day)
            if person.writes_latin or not latin:
                return person


Recipe = Callable[[Desk], Draft]
