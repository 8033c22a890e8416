"""Somebody registers a dog for tax: form mail of the online service, a filled PDF form, or a free letter."""

from __future__ import annotations

import re

from casework.words.reading import DecidedBy, DocumentReading
from classifiers.kinds import values
from classifiers.kinds.contract import Claim, Material
from classifiers.kinds.dogs import DOG, claim_form, is_form, read_form
from classifiers.kinds.forms import Entry
from classifiers.kinds.letters import read_dog_letter, speaks_of

NAME = "dog_registration"
FORM_IDS = ("HUND-AN",)

_TITLE = re.compile(
    r"\b(?:anmeldung\s+(?:eines|meines|unseres)\s+hundes|hundesteuer[\s\-–:]*anmeldung"
    r"|anmeldung\s+(?:zur|für die)\s+hundesteuer|hundeanmeldung)\b",
    re.I,
)
ENTRIES: dict[str, Entry] = {
    **DOG,
    "acquired_on": Entry(
        (
            "angeschafft am",
            "anschaffung am",
            "anschaffungsdatum",
            "erworben am",
            "in haltung seit",
            "beginn der haltung",
            "hund gehalten seit",
            "haltung seit",
            "aufnahme am",
            "im haushalt seit",
            "tag der aufnahme",
            "datum der anschaffung",
            "anschaffung",
            "gehalten seit",
        ),
        values.day,
    ),
    "moved_in_on": Entry(("zugezogen am", "zuzug am", "zuzugsdatum", "zuzug", "zugezogen"), values.day),
    "dogs_in_household": Entry(
        (
            "anzahl hunde im haushalt",
            "hunde im haushalt",
            "anzahl der hunde",
            "anzahl hunde",
            "anzahl der hunde im haushalt",
            "zahl der hunde",
            "gesamtzahl der hunde",
            "gesamtzahl hunde",
        ),
        values.count,
    ),
    "relief_requested": Entry(
        (
            "befreiung ermäßigung beantragt",
            "befreiung beantragt",
            "ermäßigung beantragt",
            "steuerbefreiung beantragt",
            "befreiung ermäßigung",
            "befreiung oder ermäßigung beantragt",
            "befreiung",
            "ermäßigung",
            "steuerermäßigung beantragt",
            "befreiung oder ermäßigung",
        ),
        values.yes_no,
    ),
    "relief_reason": Entry(
        ("begründung", "grund der befreiung", "grund der ermäßigung", "grund der befreiung oder ermäßigung"),
        values.text,
    ),
}


def identify(material: Material) -> Claim | None:
    """A form by its id or title; a letter that speaks of registering a dog and not of ending it."""
    if material.piece.type == "application/xml":
        return None
    claim = claim_form(material, kind=NAME, ids=FORM_IDS, title=_TITLE)
    if claim is not None or is_form(material):
        return claim
    return Claim(NAME, DecidedBy.RULE, 0.9) if speaks_of(material, "registration") else None


def extract(material: Material, claim: Claim) -> DocumentReading:
    """The fields of the form or letter."""
    if is_form(material):
        return read_form(material, claim, ENTRIES)
    return read_dog_letter(material, claim, "registration")
