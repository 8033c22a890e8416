"""What labels of an invoice are called (German, English, French), and the value beside or below a label."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from classifiers.kinds.places.typed import Found, dates_in
from classifiers.readers.texts import Line, Text, Word

NUMBER = re.compile(
    r"(?<!ihre )\b(?:rechnungs?(?:korrektur|s)?[\s\-]*(?:nummer|nr)\b|rechnung\s*(?:nr\b|no\b|#"
    r"|n[°º])|re[\s.\-]*(?:nr\b|nummer)|rg[\s.\-]*nr\b|beleg(?:s)?[\s\-]*(?:nummer|nr\b)"
    r"|gutschrifts?[\s\-]*(?:nummer|nr\b)|invoice\s*(?:number|no\b|nr\b|#|id)"
    r"|facture\s*(?:n[°ºo]|numéro)|n[°º]\s*(?:de\s*)?facture|numéro\s*de\s*facture"
    r"|avoir\s*n[°ºo]"
    r"|versicherungsschein[\s\-]*(?:nummer|nr\b)|(?:rechnung|invoice|facture|avoir|gutschrift"
    r"|rechnungskorrektur|quittung|beleg)(?=\s*:?\s+[A-Z]{0,6}[\-/]?\d))\.?\s*:?",
    re.I,
)
TITLE_NUMBER = re.compile(
    r"\b[a-zäöü]*(?:rechnung|korrektur|gutschrift|quittung|faktura)(?:\s+(?:des|der"
    r"|von)\s+\w+)?\s*(?:\([^)]{1,40}\)\s*){0,2},?\s*nr\.?\s*:?",
    re.I,
)
"""In a title: `Handelsrechnung (380) Nr. 4711 vom …`."""
DATE = re.compile(
    r"\b(?:rechnungs?[\s\-]*datum|invoice\s*date|date\s*(?:de\s*)?(?:la\s*)?facture"
    r"|beleg[\s\-]*datum|ausstellungsdatum|issued\s*(?:at|on)|issue\s*date|rechnung\s*vom"
    r"|date\s*d.émission)\b\.?\s*:?",
    re.I,
)
WEAK_DATE = re.compile(r"(?<![\w-])(?:datum|date|vom|den|le|du)\s*:?", re.I)
OTHER_DATE = re.compile(
    r"liefer|leistung|fällig|zahlbar|bestell|auftrag|delivery|due|livraison|échéance|geburt"
    r"|beginn|ablauf|zeitraum|valuta|bis\b|skonto|versicher|jahr|period",
    re.I,
)
DUE = re.compile(
    r"(?:fällig(?:keit)?(?:sdatum|\s*am|\s*bis|\s*zum)?|zahlbar\s*(?:bis|am"
    r"|spätestens)(?:\s*zum)?|zahlungsziel|zahlung\s*bis|bis\s*(?:spätestens\s*)?(?:zum\s*)?"
    r"|due\s*(?:date|on|by)?|until|date\s*d.échéance|échéance|spätestens\s*(?:bis\s*)?(?:zum"
    r"|am)?)\s*:?",
    re.I,
)
ORDER = re.compile(
    r"\b(?:bestell[\s\-]*(?:nummer|nr\b|referenz)|ihre?\s*(?:bestellung|auftrag)|your\s*order"
    r"|order\s*(?:number|no\b|reference)|auftrags?[\s\-]*(?:nummer|nr\b)|bestellung(?:\s*nr\b)?"
    r"|n[°º]\s*de\s*commande)\.?\s*:?",
    re.I,
)
LEITWEG = re.compile(r"\b(?:leitweg[\s\-]*id|käuferreferenz|buyer\s*reference|referenz\s*des\s*käufers)\.?\s*:?", re.I)
_LEITWEG_VALUE = re.compile(r"^\d{2,12}(?:-[A-Za-z0-9]{1,30})?-\d{2}$")

_VALUE = re.compile(r"(?<!\S)[A-Za-z0-9](?:[A-Za-z0-9._/\\\-]*[A-Za-z0-9])?(?=[\s,;:)]|\.?$|\.\s)")


def labelled_numbers(text: Text, label: re.Pattern[str]) -> Iterator[Found]:
    """Document numbers beside or below a label, the most certain first: with a digit, no date, no amount."""
    below: list[Found] = []
    for line in text.lines:
        for match in label.finditer(line.text):
            found = _number_in(line, match.end())
            if found is not None:
                yield found
            else:
                below += _below(text, line, match, lambda other: list(_numbers(other, 0)))
    yield from below


def _number_in(line: Line, start: int) -> Found | None:
    """The first number on the line after the label, unless another label comes between."""
    rest = line.text[start:]
    first = next(_numbers(line, start), None)
    if first is None:
        return None
    between = rest[: first.start - start]
    return first if len(re.findall(r"[A-Za-zÄÖÜäöü]{3,}", between)) <= 1 else None


def _numbers(line: Line, start: int) -> Iterator[Found]:
    taken = [(found.start, found.end) for found in dates_in(line)]
    for match in _VALUE.finditer(line.text, start):
        value = match.group().rstrip(".")
        is_date = any(begin <= match.start() < end for begin, end in taken)
        is_amount = re.fullmatch(r"\d{1,3}(?:\.\d{3})*,\d{2}", value)
        end = match.start() + len(value)
        if line.confidence(match.start(), end) < 1.0:
            # OCR tears numbers apart at their dashes
            torn = re.match(r"\s?[-/]\s?\d+", line.text[end:])
            end += torn.end() if torn else 0
            value = re.sub(r"\s", "", line.text[match.start() : end])
        if re.search(r"\d", value) and not is_date and not is_amount and 2 <= len(value) <= 35:
            yield Found(value, line, match.start(), end)


def labelled_dates(text: Text, label: re.Pattern[str], *, unless: re.Pattern[str] | None = None) -> Iterator[Found]:
    """Dates beside or below a label; not when `unless` stands between the label and the line's start or the date."""
    below: list[Found] = []
    for line in text.lines:
        hits = list(dates_in(line))
        for match in label.finditer(line.text):
            after = [hit for hit in hits if hit.start >= match.end() and hit.start - match.end() <= 25]
            near = line.text[max(0, match.start() - 20) : (after[0].start if after else match.end())]
            if unless is not None and unless.search(near):
                continue
            if after:
                yield after[0]
            elif not hits:
                below += _below(text, line, match, lambda other: list(dates_in(other)))
    yield from below


def leitweg_id(text: Text) -> Found | None:
    """A Leitweg-ID after its label."""
    for found in labelled_numbers(text, LEITWEG):
        if _LEITWEG_VALUE.match(found.value):
            return found
    return None


def _below(text: Text, line: Line, match: re.Match[str], find: Callable[[Line], list[Found]]) -> list[Found]:
    """What `find` finds on the next two lines in the label's column; without boxes, nothing."""
    box = line.box(match.start(), match.end())
    if box is None:
        return []
    found: list[Found] = []
    for other in text.lines[line.number : line.number + 3]:
        if other.page != line.page:
            break
        for hit in find(other):
            place = other.box(hit.start, hit.end)
            if place is not None and place.y0 - box.y1 < 30 and place.x0 < box.x1 + 5 and place.x1 > box.x0 - 5:
                found.append(hit)
        if found:
            break
    return found


def words_above(text: Text, line: Line, x0: float, x1: float) -> str:
    """The words of up to eight lines above whose column overlaps: the header of a column."""
    found: list[Word] = []
    for other in reversed(text.lines[max(0, line.number - 9) : line.number - 1]):
        if other.page != line.page:
            break
        hits = [word for word in other.words if word.x0 < x1 + 4 and word.x1 > x0 - 4]
        lettered = [word for word in hits if re.search(r"[A-Za-zÄÖÜäöü]{2,}", word.text)]
        if lettered:
            found = lettered
            break
    return " ".join(word.text for word in sorted(found, key=lambda word: word.x0))
