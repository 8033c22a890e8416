"""Somebody no longer has a dog: form mail of the online service, a filled PDF form, or a free letter."""

from __future__ import annotations

import re

from casework.words.reading import DecidedBy, DocumentReading
from classifiers.kinds import values
from classifiers.kinds.contract import Claim, Material
from classifiers.kinds.dogs import DOG, claim_form, is_form, read_form
from classifiers.kinds.forms import Entry
from classifiers.kinds.letters import read_dog_letter, speaks_of

NAME = "dog_deregistration"
FORM_IDS = ("HUND-AB",)

_TITLE = re.compile(
    r"\b(?:abmeldung\s+(?:eines|meines|unseres)\s+hundes|hundesteuer[\s\-–:]*abmeldung"
    r"|abmeldung\s+(?:von\s+der|zur|der)\s+hundesteuer|hundeabmeldung)\b",
    re.I,
)
ENTRIES: dict[str, Entry] = {
    **DOG,
    "tag_number": Entry(
        (
            "nummer der steuermarke",
            "steuermarke nr",
            "steuermarke",
            "hundemarke",
            "marken nr",
            "markennummer",
            "hundesteuermarke",
            "nummer der hundemarke",
            "steuermarkennummer",
            "hundemarke nr",
            "nr der steuermarke",
            "hundesteuermarke nr",
            "marke nr",
        ),
        values.text,
    ),
    "reason": Entry(
        ("grund der abmeldung", "grund", "abmeldegrund", "grund für die abmeldung", "grund des endes"),
        values.reason_for_leaving,
    ),
    "ended_on": Entry(
        (
            "ende der haltung am",
            "ende am",
            "ende der haltung",
            "abgemeldet zum",
            "haltung beendet am",
            "haltung endete am",
            "nicht mehr gehalten seit",
            "abmeldung zum",
            "datum der abgabe",
            "datum",
            "beendet am",
            "hund nicht mehr im haushalt seit",
            "abgang am",
            "nicht mehr im haushalt seit",
        ),
        values.day,
    ),
    "new_owner": Entry(
        (
            "neue halterin oder neuer halter",
            "neuer halter",
            "neue halterin",
            "neuer eigentümer",
            "neuer besitzer",
            "name und anschrift des neuen halters",
            "neue haltende person",
            "neuer halter neue halterin",
            "erwerber",
            "neue r halter in",
        ),
        values.text,
    ),
    "tag_returned": Entry(
        (
            "steuermarke zurückgegeben",
            "marke zurück",
            "steuermarke zurück",
            "marke zurückgegeben",
            "hundemarke zurückgegeben",
            "steuermarke liegt bei",
            "marke liegt bei",
            "rückgabe der marke",
            "rückgabe der steuermarke",
            "hundesteuermarke zurückgegeben",
            "steuermarke beigefügt",
        ),
        values.yes_no,
    ),
}


def identify(material: Material) -> Claim | None:
    """A form by its id or title; a letter that speaks of ending a dog's keeping."""
    if material.piece.type == "application/xml":
        return None
    claim = claim_form(material, kind=NAME, ids=FORM_IDS, title=_TITLE)
    if claim is not None or is_form(material):
        return claim
    return Claim(NAME, DecidedBy.RULE, 0.9) if speaks_of(material, "deregistration") else None


def extract(material: Material, claim: Claim) -> DocumentReading:
    """The fields of the form or letter."""
    if is_form(material):
        return read_form(material, claim, ENTRIES)
    return read_dog_letter(material, claim, "deregistration")
