"""The post of one morning: which letters come, in which order, from what chance."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from demo.letters import defects, dog_recipes, invoice_recipes, other_recipes
from demo.letters.desk import Desk, Recipe
from demo.letters.dogs import RegisteredDog, dogs_already_registered
from demo.letters.expectations import closed_alone
from demo.letters.firms import strangers, suppliers
from demo.letters.letter import Letter, LetterTruth
from demo.letters.mail import compose, german_time, relay_lines
from demo.letters.places import OFFICES, OfficeAddress

# Recipe with its share of sixty letters; None is a second delivery of an e-invoice. The first of each comes before the
# second of any: a short morning is varied, too.
SHARES: tuple[tuple[Recipe | None, int], ...] = (
    (invoice_recipes.xrechnung_ubl, 5),
    (dog_recipes.registration_form_mail, 6),
    (invoice_recipes.xrechnung_cii, 5),
    (invoice_recipes.zugferd, 6),
    (invoice_recipes.paper_invoice, 5),
    (invoice_recipes.scanned_invoice, 3),
    (dog_recipes.deregistration_form_mail, 3),
    (dog_recipes.registration_pdf_form, 2),
    (dog_recipes.deregistration_pdf_form, 1),
    (dog_recipes.registration_letter, 2),
    (dog_recipes.deregistration_letter, 2),
    (defects.defect_report, 4),
    (other_recipes.newsletter, 2),
    (other_recipes.spam, 1),
    (other_recipes.auto_reply, 1),
    (other_recipes.empty_mail, 1),
    (other_recipes.damaged_pdf, 1),
    (other_recipes.encrypted_pdf, 1),
    (None, 1),
    (dog_recipes.forged_form_mail, 1),
    (dog_recipes.relief_form_mail, 1),
    (invoice_recipes.wrong_totals, 1),
    (invoice_recipes.invalid_iban, 1),
    (invoice_recipes.new_iban, 1),
    (invoice_recipes.wrong_office, 1),
    (invoice_recipes.unknown_supplier, 1),
    (invoice_recipes.three_invoices, 1),
)


def morning(*, seed: int, day: dt.date, count: int = 60, offices: Sequence[OfficeAddress] = OFFICES) -> list[Letter]:
    """`count` letters that reach the offices (two or more) in the night before and the morning of `day`.

    The same seed and day give the same bytes. Known senders are those of `suppliers(seed=seed)`, dogs that leave are
    those of `dogs_already_registered(seed=seed, day=day, offices=offices)`; more than 72 letters need more of them, so
    give it `count // 3` then. Raises ValueError with fewer than two offices.
    """
    if len(offices) < 2:
        raise ValueError("a morning needs two offices, so that a letter can go to the wrong one: give at least two")
    dogs = dogs_already_registered(seed=seed, day=day, offices=offices, count=max(24, count // 3))
    leaving = {office.key: _shuffled(seed, office, dogs) for office in offices}
    used: Counter[str] = Counter()
    letters: list[Letter] = []
    for place, recipe in enumerate(_in_order(planned(count), Random(f"{seed}/{day}/order"))):
        name = recipe.__name__ if recipe else "redelivery"
        turn = used[name]
        used[name] += 1
        rng = Random(f"{seed}/{day}/letter/{name}/{turn}")
        at = _arrival(day, place, count, rng)
        if recipe is None:
            letters.append(_delivered_again(letters, turn, rng, at, place))
            continue
        here = _office_for(recipe, turn, offices)
        desk = Desk(
            rng=rng,
            day=day,
            office=here,
            other_office=rng.choice([office for office in offices if office is not here]),
            suppliers=tuple(suppliers(seed=seed)),
            strangers=tuple(strangers(seed=seed)),
            leaving=leaving[here.key],
            turn=turn,
        )
        letters.append(_posted(desk, recipe, at, place))
    return letters


def planned(count: int) -> list[Recipe | None]:
    """The recipes of a morning: in rounds, each as long as its share lasts, from the start again when all are used."""
    recipes: list[Recipe | None] = []
    turn = 0
    rounds = max(share for _, share in SHARES)
    while len(recipes) < count:
        recipes += [recipe for recipe, share in SHARES if share > turn % rounds]
        turn += 1
    return recipes[:count]


def _in_order(recipes: list[Recipe | None], rng: Random) -> list[Recipe | None]:
    """Shuffled, with the second deliveries in the last quarter."""
    order: list[Recipe | None] = [recipe for recipe in recipes if recipe]
    rng.shuffle(order)
    for _ in range(len(recipes) - len(order)):
        order.insert(rng.randrange(len(order) * 3 // 4, len(order) + 1), None)
    return order


def _office_for(recipe: Recipe, turn: int, offices: Sequence[OfficeAddress]) -> OfficeAddress:
    """Three of five letters of each recipe go to the first office; which of them differs from recipe to recipe."""
    number = next(place for place, (other, _) in enumerate(SHARES) if other is recipe)
    return offices[0] if (3 * number + 2 * turn) % 5 < 3 else offices[1 + turn % (len(offices) - 1)]


def _shuffled(seed: int, office: OfficeAddress, dogs: Sequence[RegisteredDog]) -> list[RegisteredDog]:
    own = [dog for dog in dogs if dog.office == office.key]
    Random(f"{seed}/leaving/{office.key}").shuffle(own)
    return own


def _arrival(day: dt.date, place: int, count: int, rng: Random) -> dt.datetime:
    """Between six in the evening before and eight in the morning, in the order of the places."""
    evening = german_time(dt.datetime.combine(day - dt.timedelta(days=1), dt.time(18, 0)))
    step = 14 * 3600 / count
    return evening + dt.timedelta(seconds=int(place * step + rng.random() * step))


def _posted(desk: Desk, recipe: Recipe, at: dt.datetime, place: int) -> Letter:
    draft = recipe(desk)
    sent = compose(draft, desk.rng, at=at)
    truth = LetterTruth(
        name=f"{place + 1:03d}-{recipe.__name__.replace('_', '-')}",
        recipe=recipe.__name__,
        office=draft.office,
        message_id=sent.message_id,
        documents=draft.documents,
        notes=draft.notes,
    )
    return Letter(sent.raw, sent.envelope_from, draft.to, draft.authentic, truth)


def _delivered_again(letters: list[Letter], turn: int, rng: Random, at: dt.datetime, place: int) -> Letter:
    """The same mail on another way: other Received lines, everything else as before."""
    sources = [letter for letter in letters if letter.truth.recipe in {"xrechnung_ubl", "zugferd", "xrechnung_cii"}]
    first = sources[turn % len(sources)]
    domain = first.envelope_from.rpartition("@")[2]
    way = [f"Received: {line}".encode() for line in relay_lines(rng, domain=domain, to=first.envelope_to, at=at)]
    kept = [line for line in first.raw.split(b"\r\n") if not line.startswith(b"Received: ")]
    documents = tuple(replace(document, expectation=closed_alone("duplicate")) for document in first.truth.documents)
    truth = replace(
        first.truth,
        name=f"{place + 1:03d}-redelivery",
        recipe="redelivery",
        documents=documents,
        notes=f"second delivery of {first.truth.name}",
    )
    return replace(first, raw=b"\r\n".join(way + kept), truth=truth)
