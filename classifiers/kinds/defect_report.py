"""Somebody reports a defect in public space: a form of the website, or a few sentences, often with a photo."""

from __future__ import annotations

import re

from casework.words.reading import DecidedBy, DocumentReading, FieldReading, Origin, Source
from classifiers.kinds import values
from classifiers.kinds.contract import Claim, Material
from classifiers.kinds.dogs import form_id
from classifiers.kinds.forms import Entry, pairs_in, read_pairs
from classifiers.kinds.places.typed import Found, dates_in
from classifiers.readers.texts import Line

NAME = "defect_report"
FORM_IDS = ("MAENGEL", "MÄNGEL", "MELDUNG-MANGEL")

CATEGORIES: dict[str, tuple[str, ...]] = {
    "street_light": (
        "laterne",
        "straßenlampe",
        "straßenbeleuchtung",
        "straßenlicht",
        "beleuchtung",
        "leuchte",
        "lampe",
    ),
    "playground": (
        "spielplatz",
        "schaukel",
        "rutsche",
        "klettergerüst",
        "wippe",
        "spielgerät",
        "sandkasten",
        "bolzplatz",
    ),
    "waste": (
        "müll",
        "sperrmüll",
        "abfall",
        "unrat",
        "reifen",
        "glascontainer",
        "farbeimer",
        "papierkorb",
        "mülleimer",
        "entsorgt",
    ),
    "tree": ("baum", "bäume", "ast ", "äste", "zweig", "hecke", "eiche", "linde", "birke", "wurzel", "überhäng"),
    "drainage": (
        "gully",
        "gulli",
        "kanal",
        "abfluss",
        "graben",
        "regenwasser",
        "überschwemm",
        "wasser steht",
        "kanaldeckel",
        "verstopft",
        "durchlass",
    ),
    "sign": ("verkehrsschild", "schild", "ampel", "wegweiser", "poller"),
    "road_damage": (
        "schlagloch",
        "fahrbahn",
        "gehweg",
        "bürgersteig",
        "asphalt",
        "pflaster",
        "straßenschaden",
        "bordstein",
        "radweg",
        "gehwegplatte",
        "bankett",
        "straßendecke",
    ),
}
_BROKEN = re.compile(
    r"kaputt|defekt|beschädigt|gebrochen|gerissen|abgebrochen|lose|locker|klafft|tief"
    r"|ausgefallen|flacker|brennt nicht|leuchtet nicht|dunkel|verstopft"
    r"|abgeladen|umgestürzt|umgekippt|illegal|wild|liegt|liegen|stapel|verschmutz|schief|hängt|wackel|loch"
    r"|fehlt|überflutet|überschwemm|steht unter wasser|stolper|gefahr|schaden|mangel|mängel"
    r"|seit tagen|seit wochen|abgesackt|zugewachsen"
)
_NOT_HERE = re.compile(r"\b(?:rechnung|invoice|angebot|newsletter|bestellung|hundesteuer|bewerbung)\b")
_TITLE = re.compile(r"mängelmeld|schadensmeld|mangel melden|meldung eines (?:mangels|schadens)", re.I)
ENTRIES: dict[str, Entry] = {
    "category": Entry(("kategorie", "art des mangels", "art", "mangel", "art des schadens", "was"), values.text),
    "location": Entry(
        (
            "ort",
            "ort des mangels",
            "adresse",
            "standort",
            "wo",
            "straße",
            "ort des schadens",
            "straße hausnummer",
            "lage",
        ),
        values.text,
    ),
    "description": Entry(
        ("beschreibung", "meldung", "text", "schilderung", "ihre nachricht", "nachricht", "was ist passiert"),
        values.text,
    ),
    "reporter_name": Entry(("name", "gemeldet von", "vor und nachname", "absender", "melder"), values.text),
    "reporter_email": Entry(("e mail", "email", "mail", "e mail adresse"), values.mail),
    "observed_on": Entry(("datum", "festgestellt am", "gesehen am", "beobachtet am", "wann", "bemerkt am"), values.day),
    "municipality": Entry(("gemeinde",), values.text),
}
_STREET = re.compile(
    r"\b((?:[A-ZÄÖÜ][\wäöüß.\-]*\s+){0,3}?(?:[A-ZÄÖÜ][\wäöüß\-]*(?:straße|str\.|weg|allee|platz"
    r"|ring|gasse|damm|ufer|chaussee|koppel|kamp|redder|stieg|twiete|brook|wieke?|esch|berg|kark"
    r"|moor|deich|markt|tor)"
    r"|(?:Am|An der|An dem|Im|In der|Zum|Zur|Auf dem|Auf der|Achter de[rn]?|Op de[rn]?|Alte[rn]?"
    r"|Große[rn]?|Kleine[rn]?|Erste|Zweite|Norder"
    r"|Süder)\s+[A-ZÄÖÜ][\wäöüß\-]+)(?:\s+\d{1,4}(?:\s?[a-z]\b)?)?)"
)


def identify(material: Material) -> Claim | None:
    """A form by its id; else a mail's own text that names a public thing and says that it is broken."""
    if not material.is_body:
        return None
    pairs = pairs_in(material.text, material.piece.id)
    if form_id(pairs, material).startswith(FORM_IDS):
        return (
            Claim(NAME, DecidedBy.FORM)
            if material.form_sender
            else Claim(NAME, DecidedBy.RULE, 0.95, ("sender_unproven",))
        )
    said = " ".join(line.text for line in _description(material.text.lines))
    if (
        not said
        or len(said) > LONGEST
        or material.head.bulk
        or _NOT_HERE.search(f"{material.head.subject} {said}".lower())
    ):
        return None
    if _TITLE.search(material.head.subject) or (_names_a_defect(said) and _place(material.text.lines) is not None):
        return Claim(NAME, DecidedBy.RULE, 0.9)
    return None


LONGEST = 900
"""Who reports a defect is brief; longer letters are about something else as well (characters)."""


def _names_a_defect(said: str) -> bool:
    """One sentence names a public thing and says what is wrong with it."""
    sentences = re.split(r"(?<=[^\d][.!?])\s+", _STREET.sub(" ", said).lower())
    return any(category_of(sentence) is not None and _BROKEN.search(sentence) for sentence in sentences)


def category_of(lowered: str) -> str | None:
    """The category whose words stand most often; None when none does."""
    counts = {code: sum(lowered.count(word) for word in words) for code, words in CATEGORIES.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] else None


def extract(material: Material, claim: Claim) -> DocumentReading:
    """Form fields where there are labels; else category by words, the place by its shape, the text as description."""
    part = material.piece.id
    origin = Origin.FORM if claim.decided_by is DecidedBy.FORM else None
    fields = read_pairs(pairs_in(material.text, part, origin=origin), ENTRIES)
    if "description" not in fields:
        fields = {**_free_text(material), **fields}
    _add_reporter(fields, material)
    return DocumentReading(
        part=part,
        kind=NAME,
        confidence=claim.strength,
        decided_by=claim.decided_by,
        fields=fields,
        unsure=list(claim.unsure),
    )


def _free_text(material: Material) -> dict[str, FieldReading]:
    text, part = material.text, material.piece.id
    fields: dict[str, FieldReading] = {}
    lines = [line for line in text.lines if not line.text.startswith(">")]
    without_streets = _STREET.sub(" ", f"{material.head.subject}\n{text.whole}")
    category = category_of(without_streets.lower())
    if category:
        fields["category"] = FieldReading(
            value=category, confidence=0.7, sources=[Source(origin=Origin.TEXT, where="words", part=part)]
        )
    place = _place(lines)
    if place is not None:
        fields["location"] = FieldReading(value=place.value, confidence=0.7, sources=[place.source(text, part)])
    said = _description(lines)
    if said:
        source = Source(origin=Origin.TEXT, where=f"line {said[0].number}", part=part)
        fields["description"] = FieldReading(
            value=" ".join(line.text for line in said), confidence=0.8, sources=[source]
        )
    day = next((hit for line in lines for hit in dates_in(line)), None)
    if day is not None:
        fields["observed_on"] = FieldReading(value=day.value, confidence=0.6, sources=[day.source(text, part)])
    return fields


_HOUSE = re.compile(
    r"(?<![.\d] )\b([A-ZÄÖÜ][a-zäöüß\-]{3,}\s+\d{1,3}(?:\s?[a-z]\b)?)(?![.:\d]|\s?(?:%|Uhr|cm|m\b|Meter))"
)
"""A capital word with a small number: a house, where no other sign of a street is."""
_PLACE_LABEL = re.compile(r"\b(?:Ort|Wo|Standort|Stelle|Adresse|Lage)\s*:\s*([^.\n;]{4,80})")


def _place(lines: list[Line]) -> Found | None:
    """What is called the place; else the first thing of a street's shape, with a number if there is one."""
    for line in lines:
        match = _PLACE_LABEL.search(line.text)
        if match:
            return Found(match[1].strip(), line, match.start(1), match.end(1))
    before = lines[: next((place for place, line in enumerate(lines) if _GREETING.match(line.text)), len(lines))]
    streets = [_with_town(line, match) for line in before for match in _STREET.finditer(line.text)]
    houses = [_with_town(line, match) for line in before for match in _HOUSE.finditer(line.text)]
    chosen = [hit for hit in streets if re.search(r"\d", hit.value)] or houses or streets
    return chosen[0] if chosen else None


def _with_town(line: Line, match: re.Match[str]) -> Found:
    """A street with the town named right after it."""
    town = re.match(r"(?:,|\s+in)\s+(?:\d{5}\s+)?[A-ZÄÖÜ][\wäöüß\-]+", line.text[match.end(1) :])
    end = match.end(1) + (town.end() if town else 0)
    return Found(" ".join(line.text[match.start(1) : end].split()), line, match.start(1), end)


_GREETING = re.compile(
    r"^(?:mit\s(?:freund|best|viel|herz)|viele|freundliche|beste|liebe grüße|herzliche|mfg|gruß|schöne grüße|danke)",
    re.I,
)
_SALUTATION = re.compile(r"^(?:sehr geehrte|guten (?:tag|morgen|abend)|hallo|moin|liebe|werte)", re.I)


def _description(lines: list[Line]) -> list[Line]:
    """What stands between salutation and greeting, as it was written."""
    kept: list[Line] = []
    for line in lines:
        if _GREETING.match(line.text):
            break
        if line.text and not _SALUTATION.match(line.text):
            kept.append(line)
    return kept[:20]


def _add_reporter(fields: dict[str, FieldReading], material: Material) -> None:
    """Who wrote the mail, as its head says; not proven, so of origin text."""
    head, part = material.head, material.piece.id
    for name, value in (("reporter_name", head.sender_name), ("reporter_email", head.sender)):
        if value and name not in fields:
            source = Source(origin=Origin.TEXT, where="From", part=part)
            fields[name] = FieldReading(value=value, confidence=0.8, sources=[source])
