"""Tables that leave the house: CSV as German spreadsheets open it, and workbooks; no cell is ever run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A text that begins with one of these would be run by a spreadsheet."""

Rows = Iterable[Sequence[object]]


def csv_text(rows: Rows) -> str:
    """The rows with semicolons between the cells."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(_harmless(rows))
    return text.getvalue()


def save_workbook(rows: Rows, path: Path) -> None:
    """The rows as an XLSX file of one sheet."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in _harmless(rows):
        sheet.append(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def _harmless(rows: Rows) -> Iterable[list[object]]:
    for row in rows:
        yield [f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS) else cell for cell in row]
