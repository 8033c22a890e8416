"""Counting in the target systems' own databases, past our code."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from email import policy
from email.message import EmailMessage
from pathlib import Path

from casework.configuration import load, shipped
from demo import truth
from demo.haushaltskasse.store import open_store as open_finance
from demo.hundeverzeichnis.store import open_store as open_register

MARKERS = ("AB-0123456789AB", "AB-BA9876543210")


def _world(folder: Path) -> tuple[Path, Path, Path]:
    targets, drops, citizens = folder / "targets", folder / "ablage", folder / "citizens"
    for name, opener in (("haushaltskasse", open_finance), ("hundeverzeichnis", open_register)):
        (targets / name).mkdir(parents=True)
        opener(targets / name / f"{name}.sqlite3")
    (drops / "amt-moorwiek").mkdir(parents=True)
    citizens.mkdir()
    return targets, drops, citizens


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
    targets, drops, citizens = _world(tmp_path)
    _capture(targets, "R-1", f"Rechnung R-1 {MARKERS[0]}")
    _capture(targets, "R-2", f"{MARKERS[1]} Rechnung R-2")
    assert truth.look(targets, drops, citizens) == {"haushaltskasse/capture_invoice": truth.Stands(2, set(MARKERS), 0)}


def test_a_marker_twice_is_double_and_so_is_an_invoice_twice(tmp_path: Path) -> None:
    targets, drops, citizens = _world(tmp_path)
    _capture(targets, "R-1", MARKERS[0])
    _capture(targets, "R-9", MARKERS[0])
    assert truth.look(targets, drops, citizens)["haushaltskasse/capture_invoice"].double == 1
    _capture(targets, "R-1", MARKERS[1])
    assert truth.look(targets, drops, citizens)["haushaltskasse/capture_invoice"].double == 1
    _capture(targets, "R-1", "typed by a person")
    assert truth.look(targets, drops, citizens)["haushaltskasse/capture_invoice"].double == 2


def test_the_drop_counts_finished_folders_only(tmp_path: Path) -> None:
    targets, drops, citizens = _world(tmp_path)
    for name in ("one", ".unfinished-two"):
        folder = drops / "amt-moorwiek" / name
        folder.mkdir()
        (folder / "metadata.json").write_text(json.dumps({"marker": MARKERS[0]}))
    assert truth.look(targets, drops, citizens) == {"ablage/file_case": truth.Stands(1, {MARKERS[0]}, 0)}


def test_answers_are_counted_where_the_citizens_read_them(tmp_path: Path) -> None:
    targets, drops, citizens = _world(tmp_path)
    subjects = {
        "1": ("Ihre Anmeldung zur Hundesteuer, Aktenzeichen ABC", MARKERS[0]),
        "2": ("Rückfrage zu Ihrem Schreiben, Aktenzeichen ABC", MARKERS[1]),
        "3": ("Rückfrage zu Ihrem Schreiben, Aktenzeichen ABC", MARKERS[1]),
    }
    for name, (subject, marker) in subjects.items():
        letter = EmailMessage(policy=policy.SMTP)
        letter["Subject"], letter["Message-ID"] = subject, f"<{marker.lower()}@amt.example>"
        (citizens / f"{name}.eml").write_bytes(letter.as_bytes())
    (citizens / ".half").write_bytes(b"Subject: Ihre Anmeldung")
    assert truth.look(targets, drops, citizens) == {
        "antwort/acknowledge": truth.Stands(1, {MARKERS[0]}, 0),
        "antwort/ask_back": truth.Stands(2, {MARKERS[1]}, 1),
    }


def test_every_answer_of_the_pack_is_told_by_its_subject() -> None:
    for template in load([shipped()]).answers.values():
        (operation,) = {name for words, name in truth.ANSWERS.items() if template.subject.startswith(words)}
        assert operation == template.operation
