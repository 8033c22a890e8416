"""Filled forms: label and value pairs of form mail, AcroForm fields and printed labels, mapped to field names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from casework.words.reading import Box, Candidate, FieldReading, Origin, Source
from classifiers.kinds.contract import Material
from classifiers.kinds.values import Converter
from classifiers.readers.texts import Line, Text

_PAIR = re.compile(r"^(?P<label>[^:=\t]{2,60}?)\s*(?::|=|\t)\s*(?P<value>.*)$")
_HEADING = re.compile(r"^\W{0,4}\s*(?P<title>(?:angaben|daten|abschnitt|teil)\b[^:]{0,60}?)\W{0,4}:?$", re.I)
_RULE = re.compile(r"^[\s=\-_*#~.]{3,}$")


@dataclass(frozen=True)
class Pair:
    """A label with its value and place; `section` is the heading it stands under."""

    label: str
    value: str
    source: Source
    section: str = ""


@dataclass(frozen=True)
class Entry:
    """What a label may be called and how its value is read; `split` gives several fields at once."""

    names: tuple[str, ...]
    convert: Converter | None = None
    split: Callable[[str], dict[str, str]] | None = None
    section: str = ""
    """Counts only under a heading that contains this word; such entries go before the others."""


_FOLD = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@lru_cache(maxsize=4096)
def normal(label: str) -> str:
    """A label for comparing: lower case, umlauts written out, no punctuation, no notes in brackets."""
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", label)
    camel = re.sub(r"(?<=[a-zäöü])(?=[A-ZÄÖÜ])", " ", bare)
    spaced = re.sub(r"[_./\\\-*:,;|#\"'?!]+", " ", camel.lower().translate(_FOLD))
    return " ".join(spaced.split())


def pairs_in(text: Text, part: str, *, origin: Origin | None = None) -> list[Pair]:
    """`Label: value` lines in order, with the heading above them; a label's empty value may follow on the next line."""
    found: list[Pair] = []
    section = ""
    for line in text.lines:
        if _RULE.match(line.text):
            continue
        title = _title(line.text)
        if title:
            section = title
            continue
        match = _PAIR.match(line.text.lstrip("> *-•"))
        if match and not re.search(r"https?$", match["label"]):
            start = line.text.index(match["value"]) if match["value"] else 0
            found.append(
                Pair(normal(match["label"]), match["value"].strip(), _source(text, line, part, start, origin), section)
            )
    return found


def _title(text: str) -> str:
    match = _HEADING.match(text)
    return _framed(text) or (match["title"].strip().lower() if match else "")


def _framed(text: str) -> str:
    """`=== Angaben zum Hund ===` without its frame; by hand, for a pattern takes time that grows with the cube."""
    letters = [place for place, sign in enumerate(text) if sign.isalnum() or sign == "_"]
    if not letters or letters[0] < 2 or letters[-1] > len(text) - 3:
        return ""
    title = text[letters[0] : letters[-1] + 1]
    return title.lower() if 3 <= len(title) <= 60 and ":" not in title else ""


def _source(text: Text, line: Line, part: str, start: int, origin: Origin | None) -> Source:
    source = text.source(line, part, start)
    return source if origin is None else source.model_copy(update={"origin": origin})


def pairs_of_form(material: Material) -> list[Pair]:
    """AcroForm fields under their own names, and under the printed label beside them."""
    found: list[Pair] = []
    for name, (value, box) in material.form.items():
        source = Source(origin=Origin.FORM, where=f"form field {name}", box=box, part=material.piece.id)
        own = normal(name.rsplit(".", 1)[-1])
        found.append(Pair(own, value, source, _printed_section(material.text, box)))
        beside = _words_right(material.text, box) if value in {"yes", "no"} else ""
        printed = beside or _printed_label(material.text, box)
        if printed and printed != own:
            found.append(Pair(printed, value, source, _printed_section(material.text, box)))
    return found


def _printed_label(text: Text, box: Box | None) -> str:
    """The words left of a box on its line, else those just above it."""
    if box is None:
        return ""
    left = [(line.words, word) for line in text.lines if line.page == box.page for word in line.words
            if abs((word.y0 + word.y1) / 2 - (box.y0 + box.y1) / 2) < 7 and word.x1 <= box.x0 + 2]  # fmt: skip
    words = [word for _, word in left]
    run: list[str] = []
    edge = box.x0
    for word in sorted(words, key=lambda word: -word.x1):
        if edge - word.x1 > (90 if not run else 12):
            break
        run.append(word.text)
        edge = word.x0
    if run:
        return normal(" ".join(reversed(run)))
    above = [word for line in text.lines if line.page == box.page for word in line.words
             if -2 <= box.y0 - word.y1 < 14 and word.x0 >= box.x0 - 4 and word.x0 < box.x1]  # fmt: skip
    return normal(" ".join(word.text for word in sorted(above, key=lambda word: word.x0)))


def _words_right(text: Text, box: Box | None) -> str:
    """The label of a check box stands right of it."""
    if box is None:
        return ""
    words = sorted(
        (word for line in text.lines if line.page == box.page for word in line.words
         if abs((word.y0 + word.y1) / 2 - (box.y0 + box.y1) / 2) < 7 and word.x0 >= box.x1 - 2),
        key=lambda word: word.x0,
    )  # fmt: skip
    run: list[str] = []
    edge = box.x1
    for word in words:
        if word.x0 - edge > 14:
            break
        run.append(word.text)
        edge = word.x1
    return normal(" ".join(run))


def _printed_section(text: Text, box: Box | None) -> str:
    """The last heading above a box."""
    section = ""
    for line in text.lines:
        place = line.box()
        if box is None or place is None or (place.page, place.y0) > (box.page, box.y0):
            break
        section = _title(line.text) or section
    return section


def read_pairs(pairs: list[Pair], entries: Mapping[str, Entry]) -> dict[str, FieldReading]:
    """Field readings for every label that an entry knows. The same label twice with two values leaves candidates."""
    fields: dict[str, FieldReading] = {}
    for pair in pairs:
        for name, value in _values(pair, entries):
            reading = FieldReading(value=value, sources=[pair.source])
            known = fields.setdefault(name, reading)
            if known.value != value:
                known.candidates.append(Candidate(value=value, confidence=1.0, source=pair.source))
    return fields


def _values(pair: Pair, entries: Mapping[str, Entry]) -> Iterator[tuple[str, str]]:
    name = _entry_for(pair, entries)
    if name is None:
        return
    entry = entries[name]
    if entry.convert is not None:
        value = entry.convert(pair.value)
        if value is not None:
            yield name, value
    elif entry.split is not None:
        yield from entry.split(pair.value).items()


def _entry_for(pair: Pair, entries: Mapping[str, Entry]) -> str | None:
    """The field whose label this is: entries bound to the section go first, then exact names."""
    fitting = [name for name, entry in entries.items() if pair.label in map(normal, entry.names)]
    bound = [name for name in fitting if entries[name].section and entries[name].section in pair.section]
    free = [name for name in fitting if not entries[name].section]
    chosen = bound or free
    return chosen[0] if len(chosen) == 1 else None
