"""Text with places: words, lines and pages, the same shape for a PDF's text layer, OCR and a mail's text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from casework.words.reading import Box, Origin, Source


@dataclass(frozen=True)
class Word:
    """A word; coordinates in points from the page's top left, `confidence` 0 to 1."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    confidence: float = 1.0


@dataclass(frozen=True)
class Line:
    """A line of text. `page` counts from 1, 0 for texts without pages; `number` counts through the whole text."""

    text: str
    page: int
    number: int
    words: tuple[Word, ...] = ()

    def box(self, start: int = 0, end: int | None = None) -> Box | None:
        """The box around the words that cover the characters from `start` to `end`."""
        if not self.words:
            return None
        end = len(self.text) if end is None else end
        hit: list[Word] = []
        place = 0
        for word in self.words:
            if place < end and place + len(word.text) > start:
                hit.append(word)
            place += len(word.text) + 1
        chosen = hit or list(self.words)
        return Box(
            page=self.page,
            x0=round(min(word.x0 for word in chosen), 2),
            y0=round(min(word.y0 for word in chosen), 2),
            x1=round(max(word.x1 for word in chosen), 2),
            y1=round(max(word.y1 for word in chosen), 2),
        )

    def segments(self) -> list[tuple[int, int]]:
        """Stretches (start, end) of the line between gaps wider than two line heights: columns side by side."""
        if not self.words:
            return [(0, len(self.text))]
        found: list[tuple[int, int]] = []
        begin = place = 0
        for before, word in zip((None, *self.words), self.words, strict=False):
            if before is not None and word.x0 - before.x1 > 1.2 * max(word.y1 - word.y0, 1.0):
                found.append((begin, place - 1))
                begin = place
            place += len(word.text) + 1
        return [*found, (begin, len(self.text))]

    def confidence(self, start: int = 0, end: int | None = None) -> float:
        """The lowest confidence among the words that cover those characters."""
        end = len(self.text) if end is None else end
        lowest, place = 1.0, 0
        for word in self.words:
            if place < end and place + len(word.text) > start:
                lowest = min(lowest, word.confidence)
            place += len(word.text) + 1
        return lowest


@dataclass(frozen=True)
class PageText:
    """A page: size in points, its words, and where they come from (text layer or OCR)."""

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    origin: Origin


@dataclass
class Text:
    """The whole text of a part."""

    lines: list[Line] = field(default_factory=list)
    pages: list[PageText] = field(default_factory=list)
    origin: Origin = Origin.TEXT
    reason: str = ""
    """Why there is no text, as a reason code; empty when there is some."""
    left_out: bool = False
    """Are there pages that nobody read?"""

    @property
    def whole(self) -> str:
        return "\n".join(line.text for line in self.lines)

    def source(self, line: Line, part: str, start: int = 0, end: int | None = None) -> Source:
        """Where a stretch of a line stands."""
        where = f"page {line.page}" if line.page else f"line {line.number}" if line.number else "mail head"
        origin = self.pages[line.page - 1].origin if 0 < line.page <= len(self.pages) else self.origin
        return Source(origin=origin, where=where, box=line.box(start, end), part=part)


def text_from_plain(plain: str, *, origin: Origin = Origin.TEXT) -> Text:
    """A text without pages, line by line."""
    lines = [
        Line(re.sub(r" ?\t[\t ]*", "\t", re.sub(r"[ \xa0]+", " ", line)).strip(), 0, number)
        for number, line in enumerate(plain.splitlines(), 1)
    ]
    return Text(lines=lines, origin=origin, reason="" if plain.strip() else "no_text")


def text_from_pages(pages: list[PageText]) -> Text:
    """Lines are words whose middles stand on one height, read from left to right."""
    lines: list[Line] = []
    for page in pages:
        for words in group_lines(page.words):
            lines.append(Line(" ".join(word.text for word in words), page.number, len(lines) + 1, tuple(words)))
    origin = pages[0].origin if pages else Origin.TEXT
    return Text(lines=lines, pages=pages, origin=origin, reason="" if lines else "no_text")


def group_lines(words: tuple[Word, ...]) -> list[list[Word]]:
    """Words grouped to lines from top to bottom, tolerant of slight skew."""
    groups: list[list[Word]] = []
    for word in sorted(words, key=lambda word: ((word.y0 + word.y1) / 2, word.x0)):
        middle = (word.y0 + word.y1) / 2
        for group in reversed(groups[-4:]):
            last = max(group, key=lambda other: other.x1)
            height = min(word.y1 - word.y0, last.y1 - last.y0) or 1.0
            if abs(middle - (last.y0 + last.y1) / 2) <= height * 0.45:
                group.append(word)
                break
        else:
            groups.append([word])
    for group in groups:
        group.sort(key=lambda word: word.x0)
    return groups
