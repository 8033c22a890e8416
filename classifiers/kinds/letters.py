"""Free letters about a dog: what they are about, and the little they say for certain.

Everything here has one source of origin `text` or `ocr`, so nothing of it passes without a clerk; it is there so that
the clerk finds the fields filled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from casework.words.reading import DocumentReading, FieldReading
from classifiers.kinds import values
from classifiers.kinds.contract import Claim, Material
from classifiers.kinds.dog_words import describe_dog
from classifiers.kinds.places.typed import Found, dates_in, ibans
from classifiers.readers.texts import Line

_DOG = re.compile(
    r"\b(?:hund|hunde|hundes|hündin|rüde|rüden|welpe|welpen|vierbeiner|hundesteuer|hundemarke|hundehalter(?:in)?|(?:steuer|blech)?marke)\b"
)
_ENDING = re.compile(
    r"abmeld|abzumelden|abgemeldet|verstorben|gestorben|eingeschläfert|regenbogenbrücke"
    r"|nicht mehr (?:bei uns|im haushalt|da|am leben)"
    r"|keine hundesteuer mehr|steuerpflicht|verlassen|nicht mehr|verkauft|entlaufen|ausgebüxt|verschwunden"
    r"|abgegeben|kündig"
    r"|weggezogen|steuermarke (?:\S+ )?(?:zurück|liegt)|musste\w* wir uns von"
)
_BEGINNING = re.compile(
    r"anmeld|anzumelden|angemeldet|neuer hund|neuen hund|einen hund (?:bekommen|geholt|gekauft|aufgenommen|aus)|welpe"
    r"|hundehalter geworden|haben (?:jetzt|nun|seit \S+) einen hund|eingezogen|steuermarke (?:zu|beantragen)|zuwachs"
)


def speaks_of(material: Material, what: str) -> bool:
    """Is this letter about a dog's `registration` or `deregistration`? Subject and text must not say both."""
    subject = material.head.subject.lower() if material.is_body else ""
    lowered = f"{subject}\n{material.lowered}"
    if not _DOG.search(lowered) or len(lowered) > 6000 or material.head.bulk:
        return False
    begins, ends = _BEGINNING, _ENDING
    mine, other = (begins, ends) if what == "registration" else (ends, begins)
    if mine.search(subject) or other.search(subject):
        return bool(mine.search(subject)) and not other.search(subject)
    return bool(mine.search(lowered)) and not other.search(lowered)


def read_dog_letter(material: Material, claim: Claim, what: str) -> DocumentReading:
    """The fields a free letter gives away by their shape or by the words beside them."""
    fields: dict[str, FieldReading] = {}
    for name, found, confidence in [
        *_common(material),
        *_dates(material, what),
        *_marks(material, what),
        *describe_dog(_lines(material)),
    ]:
        source = found.source(material.text, material.piece.id)
        fields.setdefault(name, FieldReading(value=found.value, confidence=confidence, sources=[source]))
    return DocumentReading(
        part=material.piece.id,
        kind=claim.kind,
        confidence=claim.strength,
        decided_by=claim.decided_by,
        fields=fields,
        unsure=list(claim.unsure),
    )


Hit = tuple[str, Found, float]


def _lines(material: Material) -> list[Line]:
    """The letter without quoted earlier mail."""
    return [line for line in material.text.lines if not line.text.startswith(">")]


def _common(material: Material) -> Iterator[Hit]:
    lines = _lines(material)
    yield from _address(lines)
    yield from _person(lines)
    for line in lines:
        match = re.search(r"(?<!\d)((?:276|9\d\d)[\s.]?\d{3}[\s.]?\d{3}[\s.]?\d{3}[\s.]?\d{3})(?!\d)", line.text)
        if match:
            yield "chip_number", Found(values.digits(match[1]) or "", line, match.start(1), match.end(1)), 0.9
        found = values.mail(line.text)
        if found:
            start = line.text.lower().index(found)
            yield "email", Found(found, line, start, start + len(found)), 0.9
    if material.is_body and material.head.sender:
        yield "email", Found(material.head.sender, Line(material.head.sender, 0, 0), 0, len(material.head.sender)), 0.8
    for iban in ibans(material.text):
        yield "iban", iban, 0.9


def _address(lines: list[Line]) -> Iterator[Hit]:
    """A postcode with its town, and the street on the line before it or in front of it on the same line."""
    for place, line in enumerate(lines):
        match = re.search(
            r"(?<![\d\w-])(\d{5})\s+([A-ZÄÖÜ][\w.\-äöüß]+(?:[ \-](?:[A-ZÄÖÜa-z][\w.\-äöüß]+)){0,2})", line.text
        )
        if match is None or re.search(r"\b(?:amt|gemeindeverwaltung|rathaus)\b", line.text, re.I):
            continue
        town = re.split(r"\s+(?:und|mit|ist|sind|lebt|wohn)", match[2])[0]
        yield "postcode", Found(match[1], line, match.start(1), match.end(1)), 0.8
        yield "town", Found(town, line, match.start(2), match.start(2) + len(town)), 0.7
        yield "municipality", Found(town, line, match.start(2), match.start(2) + len(town)), 0.5
        before = line.text[: match.start()].strip(" ,")
        candidates = [(line, before)] if before else [(lines[place - 1], lines[place - 1].text)] if place else []
        for where, text in candidates:
            pieces = values.split_street(re.split(r"[,;:]\s+", text)[-1])
            if "house_number" in pieces:
                for name, value in pieces.items():
                    start = max(where.text.find(value), 0)
                    yield name, Found(value, where, start, start + len(value)), 0.8
        return


_GREETING = re.compile(
    r"(?:mit (?:freundlichen|besten|vielen|herzlichen)\s+grüßen|freundliche grüße|viele grüße"
    r"|beste grüße|herzliche grüße|schöne grüße"
    r"|mfg|hochachtungsvoll|liebe grüße|gruß|vielen dank)[\s,!.]*(?:aus \S+)?$",
    re.I,
)


def _person(lines: list[Line]) -> Iterator[Hit]:
    """The name under the greeting."""
    for place, line in enumerate(lines):
        if not _GREETING.search(line.text.strip()):
            continue
        for below in lines[place + 1 : place + 5]:
            pieces = (
                values.split_person(below.text.strip(" ,."))
                if below.text and not re.search(r"[\d@:]", below.text)
                else {}
            )
            if pieces:
                for name, value in pieces.items():
                    start = below.text.find(value)
                    yield name, Found(value, below, start, start + len(value)), 0.8
                return


def _dates(material: Material, what: str) -> Iterator[Hit]:
    """A date belongs to the words around it: born, since, on; anything else stays unassigned."""
    event = "acquired_on" if what == "registration" else "ended_on"
    for line in _lines(material):
        for found in dates_in(line):
            around = line.text[max(0, found.start - 45) : found.end + 30].lower()
            if re.match(r"\W*(?:geb\.?|geboren(?: am)?|\*)\s*:?\s*$", line.text[: found.start].lower()):
                yield "holder_birth_date", found, 0.7
            elif re.search(r"gebor|geburts|zur welt|wurf|geworfen", around):
                yield "dog_birth_date", found, 0.7
            elif re.search(r"zugezogen|zuzug", around):
                yield "moved_in_on", found, 0.7
            elif re.search(r"\b(?:seit|am|zum|ab|vom)\b", around):
                yield event, found, 0.6


def _marks(material: Material, what: str) -> Iterator[Hit]:
    """The tag's number, and why the dog is gone."""
    if what != "deregistration":
        return
    for line in _lines(material):
        match = re.search(
            r"(?:steuer|hunde)?marke\w*\s*:?\s*(?:mit der\s*)?(?:nr\.?|nummer)?\s*:?\s*(\d{2,7})\b", line.text, re.I
        )
        if match:
            yield "tag_number", Found(match[1], line, match.start(1), match.end(1)), 0.7
        reason = values.reason_for_leaving(line.text)
        if reason:
            yield "reason", Found(reason, line, 0, len(line.text)), 0.6
