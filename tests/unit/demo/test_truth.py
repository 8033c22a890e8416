"""Counting in the target systems' own databases, past our code."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from demo import truth
from demo.haushaltskasse.store import open_store as open_finance
from demo.hundeverzeichnis.store import open_store as open_register

MARKERS = ("AB-0123456789AB", "AB-BA9876543210")


def _world(folder: Path) -> tuple[Path, Path]:
    targets, drops = folder / "targets", folder / "ablage"
    for name, opener in (("haushaltskasse", open_finance), ("hundeverzeichnis", open_register)):
        (targets / name).mkdir(parents=True)
        opener(targets / name / f"{name}.sqlite3")
    (drops / "amt-moorwiek").mkdir(parents=True)
    return targets, drops


def _capture(targets: Path, number: str, text: str) -> None:
    with closing(sqlite3.connect(targets / "haushaltskasse" / "haushaltskasse.sqlite3")) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(belege)") if row[1] != "id"]
        known = connection.execute("SELECT count(*) FROM belege").fetchone()[0]
        given = {"rechnungsnummer": number, "buchungstext": text, "belegnummer": f"2026-{known}", "kreditor": "Firma"}
        values = [given.get(column, "0") for column in columns]
        marks = ", ".join("?" * len(columns))
        connection.execute(f"INSERT INTO belege ({', '.join(columns)}) VALUES ({marks})", values)
        connection.commit()


def test_nothing_stands_in_a_fresh_world(tmp_path: Path) -> None:
    assert truth.look(*_world(tmp_path)) == {}


def test_rows_and_markers_are_counted(tmp_path: Path) -> None:
    targets, drops = _world(tmp_path)
    _capture(targets, "R-1", f"Rechnung R-1 {MARKERS[0]}")
    _capture(targets, "R-2", f"{MARKERS[1]} Rechnung R-2")
    assert truth.look(targets, drops) == {"haushaltskasse/capture_invoice": truth.Stands(2, set(MARKERS), 0)}


def test_a_marker_twice_is_double_and_so_is_an_invoice_twice(tmp_path: Path) -> None:
    targets, drops = _world(tmp_path)
    _capture(targets, "R-1", MARKERS[0])
    _capture(targets, "R-9", MARKERS[0])
    assert truth.look(targets, drops)["haushaltskasse/capture_invoice"].double == 1
    _capture(targets, "R-1", MARKERS[1])
    assert truth.look(targets, drops)["haushaltskasse/capture_invoice"].double == 1
    _capture(targets, "R-1", "typed by a person")
    assert truth.look(targets, drops)["haushaltskasse/capture_invoice"].double == 2


def test_the_drop_counts_finished_folders_only(tmp_path: Path) -> None:
    targets, drops = _world(tmp_path)
    for name in ("one", ".unfinished-two"):
        folder = drops / "amt-moorwiek" / name
        folder.mkdir()
        (folder / "metadata.json").write_text(json.dumps({"marker": MARKERS[0]}))
    assert truth.look(targets, drops) == {"ablage/file_case": truth.Stands(1, {MARKERS[0]}, 0)}
