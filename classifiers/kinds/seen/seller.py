"""Who wrote a letter, as far as the page says it: a name with a legal form, seen more than once, not the addressee."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from classifiers.kinds.places.typed import Found
from classifiers.readers.texts import Line, Text

_FORM = (
    r"(?:G?mbH(?:\s*&\s*Co\.?\s*(?:KG(?:aA)?|OHG)?)?|AG|SE|KGaA|KG|OHG|GbR"
    r"|UG(?:\s*\(haftungsbeschränkt\))?|e\.\s?K(?:fr|fm)?\.?|eG|e\.\s?V\.|a\.\s?G\."
    r"|PartG(?:\s*mbB)?|Ltd\.?|Inc\.?|LLC|S\.?A\.?R\.?L\.?|SAS|B\.?V\.?|AöR"
    r"|Inh\.\s+[A-ZÄÖÜ]\S+(?:\s+[A-ZÄÖÜ]\S+)?)"
)
_LEGAL = re.compile(rf"(?<=[\s.]){_FORM}(?![\w])", re.I)
_BREAK = re.compile(r"[·•|●:;(\[\"„“\d]|\s[–—-]\s|,\s")
_CUT = re.compile(
    r"^(?:firma|an|herrn?|frau|kontoinhaber(?:in)?|empfänger(?:in)?|account holder|bank|absender"
    r"|name|bankverbindung|inhaber|verkäufer|lieferant)\s*:?\s+",
    re.I,
)
_OTHER = re.compile(
    r"\b(?:sparkasse|volksbank|bank|raiffeisen|amtsgericht|registergericht|finanzamt|dhl|dpd|ups"
    r"|rechnung|umsatzsteuer)\b",
    re.I,
)
_ROLE = re.compile(
    r"^(?:verkäufer|lieferant|rechnungse?r?steller(?:in)?|leistungserbringer(?:in)?|seller"
    r"|vendor|fournisseur)\b\s*:?\s*(?P<rest>.*)$",
    re.I,
)
_NAME_LABEL = re.compile(r"^(?:name|firma|company|nom)\s*:\s*(?P<name>.+)$", re.I)


def find_seller(text: Text) -> Found | None:
    """Whom the page calls the seller; else the name with a legal form that stands most often; else None."""
    return _by_role(text) or _by_legal_form(text) or _sender_line(text)


def _by_role(text: Text) -> Found | None:
    """Under a heading like `Verkäufer`: the line labelled `Name`."""
    for place, line in enumerate(text.lines[:60]):
        if _ROLE.match(line.text) is None:
            continue
        following = text.lines[place + 1 : place + 7]
        if following and len(line.text.split()) == 1:
            begin, end = following[0].segments()[0]
            if re.match(r"^[A-ZÄÖÜ][^\d:]{3,60}$", following[0].text[begin:end]) and ":" not in following[0].text:
                return Found(following[0].text[begin:end], following[0], begin, end)
        for below in following:
            match = _NAME_LABEL.match(below.text)
            if match:
                return Found(match["name"].strip(), below, match.start("name"), match.end("name"))
    return None


def _by_legal_form(text: Text) -> Found | None:
    seen: dict[str, Found] = {}
    counts: Counter[str] = Counter()
    for line in text.lines:
        for found in _names_in(line):
            key = re.sub(r"\W", "", found.value).lower()
            counts[key] += 1
            seen.setdefault(key, found)
    if not seen:
        return None
    order = {key: place for place, key in enumerate(seen)}
    return seen[max(seen, key=lambda key: (counts[key] + _weight(text, seen[key]), -order[key]))]


def _names_in(line: Line) -> Iterator[Found]:
    """The words before a legal form, back to the last separator, column gap or digit; at most eight."""
    for begin, end in line.segments():
        piece = line.text[begin:end]
        for match in _LEGAL.finditer(piece):
            before = piece[: match.start()]
            breaks = [hit.end() for hit in _BREAK.finditer(before)]
            words = before[max(breaks, default=0) :].split()[-8:]
            name = _CUT.sub("", " ".join([*words, match.group()])).strip(" ,-–")
            if len(name.split()) < 2 or _OTHER.search(name) or not name[0].isalnum():
                continue
            start = line.text.find(name, begin)
            yield Found(name, line, max(start, begin), begin + match.end())


def _weight(text: Text, found: Found) -> float:
    """The sender's own line (name · street · postcode town), the head and the foot of the page speak for a name."""
    line = found.line
    small = bool(re.search(r"[·•|,–-].*\b\d{5}\b", line.text[found.end :]))
    box = line.box(found.start, found.end)
    page = text.pages[line.page - 1] if 0 < line.page <= len(text.pages) else None
    if box is None or page is None:
        return 1.0 if small else 0.0
    height = box.y0 / max(page.height, 1)
    in_window = 0.15 < height < 0.32 and box.x0 < page.width * 0.45 and not small
    return (2.0 if small else 0.0) + (0.8 if height < 0.15 or height > 0.85 else 0.0) - (1.0 if in_window else 0.0)


def _sender_line(text: Text) -> Found | None:
    """`Name · Straße 1 · 12345 Ort` in the upper third: the name before the first separator."""
    for line in text.lines[:25]:
        match = re.match(r"^([^·•|,\d]{4,60}?)\s*[·•|,–]\s*[^·•|]+?\d+\s*\w?\s*[·•|,–]\s*(?:D-)?\d{5}\b", line.text)
        if match:
            return Found(match[1].strip(), line, match.start(1), match.end(1))
    return _first_words(text.lines)


def _first_words(lines: list[Line]) -> Found | None:
    first = next(
        (
            line
            for line in lines[:4]
            if re.match(r"^[A-ZÄÖÜ][A-Za-zÄÖÜäöüß .&\-]{4,50}$", line.text)
            and not re.search(r"rechnung|seite|datum|invoice|facture", line.text, re.I)
        ),
        None,
    )
    return Found(first.text, first, 0, len(first.text)) if first is not None else None
