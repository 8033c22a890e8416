"""`find`: look something up in the system's own search mask, read-only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bots.browser.windows import look
from bots.catalogue.screen import Screen
from bots.catalogue.steps import StepRunner
from bots.catalogue.tables import Rows
from bots.catalogue.templates import filled, values_of
from bots.catalogue.values import from_mask
from casework.configuration.masks import Mask
from casework.configuration.systems import BrowserOperation, Search
from casework.words.errors import NeedsReview
from casework.words.work import Receipt, Work

_MOST_PAGES = 50
_MARKER = re.compile(r"(?<![\w-])AB-[A-Z0-9][A-Z0-9-]*(?![\w-])", re.IGNORECASE)


def find(screen: Screen, operation: BrowserOperation, work: Work) -> Receipt | None:
    """What the system holds for this work: by each way of searching the catalogue gives, in its order.

    Raises `NeedsReview('field_missing')` when the work has nothing by which any search could be made.
    """
    searched = False
    for search in operation.find:
        for values in _keys(search, work):
            if not _can_search(search, values):
                continue
            searched = True
            receipt = _Search(screen, search, work, values).receipt()
            if receipt is not None:
                return receipt
    if not searched:
        raise NeedsReview("field_missing", "the case has nothing to look the posting up by: add the fields it needs")
    return None


def _keys(search: Search, work: Work) -> Iterator[Mapping[str, str]]:
    values = values_of(work)
    if search.by == "business_key":
        yield from ({**values, "key": key} for key in (work.business_key, *work.former_keys))
    elif search.by == "fields" or work.marker:
        yield values


def _can_search(search: Search, values: Mapping[str, str]) -> bool:
    """Whether the work has what the mask is asked for and, apart from the marker, something to tell rows apart by."""
    typed = [template for outer in search.steps for step in outer.walk() for template in step.fill.values()]
    try:
        asked = [filled(template, values) for template in typed if "{" in template]
        compared = [filled(template, values) for template in search.match.values() if "{" in template]
    except NeedsReview:
        return False
    return any(asked) and (search.by == "marker" or any(compared))


class _Search:
    """One search and its result rows."""

    def __init__(self, screen: Screen, search: Search, work: Work, values: Mapping[str, str]) -> None:
        self._screen = screen
        self._search = search
        self._work = work
        self._values = values
        self._runner = StepRunner(screen, work)
        self._rows = Rows(screen, screen.mask(search.mask), search.table)

    def receipt(self) -> Receipt | None:
        """The row that is ours, else the first that is the same matter, else None."""
        self._runner.run(self._search.steps, values=self._values)
        best: Receipt | None = None
        for _ in range(_MOST_PAGES):
            for index, row in enumerate(self._rows.read()):
                receipt = self._as_receipt(index, row) if self._fits(row) else None
                if receipt is not None and receipt.ours:
                    return receipt
                best = best or receipt
            if not self._rows.turn_page():
                break
        return None if self._search.by == "marker" else best

    def _fits(self, known: Mapping[str, str]) -> bool:
        """Whether everything that is known by now agrees; a search for the marker counts only rows that carry it."""
        marked = known.get(self._search.marker_in)
        if self._search.by == "marker" and marked is not None and not _carries(marked, self._work.marker):
            return False
        return self._rows.agree(known, self._search.match, self._values)

    def _as_receipt(self, index: int, row: dict[str, str]) -> Receipt | None:
        known = {**row, **self._read_detail(index)} if self._search.detail is not None else row
        if not self._fits(known):
            return None
        marked = known.get(self._search.marker_in, "")
        found = _MARKER.search(marked)
        ours = _carries(marked, self._work.marker)
        return Receipt(
            number=known[self._search.receipt],
            marker=self._work.marker if ours else (found.group(0) if found else None),
            business_key=self._work.business_key,
            values=known,
            ours=ours,
        )

    def _read_detail(self, index: int) -> dict[str, str]:
        """Follow the row's link, read what stands beside the labels, and search again to come back."""
        detail = self._search.detail
        assert detail is not None
        self._rows.follow(index)
        self._runner.open(detail.mask, by_its_steps=False)
        self._runner.run(detail.steps, values=self._values)
        mask = self._runner.mask
        assert mask is not None
        values = {name: self._value_of(mask, field) for name, field in detail.read.items()}
        self._runner.run(self._search.steps, values=self._values)
        return values

    def _value_of(self, mask: Mask, name: str) -> str:
        field = mask.fields[name]
        for frame in self._screen.frames(mask, field):
            text = look(frame, "names => window.__amtsbote.readOnly(names)", list(field.label))
            if text is not None:
                return from_mask(text, field.format)
        raise NeedsReview("mask_changed", f"“{mask.title}” does not show {field.label[:1]}")


def _carries(text: str, marker: str | None) -> bool:
    """Whether the marker stands in the text as a word of its own."""
    return bool(marker) and re.search(rf"(?<![\w-]){re.escape(marker or '')}(?![\w-])", text) is not None
