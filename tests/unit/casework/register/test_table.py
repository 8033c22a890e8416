from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from casework.console import savings_table
from casework.register.savings import SavingsRow
from casework.register.table import csv_text, save_workbook

ROW = SavingsRow("amt-a", "invoice", date(2026, 11, 1), cases=6, gross=6120, clerk=99, known=(("table", 6),))


def test_no_cell_is_run_as_a_formula(tmp_path: Path) -> None:
    rows = [["=1+1", "-2", -2, "a;b"]]
    assert csv_text(rows) == "'=1+1;'-2;-2;\"a;b\"\r\n"
    save_workbook(rows, tmp_path / "new" / "table.xlsx")
    (row,) = load_workbook(tmp_path / "new" / "table.xlsx").active.values
    assert row == ("'=1+1", "'-2", -2, "a;b")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_sign_that_begins_a_formula_begins_a_cell(sign: str, tmp_path: Path) -> None:
    hostile = f"{sign}cmd|' /C calc'!A0"
    save_workbook([[hostile]], tmp_path / "t.xlsx")
    book = load_workbook(tmp_path / "t.xlsx")
    (row,) = csv.reader(io.StringIO(csv_text([[hostile]]), newline=""), delimiter=";")

    assert row == [f"'{hostile}"]
    assert book.active["A1"].data_type == "s" and str(book.active["A1"].value).startswith("'")


def test_the_table_names_offices_and_processes_and_counts_minutes_to_a_tenth(house: None) -> None:
    cells = savings_table.cells(ROW)
    assert len(cells) == len(savings_table.heads())
    assert cells[2:] == ["2026-11", 6, 102.0, 1.6, 0.0, 100.3, "Tabellenwert: 6"]
    assert "amt-a" not in cells and "invoice" not in cells


def test_the_sheet_has_the_sums_of_the_books_to_the_second(house: None) -> None:
    heads, cells = savings_table.sheet([ROW])
    assert heads[-4:] == ["Brutto (Sekunden)", "Prüfzeit (Sekunden)", "Störungen (Sekunden)", "Netto (Sekunden)"]
    assert cells[-4:] == [6120, 99, 0, 6021]
    assert len(heads) == len(cells)
