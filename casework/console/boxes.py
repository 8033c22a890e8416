"""The place of a value on a page: where a source says, else where its words stand together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from casework.configuration.processes import FieldSettings
from casework.console.formats import shown_date, shown_money
from casework.record.models import Page
from casework.record.store import Store

SEARCHED_PAGES = 12
LONGEST_VALUE = 12
"""Words; a longer value is no single place on a page."""


@dataclass(frozen=True)
class Place:
    """A rectangle in points on a page of a part; `page` is the key of its image."""

    page: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class PageWords:
    """A page and its words with their boxes."""

    page: Page
    words: tuple[tuple[str, dict[str, Any]], ...]


def words_of(office: str, pages: Iterable[Page]) -> list[PageWords]:
    """The words of the first pages of a message."""
    store = Store(office)
    found = []
    for page in list(pages)[:SEARCHED_PAGES]:
        rows = json.loads(store.get(page.words)) if page.words else []
        found.append(PageWords(page, tuple((_plain(row["text"]), row["box"]) for row in rows)))
    return found


def places_of_sources(sources: Iterable[dict[str, Any]], pages: Sequence[Page]) -> list[Place]:
    """Where the sources say that a value was read."""
    by_number = {(page.part, page.number): page.pk for page in pages}
    only_part = {page.part for page in pages}
    found = []
    for source in sources:
        box, part = source.get("box"), source.get("part")
        if not box:
            continue
        part = part or (next(iter(only_part)) if len(only_part) == 1 else "")
        key = by_number.get((part, box["page"]))
        if key is not None:
            found.append(_place(key, [box]))
    return found


def places_of_value(value: str, settings: FieldSettings | None, pages: Sequence[PageWords]) -> list[Place]:
    """The first place where the words of a value stand one after the other, in one of the ways people write it."""
    for spelling in _spellings(value, settings):
        wanted = [_plain(token) for token in spelling.split()]
        if not wanted or len(wanted) > LONGEST_VALUE or len("".join(wanted)) < 2:
            continue
        for page in pages:
            found = _sequence(wanted, page.words)
            if found:
                return [_place(page.page.pk, found)]
    return []


def _spellings(value: str, settings: FieldSettings | None) -> list[str]:
    """Canonical, German, and an IBAN in groups."""
    spellings = [value, shown_date(value), shown_money(value)]
    if settings is not None and settings.type == "iban":
        spellings.append(" ".join(value[start : start + 4] for start in range(0, len(value), 4)))
    return list(dict.fromkeys(spellings))


def _sequence(wanted: list[str], words: tuple[tuple[str, dict[str, Any]], ...]) -> list[dict[str, Any]]:
    last = len(words) - len(wanted)
    for start in range(last + 1):
        if all(words[start + step][0] == token for step, token in enumerate(wanted)):
            return [words[start + step][1] for step in range(len(wanted))]
    return []


def _place(page: int, boxes: list[dict[str, Any]]) -> Place:
    x0, y0 = min(box["x0"] for box in boxes), min(box["y0"] for box in boxes)
    x1, y1 = max(box["x1"] for box in boxes), max(box["y1"] for box in boxes)
    return Place(page, round(x0 - 2, 1), round(y0 - 2, 1), round(x1 - x0 + 4, 1), round(y1 - y0 + 4, 1))


def _plain(token: str) -> str:
    return re.sub(r"^[(\[„\"']+|[)\].,;:“\"'€]+$", "", token.strip()).casefold()
