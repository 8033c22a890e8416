"""What free sentences say of a dog: its name, breed, sex, colour, and how many there are. Proposals, never certain."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifiers.kinds.places.typed import Found
from classifiers.readers.texts import Line

_NAME = re.compile(
    r"(?:heißt|gerufen|hört auf(?: den Namen)?|namens|mit Namen|getauft auf"
    r"|Name(?: des Hundes)?\s*:|mitsamt|(?:unser(?:e[nmr]?)?|mein(?:e[nmr]?)?)"
    r"(?:\s+(?:Hund|Hündin|Rüde[n]?|Vierbeiner|Liebling|Hundedame))?)\s+[„\"‚]?([A-ZÄÖÜ][\wäöüß'’]{2,15})"
)
_MOVED_IN = re.compile(r"\bist\s+([A-ZÄÖÜ][\wäöüß'’]{2,15})\s+bei uns\b")
_NO_NAME = frozenset(
    [
        "Hund",
        "Hündin",
        "Rüde",
        "Rüden",
        "Hundes",
        "Vierbeiner",
        "Welpe",
        "Welpen",
        "Welpens",
        "Haus",
        "Haushalt",
        "Familie",
        "Nachbarin",
        "Nachbar",
        "Mann",
        "Frau",
        "Tochter",
        "Sohn",
        "Tier",
        "Konto",
        "Adresse",
        "Anschrift",
        "Marke",
        "Steuermarke",
        "Hundemarke",
        "Schreiben",
        "Mail",
        "Antrag",
        "Telefonat",
        "Gemeinde",
        "Wohnung",
        "Umzug",
        "Liebling",
        "Kinder",
        "Hundesteuer",
        "Rasse",
        "Hunde",
        "Besuch",
        "Anliegen",
    ]
)
_BREED = re.compile(
    r"((?:[A-ZÄÖÜ][a-zäöüß]+\s+){0,2}(?:[A-ZÄÖÜ]?[a-zäöüß]*(?:retriever|dackel|schäferhund"
    r"|terrier|pudel|collie|beagle|spaniel|husky|bulldogge|sennenhund|vizsla|weimaraner"
    r"|münsterländer|havaneser|malteser|chihuahua|dalmatiner|rottweiler|dobermann|pinscher"
    r"|schnauzer|setter|pointer|windhund|shepherd|spitz|dogge|boxer|mops|drahthaar|labrador"
    r"|labradoodle)"
    r"|Shih\s?Tzu|Mischling(?:\s*\([^)]{3,40}\))?)(?:\s+Terrier|\s+Retriever|\s+Spaniel)?)",
    re.I,
)
_COLOUR = re.compile(
    r"(?:Farbe|Fellfarbe)\s*:?\s+([a-zäöüß][\wäöüß-]+(?:\s(?:mit|und|meliert|gestromt|merle"
    r"|weißem|Brustfleck)[\wäöüß\s-]*)?)"
)
_COUNTS = (
    (
        "1",
        re.compile(
            r"einzige[rn]?\s+Hund|(?:keine weiteren|weitere)\s+Hunde(?:\s+haben wir nicht"
            r"|\s+gibt es nicht)?|erster Hund",
            re.I,
        ),
    ),
    ("2", re.compile(r"\bzwei\s+Hunde|zweite[rn]?\s+Hund", re.I)),
    ("3", re.compile(r"\bdrei\s+Hunde|dritte[rn]?\s+Hund", re.I)),
)


def describe_dog(lines: list[Line]) -> Iterator[tuple[str, Found, float]]:
    """Field name, place and confidence of what the sentences give away."""
    for line in lines:
        for pattern in (_NAME, _MOVED_IN):
            for match in pattern.finditer(line.text):
                if match[1] not in _NO_NAME:
                    yield "dog_name", Found(match[1], line, match.start(1), match.end(1)), 0.6
        breed = _BREED.search(line.text)
        if breed:
            value = re.sub(
                r"^(?:(?:der|die|das|ein|eine|einen|rasse|tier|zum)\s+)+", "", " ".join(breed[1].split()), flags=re.I
            )
            yield "breed", Found(value, line, breed.start(1), breed.end(1)), 0.6
        colour = _COLOUR.search(line.text)
        if colour:
            yield "colour", Found(colour[1].strip(" ,."), line, colour.start(1), colour.end(1)), 0.5
        for code, words in (("female", r"\bHündin\b|\bHundedame\b"), ("male", r"\bRüde\b|\bRüden\b")):
            hit = re.search(words, line.text)
            if hit:
                yield "sex", Found(code, line, hit.start(), hit.end()), 0.6
        for count, pattern in _COUNTS:
            hit = pattern.search(line.text)
            if hit:
                yield "dogs_in_household", Found(count, line, hit.start(), hit.end()), 0.5
