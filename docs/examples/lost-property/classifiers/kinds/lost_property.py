"""Somebody has found a thing (Fundanzeige): form mail of the online service, a free mail, or a letter as PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator

from casework.words.reading import DecidedBy, DocumentReading, FieldReading, Origin, Source
from classifiers.kinds import values
from classifiers.kinds.contract import Claim, Material
from classifiers.kinds.dogs import form_id
from classifiers.kinds.forms import Entry, pairs_in, read_pairs
from classifiers.kinds.places.typed import dates_in
from classifiers.readers.texts import Line

NAME = "lost_property"
FORM_IDS = ("FUND-",)
LONGEST = 2500
"""Who has found something is brief (characters)."""

CATEGORIES = {
    "wallet": ("geldbörse", "portemonnaie", "brieftasche", "geldbeutel", "geldschein", "bargeld"),
    "keys": ("schlüssel",),
    "phone": ("telefon", "handy", "smartphone"),
    "bicycle": ("fahrrad", "damenrad", "herrenrad", "kinderrad", "mountainbike", "e-bike"),
    "jewellery": ("schmuck", "armband", "halskette", "ohrring", "ehering", "goldring", "armbanduhr"),
    "clothing": ("jacke", "mantel", "mütze", "schal", "handschuh", "schuh", "pullover"),
}
"""Words of the thing's name; nothing else is `other` but what a form calls so."""


def category(value: str) -> str | None:
    """The one category whose words stand in the thing's name."""
    lowered = value.lower()
    found = {code for code, words in CATEGORIES.items() if any(word in lowered for word in words)}
    return found.pop() if len(found) == 1 else "other" if "sonstig" in lowered else None


ENTRIES = {
    "item": Entry(("fundgegenstand", "gegenstand", "fundsache", "gefundener gegenstand"), values.text),
    "category": Entry(("kategorie", "art des gegenstands"), category),
    "found_at": Entry(("fundort", "gefunden in", "ort des fundes"), values.text),
    "found_on": Entry(("funddatum", "gefunden am", "fundtag", "datum des fundes"), values.day),
    "finder_name": Entry(("finder name", "name", "finder", "finderin", "name des finders"), values.text),
    "finder_address": Entry(("anschrift", "adresse", "anschrift des finders"), values.text),
    "remark": Entry(("bemerkung", "besonderheiten", "hinweise"), values.text),
}
"""Labels of the form, lower case, and how the value beside them becomes canonical."""

_TITLE = re.compile(r"\bfund(?:anzeige|meldung|sache)\b")
_LOST = re.compile(r"\bverlustanzeige\b|\b(?:ich|wir|mir|uns)\b[^.]{0,80}\b(?:verloren|abhanden|vermisse|gestohlen)")
_SENTENCE = re.compile(
    r"(?:ich|wir|habe|haben)\b(?P<when>[^.]*?(?:\d{1,2}\.[^.]{0,12}?\.?\s?\d{2,4})?)\s+"
    r"(?P<place>(?:auf|an|am|in|im|vor|hinter|neben|bei|beim|unter|zwischen|gegenüber)\s[^.]+?)\s+"
    r"(?:ein|eine|einen|zwei|mehrere)\s(?P<item>[^.]+?)\s+gefunden\b",
    re.I,
)
_ADJECTIVES = re.compile(r"^(?:[a-zäöüß]+e[nrs]?\s+)+(?=[A-ZÄÖÜ])")
_TOWN = re.compile(r"^\d{5} [A-ZÄÖÜ][\wäöüß .\-]+$")
_ADDRESS = re.compile(r"^[A-ZÄÖÜ][\wäöüß .\-]+ \d{1,4} ?[a-z]?, \d{5} [A-ZÄÖÜ][\wäöüß .\-]+$")
_GREETING = re.compile(r"^(?:mit freundlichen|viele|freundliche|beste|herzliche) grüße", re.I)


def identify(material: Material) -> Claim | None:
    """A form by its id; else a mail or a PDF letter in which somebody says that a thing was found."""
    if not (material.is_body or material.piece.type == "application/pdf") or material.head.bulk:
        return None
    if form_id(pairs_in(material.text, material.piece.id), material).startswith(FORM_IDS):
        if material.form_sender:
            return Claim(NAME, DecidedBy.FORM)
        return Claim(NAME, DecidedBy.RULE, 0.95, ("sender_unproven",))
    said = material.lowered
    if len(said) > LONGEST or _LOST.search(said):
        return None
    return Claim(NAME, DecidedBy.RULE, 0.9) if _TITLE.search(said) or _SENTENCE.search(said) else None


def extract(material: Material, claim: Claim) -> DocumentReading:
    """What stands beside the form's labels; else the sentence that says it, the sender's name and address."""
    part = material.piece.id
    origin = Origin.FORM if claim.decided_by is DecidedBy.FORM else None
    fields = read_pairs(pairs_in(material.text, part, origin=origin), ENTRIES)
    for name, reading in (*_sentence(material), *_finder(material)):
        fields.setdefault(name, reading)
    if "category" not in fields and "item" in fields and (code := category(fields["item"].value or "")) is not None:
        fields["category"] = fields["item"].model_copy(update={"value": code, "confidence": 0.7})
    return DocumentReading(
        part=part,
        kind=NAME,
        confidence=claim.strength,
        decided_by=claim.decided_by,
        fields=fields,
        unsure=list(claim.unsure),
    )


def _sentence(material: Material) -> Iterator[tuple[str, FieldReading]]:
    """„… am 31.10.2026 auf dem Markt einen roten Ball gefunden“: day, place, thing, each in one place only."""
    lines = [line for line in material.text.lines if line.text and not line.text.startswith(">")]
    whole = " ".join(line.text for line in lines)
    match = _SENTENCE.search(whole)
    if match is None:
        return
    when = list(dates_in(Line(match["when"], 0, 1)))
    if len({hit.value for hit in when}) == 1:
        yield "found_on", _reading(material, lines, match.start("when"), when[0].value)
    yield "found_at", _reading(material, lines, match.start("place"), match["place"])
    yield "item", _reading(material, lines, match.start("item"), _ADJECTIVES.sub("", match["item"]))


def _reading(material: Material, lines: list[Line], place: int, value: str) -> FieldReading:
    """A value with the line in which it begins; `place` counts in the lines joined by blanks."""
    for line in lines:
        if place <= len(line.text):
            break
        place -= len(line.text) + 1
    return FieldReading(value=value, confidence=0.7, sources=[material.text.source(line, material.piece.id)])


def _finder(material: Material) -> Iterator[tuple[str, FieldReading]]:
    """Who wrote: from the mail's head or a letter's first line; the address there, or below the greeting."""
    text, part = material.text, material.piece.id
    lines = [line for line in text.lines if line.text and not line.text.startswith(">")]
    if material.is_body:
        if material.head.sender_name:
            source = Source(origin=Origin.TEXT, where="From", part=part)
            yield "finder_name", FieldReading(value=material.head.sender_name, confidence=0.7, sources=[source])
        start = next((place for place, line in enumerate(lines) if _GREETING.match(line.text)), len(lines))
        for line in lines[start:]:
            if _ADDRESS.match(line.text):
                yield "finder_address", FieldReading(value=line.text, confidence=0.7, sources=[text.source(line, part)])
                return
    elif len(lines) > 2 and _TOWN.match(lines[2].text):
        name, street, town = lines[:3]
        yield "finder_name", FieldReading(value=name.text, confidence=0.7, sources=[text.source(name, part)])
        yield (
            "finder_address",
            FieldReading(
                value=f"{street.text}, {town.text}",
                confidence=0.7,
                sources=[text.source(street, part), text.source(town, part)],
            ),
        )
