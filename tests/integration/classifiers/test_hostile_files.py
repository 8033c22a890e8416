"""Bombs, loops and lies through real children: refused or read in time for the right reason; the next file is read."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.words.reading import Fate
from classifiers import Reader
from classifiers.readers.limits import Limits
from tests import hostile, hostile_pdf

LETTER = b"From: a@b.example\r\nSubject: x\r\n\r\nGuten Tag"
SECONDS = 10.0


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as found:
        yield found


def most_memory(reader: Reader) -> int:
    """The largest size in bytes the living child ever had; 0 when there is none."""
    child = reader._free.get()
    reader._free.put(child)
    if child is None:
        return 0
    lines = Path(f"/proc/{child.process.pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024


@pytest.mark.parametrize("name", hostile.BOMBS)
def test_a_bomb_costs_one_file_and_little_time(reader: Reader, name: str) -> None:
    file, reason, make = hostile.BOMBS[name]
    raw = make()
    began = time.monotonic()
    reading = reader.read(raw, file)
    seconds = time.monotonic() - began

    assert seconds < SECONDS
    assert most_memory(reader) <= Limits().memory
    assert reason in {*reading.documents[0].unsure, reading.reason}
    assert reading.documents[0].kind == "unknown" and all(part.reason for part in reading.parts)
    assert reader.read(LETTER, "next.eml").head.body == "Guten Tag"


def test_what_refers_to_elsewhere_fetches_nothing(reader: Reader, tmp_path: Path) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text("KANARIENVOGEL")
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.2)
        port = door.getsockname()[1]
        for address in (f"http://127.0.0.1:{port}/x", canary.as_uri(), f"\\\\127.0.0.1@{port}\\x"):
            for name, raw in hostile.external(address).items():
                _look_at_all(reader, raw, f"{name}.{'html' if name == 'html' else 'xml'}")
                _look_at_all(reader, hostile.mail((f"{name}.svg", raw)), "a.eml")
        # whoever had called would stand in the queue of the door
        with pytest.raises(TimeoutError):
            door.accept()
        with socket.create_connection(("127.0.0.1", port)):
            door.accept()[0].close()


def _look_at_all(reader: Reader, raw: bytes, name: str) -> None:
    reading = reader.read(raw, name)
    shown = [reader.readable(raw, name, part.id) for part in reading.parts]
    shown += [word.text for part in reading.parts for page in reader.pages(raw, name, part.id) for word in page.words]

    assert "KANARIENVOGEL" not in reading.model_dump_json() + "".join(shown)
    assert not any(sign in html.lower() for html in shown for sign in ("<script", "<iframe", "<img", "<image", "<a "))


@pytest.mark.parametrize("name", ["entity", "parameter", "subset"])
def test_an_external_entity_is_refused_as_such(reader: Reader, name: str) -> None:
    reading = reader.read(hostile.external("file:///etc/hostname")[name], "a.xml")

    assert (reading.parts[0].fate, reading.reason) == (Fate.REFUSED, "doctype_refused")


@pytest.mark.parametrize(
    "piece",
    ["1.", "A ", "Aa ", "(", "Str. ", "@.", "a.a@", "\t ", "\n", "-", "Straße ", "1.234", "1.1.26 ", "Aa-", "Feld:\n",
     "12345 Aa", "> ", "\u00a0", "\r", "Nr. (a) ", "Frau Aa Aa ", "Hund: a, ", "Mischling (a", "der die das "],
)  # fmt: skip
def test_a_megabyte_made_for_our_patterns_is_read_in_time(piece: str) -> None:
    from casework.words.reading import ReadingContext
    from classifiers.assembly import Reading

    text = (piece * (1_000_000 // len(piece.encode()))).encode()
    mail = hostile.HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\nRechnung Hund Schaden\r\n" + text
    began = time.monotonic()
    Reading(mail, "a.eml", ReadingContext(), Limits(), {}).read()

    assert time.monotonic() - began < SECONDS


LIMITED = {
    "memory": (Limits(memory=150 * hostile.MIB), "a.jpg", lambda: hostile.picture("JPEG", 6_000, 6_000), "too_large"),
    "cpu": (Limits(cpu_seconds=2), "a.pdf", hostile_pdf.pdf_many_letters, "too_slow"),
    "wall": (Limits(wall_seconds=1.5), "a.pdf", hostile_pdf.pdf_many_letters, "too_slow"),
    "message": (Limits(message_bytes=1_000), "a.eml", lambda: hostile.mail(("a", b"x" * 2_000)), "too_large"),
    "unpacked": (Limits(unpacked_bytes=9_000), "a.eml", lambda: hostile.mail(("a", b"x" * 9_000)), "too_large"),
    "parts": (Limits(parts=3), "a.eml", lambda: hostile.many_parts(9), "too_many_parts"),
    "depth": (Limits(depth=2), "a.zip", lambda: hostile.nested_zips(5), "too_deep"),
    "pages": (Limits(pages=2, ocr_pages=1), "a.pdf", lambda: hostile_pdf.pdf_many_pages(10), "too_many_pages"),
    "pixels": (Limits(page_pixels=10_000), "a.png", lambda: hostile.picture("PNG", 300, 300), "too_large"),
    "letters": (Limits(letters=50), "a.txt", lambda: b"Guten Tag\n" * 9, "too_many_pages"),
    "lines": (Limits(lines=5), "a.eml", lambda: hostile.mail(text=b"Guten Tag\n" * 9), "too_many_pages"),
    "xml": (Limits(xml_bytes=100), "a.xml", lambda: hostile.nested_xml(50), "too_large"),
}


@pytest.mark.parametrize("name", LIMITED)
def test_each_limit_has_its_reason_and_costs_one_file(name: str) -> None:
    limits, file, make, reason = LIMITED[name]
    with Reader(limits=limits) as reader:
        reading = reader.read(make(), file)
        after = reader.read(LETTER, "next.eml")

    assert reason in {*reading.documents[0].unsure, reading.reason}
    assert after.head.body == "Guten Tag"


def test_a_rendered_page_keeps_to_its_pixels() -> None:
    with Reader(limits=Limits(page_pixels=500_000)) as reader:
        (page,) = reader.pages(hostile_pdf.pdf_huge_page(), "a.pdf", "1")

    width, height = (int.from_bytes(page.png[at : at + 4], "big") for at in (16, 20))
    assert width * height <= 510_000
