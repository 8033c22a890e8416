"""'Belege suchen': the captured documents by text, creditor, invoice number or booking text, page by page."""

from __future__ import annotations

from typing import Any

from demo.targets.store import Store

PAGE_ROWS = 10
FIELDS = {
    "freitext": "Freitext",
    "kreditor": "Kreditor",
    "renr": "Rechnungsnummer",
    "butext": "Buchungstext",
    "belnr": "Belegnummer",
}
_COLUMNS = {"kreditor": "kreditor", "renr": "rechnungsnummer", "butext": "buchungstext", "belnr": "belegnummer"}


def find_documents(store: Store, wanted: dict[str, str], *, offices: list[str]) -> list[dict[str, Any]]:
    """Documents that contain every wanted text (case and umlauts folded), newest first; only of `offices` if any."""
    rows = store.rows("SELECT * FROM belege ORDER BY id DESC")
    return [row for row in rows if (not offices or row["mandant"] in offices) and _fits(row, wanted)]


def cut_page(rows: list[dict[str, Any]], number: int) -> tuple[list[dict[str, Any]], int, int]:
    """The rows of page `number` (from 1), the number taken, and how many pages there are."""
    pages = max(1, -(-len(rows) // PAGE_ROWS))
    number = min(max(1, number), pages)
    return rows[(number - 1) * PAGE_ROWS : number * PAGE_ROWS], number, pages


def _fits(row: dict[str, Any], wanted: dict[str, str]) -> bool:
    free = wanted.get("freitext", "").strip().casefold()
    if free and not any(free in str(row[column]).casefold() for column in _COLUMNS.values()):
        return False
    return all(
        wanted.get(name, "").strip().casefold() in str(row[column]).casefold() for name, column in _COLUMNS.items()
    )
