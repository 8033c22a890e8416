"""What could act or deceive is named, whatever it is called and wherever it lies; what is harmless is not."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from casework.words.reading import ReadingContext
from casework.words.reasons import reasons
from classifiers.assembly import Reading
from classifiers.readers.content import type_of
from classifiers.readers.hazards import HAZARDS, hazard
from classifiers.readers.limits import Limits
from classifiers.readers.unpack import unpack
from tests import hostile, hostile_pdf

PDF = hostile_pdf.page_pdf(hostile_pdf.stream(b""))
PNG = hostile.picture("PNG", 300, 300)
SECTOR = 512


def named(data: bytes, name: str = "") -> str:
    return hazard(data, type_of(data, name=name), name)


def storage(*names: str, book: bytes = b"\0" * 4096) -> bytes:
    """A compound file (MS-CFB) whose streams all hold `book`: one table of sectors, one directory, the data."""
    size = len(book) // SECTOR
    entries = [("Root Entry", 5, 1, 0xFFFFFFFE, 0), *((name, 2, 0xFFFFFFFF, 100, len(book)) for name in names)]
    directory = b""
    for number in range(4):
        name, kind, child, start, length = entries[number] if number < len(entries) else ("", 0, 0xFFFFFFFF, 0, 0)
        text = name.encode("utf-16-le")
        right = number + 1 if 0 < number < len(entries) - 1 else 0xFFFFFFFF
        begin = 2 if kind == 2 else start
        directory += text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2 if text else 0, kind, 1)
        directory += struct.pack("<III", 0xFFFFFFFF, right, child) + b"\0" * 36 + struct.pack("<IQ", begin, length)
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + size), 0xFFFFFFFE]
    table = b"".join(struct.pack("<I", entry) for entry in chain).ljust(SECTOR, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    return head.ljust(SECTOR, b"\xff") + table + directory + book


PROGRAMS = {
    "brief.pdf": b"MZ\x90\x00" + b"\x01" * 99,
    "brief": b"\x7fELF" + b"\x01" * 99,
    "brief.txt": b"#!/bin/sh\nrm -r x\n",
    "mac": b"\xcf\xfa\xed\xfe" + b"\x01" * 99,
    "Brief.class": b"\xca\xfe\xba\xbe" + b"\x01" * 99,
    "link": b"L\0\0\0\x01\x14\x02\0" + b"\x01" * 99,
    "note": b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d" + b"\x01" * 99,
    "disk": b"\0" * 0x8001 + b"CD001" + b"\1" * 99,
    "drive": b"\1" * 2048 + b"conectix" + b"\0" * 504,
    "x.hta": b"<html>Guten Tag",
    "y.htm": b"<html><hta:application id=a><body>Guten Tag",
    "Rechnung.pdf.js": b"var a = 1;",
    "z.txt": b'Set s = CreateObject("WScript.Shell")',
    "w.txt": "#!/bin/sh".encode("utf-16"),
    "a.vbs ": b"Guten Tag",
    "a.bat": b"dir",
    "a": b"@echo off\r\ndir",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_and_scripts_are_known_by_content_and_by_name(name: str) -> None:
    assert named(PROGRAMS[name], name) == "program"


def with_macros(*names: str, relation: bytes = b"") -> bytes:
    files = [("[Content_Types].xml", b"<Types/>"), *((name, b"x") for name in names)]
    return hostile.zipped([*files, *([("word/_rels/settings.xml.rels", relation)] if relation else [])])


TEMPLATE = b'<Relationship Type="http://x/attachedTemplate" Target="http://out.example/a.dotm" TargetMode="External"/>'
MACROS = {
    "word": with_macros("word/vbaProject.bin"),
    "excel": with_macros("xl/macrosheets/sheet1.xml"),
    "object": with_macros("word/embeddings/oleObject1.bin"),
    "template": with_macros("word/document.xml", relation=TEMPLATE),
    "basic": hostile.zipped([("mimetype", b"application/vnd.oasis.opendocument.text"), ("Basic/Standard/a.xml", b"x")]),
    "script": hostile.zipped([("Scripts/python/a.py", b"x")]),
    "doc": storage("Macros", "WordDocument"),
    "xls": storage("_VBA_PROJECT_CUR"),
    "package": storage("\x01Ole10Native"),
    "sheet": storage("Workbook", book=struct.pack("<HHIBB", 0x85, 8, 0, 0, 1).ljust(4096, b"\0")),
    "rtf": b"{\\rtf1{\\object\\objemb{\\*\\objdata 0105}}}",
}


@pytest.mark.parametrize("name", MACROS)
def test_macros_are_known_by_what_they_lie_in(name: str) -> None:
    assert named(MACROS[name], "brief") == "macros"


def gifar() -> bytes:
    return hostile.picture("GIF", 300, 300) + hostile.zipped([("a.class", b"x")])


def commented() -> bytes:
    """A PDF that is a zip archive all the same: its tail is the comment of the archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", b"x")
        archive.comment = b"\n%%EOF\n"
    return PDF.replace(b"%%EOF\n", b"") + buffer.getvalue()


TWO_NATURES = {
    "zip behind": PDF + hostile.zipped([("a", b"x")]),
    "zip before": hostile.zipped([("a", b"x")]) + PDF,
    "zip around": commented(),
    "gif and zip": gifar(),
    "png and zip": PNG + hostile.zipped([("a", b"x")]),
    "gif before": b"GIF89a/*" + PDF,
    "page in head": b"%PDF-1.7\n%<html><script>alert(1)</script>\n" + PDF[9:],
    "page before": b"<html>" + PDF,
    "script before": b"#!/bin/sh\n" + PDF,
}


@pytest.mark.parametrize("name", TWO_NATURES)
def test_a_file_of_two_natures_is_refused(name: str) -> None:
    assert named(TWO_NATURES[name], "brief.pdf") == "two_natures"


ACTIVE = {
    "script": hostile_pdf.pdf_acting(),
    "launch": hostile_pdf.pdf_acting(b"/S/Launch/F(cmd.exe)"),
    "after another": hostile_pdf.pdf_acting(b"/S/GoTo/Next<</S/JavaScript/JS(a)>>"),
    "page": hostile_pdf.page_pdf(hostile_pdf.stream(b""), b"/AA<</O<</S/JavaScript/JS(a)>>>>"),
    "link": hostile_pdf.page_pdf(hostile_pdf.stream(b""), b"/Annots[<</Subtype/Link/A<</S/Launch/F(a)>>>>]"),
    "media": hostile_pdf.page_pdf(hostile_pdf.stream(b""), b"/Annots[<</Subtype/RichMedia>>]"),
}


@pytest.mark.parametrize("name", ACTIVE)
def test_a_pdf_that_acts_is_named_and_read(name: str) -> None:
    piece = unpack(ACTIVE[name], "brief.pdf", limits=Limits()).root

    assert (piece.notes["hazard"], piece.fate) == ("active_pdf", "kept")


HARMLESS = {
    "plain": PDF,
    "link": hostile_pdf.page_pdf(
        hostile_pdf.stream(b""), b"/Annots[<</Subtype/Link/A<</S/URI/URI(http://a.example)>>>>]"
    ),
    "opens at a page": hostile_pdf.pdf_acting(b"/S/GoTo/D[3 0 R/Fit]"),
    "printer": b"\x1b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n" + PDF,
    "log of its maker": b"GPL Ghostscript 10.02.0\nProcessing pages 1 through 8.\n" + PDF,
    "zip inside": hostile_pdf.pdf_with_file("a.zip", hostile.zipped([("a.txt", b"Guten Tag")])),
    "picture": PNG,
    "zip": hostile.zipped([("a.txt", b"Guten Tag")]),
    "office": with_macros("word/document.xml"),
    "letter about scripts": b"Guten Tag, das Programm ruft\nCreateObject und #!/bin/sh auf und geht nicht.",
    "page": hostile.nested_html(200),
    "long page": b"<html><body>" + b"<p>Stra&szlig;e &amp; mehr</p>\n" * 20_000,
    "storage": storage("WordDocument"),
    "damaged storage": storage("Macros")[:700],
    "encrypted": b"%PDF-1.7 broken",
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_harmless_is_let_be(name: str) -> None:
    assert named(HARMLESS[name], "brief") == ""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (hostile.nested_html(300), "too_deep"),
        (b"<html><body>" + b"&" * 200_000, "too_large"),
        ("<html><body>".encode("utf-16") + ("\xa0" * 200_000).encode("utf-16-le"), "too_large"),
        (b"<html><p " + b"a=1 " * 50_000 + b">", "too_large"),
    ],
)
def test_markup_made_to_be_slow_is_refused(data: bytes, reason: str) -> None:
    assert named(data, "a.html") == reason


def test_eicar_is_found_wherever_it_hangs() -> None:
    inner = hostile.mail(("a.txt", hostile.EICAR))
    wrapped = [
        hostile.mail(("a.txt", hostile.EICAR)),
        hostile.mail(("a.zip", hostile.zipped([("b.zip", hostile.zipped([("c.txt", hostile.EICAR)]))]))),
        hostile.mail(("a.pdf", hostile_pdf.pdf_with_file("a.txt", hostile.EICAR))),
        hostile.mail(("a.eml", inner)),
        hostile.HEAD + b"Content-Type: message/rfc822\r\n\r\n" + inner,
    ]

    for raw in wrapped:
        assert "malware" in [piece.reason for piece in unpack(raw, "a.eml", limits=Limits()).pieces]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (hostile.EICAR, "malware"),
        (PROGRAMS["a"], "program"),
        (MACROS["word"], "macros"),
        (TWO_NATURES["zip behind"], "two_natures"),
        (ACTIVE["script"], "active_pdf"),
    ],
)
def test_with_a_hazard_on_board_no_document_passes_alone(data: bytes, code: str) -> None:
    reading = Reading(hostile.mail(("x", data)), "a.eml", ReadingContext(), Limits(ocr_pages=0), {}).read()

    assert all(code in document.unsure for document in reading.documents)
    assert code in reasons()


def test_every_hazard_has_words() -> None:
    assert set(reasons()) >= HAZARDS


@pytest.mark.parametrize("step", [b"<div></x>", b"<div></span></b>", b"<div><table><tr><td></div>"])
def test_end_tags_of_nothing_open_hide_no_depth(step: bytes) -> None:
    assert hazard(b"<html>" + step * 300, "text/html", None) == "too_deep"


def test_tags_that_a_writer_forgot_to_end_are_no_depth() -> None:
    assert hazard(b"<html>" + b"<div><span>Guten Tag</div><p><b>Nein</b>" * 300, "text/html", None) == ""
