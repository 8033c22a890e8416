"""Tables of a mask: read their rows by headings, follow a row's link, turn the page."""

from __future__ import annotations

from collections.abc import Mapping

from bots.browser.locate import candidates
from bots.browser.signs import Glance
from bots.browser.windows import look
from bots.catalogue.screen import Screen
from bots.catalogue.templates import filled
from bots.catalogue.values import from_mask, same
from casework.configuration.masks import Mask
from casework.words.errors import NeedsReview


class Rows:
    """The rows that a table of a mask shows now."""

    def __init__(self, screen: Screen, mask: Mask, table: str) -> None:
        self._screen = screen
        self._mask = mask
        self._table = mask.tables[table]
        self._headings = list(self._table.columns.values())

    def read(self) -> list[dict[str, str]]:
        """The rows, canonical, by the catalogue's names of the columns; waits for the table or the sign of none."""
        cells: list[list[str]] = []

        def table_or_empty() -> bool:
            nonlocal cells
            for frame in self._screen.frames(self._mask):
                found = look(frame, "columns => window.__amtsbote.table(columns)", self._headings)
                cells = found or []
                if found is not None:
                    return True
            sign = self._table.empty
            return sign is not None and Glance(self._screen.windows).sees(sign) is not None

        self._screen.wait_for(f"the result in “{self._mask.title}”", table_or_empty)
        return [
            {
                name: from_mask(text, self._table.formats.get(name, "text"))
                for name, text in zip(self._table.columns, row, strict=True)
            }
            for row in cells
        ]

    def agree(self, row: Mapping[str, str], match: Mapping[str, str], values: Mapping[str, str]) -> bool:
        """Whether what the row knows agrees with the templates; a template without value asks for nothing."""
        for name, template in match.items():
            wanted = filled(template, values)
            if wanted is None or name not in row:
                continue
            if not same(wanted, row[name], self._table.formats.get(name, "text")):
                return False
        return True

    def the_one(self, match: Mapping[str, str], values: Mapping[str, str]) -> int:
        """The index of the only row that agrees. Raises `NeedsReview('rejected')` for none or several."""
        fitting = [index for index, row in enumerate(self.read()) if self.agree(row, match, values)]
        if len(fitting) != 1:
            found = "no entry fits" if not fitting else f"{len(fitting)} entries fit"
            raise NeedsReview("rejected", f"{found} in “{self._mask.title}”: look it up in {self._screen.system.title}")
        return fitting[0]

    def follow(self, index: int) -> None:
        """Use the link of a row."""
        heading = self._table.columns[self._table.link] if self._table.link else self._headings[0]
        for frame in self._screen.frames(self._mask):
            arguments = [self._headings, index, heading]
            cell = frame.evaluate_handle("([a, b, c]) => window.__amtsbote.cell(a, b, c)", arguments).as_element()
            target = cell.query_selector("a, button, input") if cell is not None else None
            if target is not None:
                target.click(no_wait_after=True)
                return
        raise NeedsReview("mask_changed", f"the rows of “{self._mask.title}” have no link under {heading!r}")

    def turn_page(self) -> bool:
        """Go to the next page of rows; False when there is none."""
        element = self._table.next
        if element is None:
            return False
        handles = [handle for frame in self._screen.frames(self._mask) for handle in candidates(frame, element)]
        usable = [handle for handle in handles if handle.is_visible() and handle.is_enabled()]
        if not usable:
            return False
        again = element if element.reloads else element.model_copy(update={"reloads": True})
        self._screen.use(self._mask, again, lambda: usable[0].click(no_wait_after=True), what="the next page of rows")
        return True
