"""Does a person see what the file says? Values of a text layer or a form against the picture of their place."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from difflib import SequenceMatcher
from functools import partial

from PIL import Image

from casework.words.reading import Box, FieldReading, Finding, Origin, Severity
from classifiers.kinds.contract import Material
from classifiers.kinds.einvoice.model import as_decimal
from classifiers.kinds.places.typed import amounts, dates_in
from classifiers.readers.texts import Line, text_from_plain
from classifiers.readers.visible import OcrMissing, pictures_of, recognise

RULE = "AB-NOT-VISIBLE"
READ_AGAIN = ("number", "gross", "date", "iban")
"""Fields of an invoice whose picture has to be read again, and alike, before the page may confirm them."""
MOST_BOXES = 60
_LEAST_LIKENESS = 0.7
_FEW_SIGNS = 2
_ALIKE = str.maketrans("OQDILZSBG|!", "00011258611")
"""Signs that OCR takes for one another; a difference in them is none."""


def check_page_visible(
    fields: dict[str, FieldReading], material: Material, part: str, *, may_pass: bool
) -> list[Finding]:
    """Takes back every `text` source whose place on the page shows nothing, or, for the fields that count, something
    else; one finding per field. OCR only where the invoice `may_pass` alone otherwise.
    """
    places = [
        (name, place, source.box)
        for name, field in fields.items()
        for place, source in enumerate(field.sources)
        if source.part == part and source.origin is Origin.TEXT and source.box is not None
    ]
    pictures = pictures_of(material.piece.data, [box for _, _, box in places])
    counts = [may_pass and name in READ_AGAIN for name, _, _ in places]
    agreed = _agree(
        [picture if count else None for picture, count in zip(pictures, counts, strict=True)],
        [partial(_SAME[name], fields[name].value or "") if name in _SAME else _never for name, _, _ in places],
    )
    findings: list[Finding] = []
    for (name, place, _), picture, count, same in zip(places, pictures, counts, agreed, strict=True):
        if picture is None or (count and not same):
            del fields[name].sources[place]
            findings.append(_finding(name))
    return findings


def check_form_visible(fields: dict[str, FieldReading], material: Material) -> list[Finding]:
    """One finding for every field whose form value is drawn as something else, or not at all."""
    texts = [(value, box) for value, box in material.form.values() if box is not None and value not in {"yes", "no"}]
    shown = [(value, box) for value, box in texts if any(_stands_in(field, box) for field in fields.values())]
    shown = shown[:MOST_BOXES]
    pictures = pictures_of(material.piece.data, [box for _, box in shown])
    agreed = _agree(pictures, [partial(is_alike, value) for value, _ in shown])
    hidden = [box for (_, box), same in zip(shown, agreed, strict=True) if not same]
    return [_finding(name) for name, field in fields.items() if any(_stands_in(field, box) for box in hidden)]


def _stands_in(field: FieldReading, box: Box) -> bool:
    return any(source.box == box for source in field.sources)


def _agree(pictures: list[Image.Image | None], same: list[Callable[[str], bool]]) -> list[bool]:
    """Does OCR read in each picture what it should? What it reads otherwise gets a second, larger look."""
    agreed = [False] * len(pictures)
    for larger in (False, True):
        left = [None if done else picture for picture, done in zip(pictures, agreed, strict=True)]
        if not any(left):
            break
        try:
            words = recognise(left, larger=larger)
        except OcrMissing:
            break  # what cannot be read again is not confirmed
        agreed = [
            done or (picture is not None and is_same(each))
            for done, picture, is_same, each in zip(agreed, left, same, words, strict=True)
        ]
    return agreed


def _never(words: str) -> bool:
    return False


def is_alike(value: str, words: str) -> bool:
    """Does OCR's reading mean the same text? Figures have to be the same, letters nearly.

    A sign or two standing alone OCR often does not see: there the ink has to do, unless it reads something else.
    """
    ours, theirs = _folded(value), _folded(words)
    if len(ours) <= _FEW_SIGNS and not theirs:
        return True
    if re.sub(r"\D", "", value) and re.sub(r"\D", "", ours) not in re.sub(r"\D", "", theirs):
        return False
    return ours in theirs or SequenceMatcher(None, ours, theirs, autojunk=False).ratio() >= _LEAST_LIKENESS


def _folded(text: str) -> str:
    return re.sub(r"[^A-Z0-9ÄÖÜẞ]", "", text.upper().replace("|", "I").replace("!", "I")).translate(_ALIKE)


def _same_code(value: str, words: str) -> bool:
    return bool(value) and _folded(value) in _folded(words)


def _same_amount(value: str, words: str) -> bool:
    number = as_decimal(value)
    seen = amounts(text_from_plain(words))
    if number is not None and any(abs(Decimal(found.value)) == abs(number) for found in seen):
        return True
    return number is not None and re.sub(r"\D", "", f"{abs(number):.2f}") == re.sub(r"\D", "", words)


def _same_date(value: str, words: str) -> bool:
    """The same day, whichever way round the page writes it; OCR may lose a point, so figures alone count too."""
    if any(found.value == value for found in dates_in(Line(words, 0, 1))):
        return True
    if value.count("-") != 2:
        return False
    year, month, day = value.split("-")
    figures = re.sub(r"\D", "", words.upper().translate(_ALIKE))
    return figures in {f"{day}{month}{year}", f"{year}{month}{day}", f"{month}{day}{year}", f"{day}{month}{year[2:]}"}


_SAME: dict[str, Callable[[str, str], bool]] = {
    "number": _same_code,
    "iban": _same_code,
    "gross": _same_amount,
    "date": _same_date,
}


def _finding(name: str) -> Finding:
    message = "Diese Angabe steht in der Datei; auf der Seite ist an ihrer Stelle etwas anderes oder nichts zu sehen."
    return Finding(rule=RULE, severity=Severity.ERROR, message=message, field=name)
