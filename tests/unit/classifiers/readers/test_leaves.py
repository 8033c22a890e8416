"""Every stretch of a mail becomes a part with a reason: also what mail programs do not show."""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import io
import lzma
import tarfile

import pytest
from hypothesis import given, settings, strategies

from casework.words.reading import ReadingContext
from classifiers.assembly import Reading
from classifiers.readers.headers import LONGEST_NAME, file_name
from classifiers.readers.limits import Limits
from classifiers.readers.parts import Piece, Role
from classifiers.readers.unpack import unpack

HEAD = b"From: alke@firma.example\r\nSubject: Brief\r\nMIME-Version: 1.0\r\n"


def pieces(raw: bytes, name: str = "m.eml", limits: Limits | None = None) -> list[Piece]:
    return unpack(raw, name, limits=limits or Limits()).pieces


def seen(raw: bytes) -> list[tuple[str, str, bytes]]:
    return [(piece.id, piece.reason, piece.data) for piece in pieces(raw)[1:]]


def mixed(*parts: bytes, before: bytes = b"", behind: bytes = b"", kind: bytes = b"mixed") -> bytes:
    joined = b"".join(b"--x\r\n" + part + b"\r\n" for part in parts)
    return HEAD + b"Content-Type: multipart/" + kind + b"; boundary=x\r\n\r\n" + before + joined + b"--x--\r\n" + behind


def part(data: bytes, *, kind: str = "application/octet-stream", name: str = "", encoding: str = "base64") -> bytes:
    named = f'; name="{name}"' if name else ""
    head = f"Content-Type: {kind}{named}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode()
    return head + (base64.encodebytes(data) if encoding == "base64" else data)


def test_text_before_between_and_behind_the_parts_is_kept() -> None:
    raw = mixed(b"\r\nBrief", before=b"Vorweg\r\n", behind=b"Danach\r\n")

    assert seen(raw) == [
        ("1.1", "outside_parts", b"Vorweg"),
        ("1.2", "attachment", b"Brief"),
        ("1.3", "outside_parts", b"Danach"),
    ]


def test_the_usual_sentence_for_old_programs_is_no_part() -> None:
    raw = mixed(b"\r\nBrief", before=b"This is a multi-part message in MIME format.\r\n\r\n", behind=b"\r\n")

    assert [reason for _, reason, _ in seen(raw)] == ["attachment"]


def test_parts_behind_the_last_boundary_are_found_and_told_as_damaged() -> None:
    raw = mixed(b"\r\nBrief", behind=b"--x\r\n" + part(b"%PDF-1.4", name="spaet.pdf") + b"\r\n--x--\r\n")
    late = pieces(raw)[-1]

    assert (late.name, late.type, late.notes["damaged"]) == ("spaet.pdf", "application/pdf", "yes")


def test_a_footer_behind_base64_is_a_part_of_its_own() -> None:
    raw = mixed(part(b"Hallo Welt") + b"-- \r\nDiese Liste wird von uns betreut.\r\n")

    assert seen(raw) == [
        ("1.1", "attachment", b"Hallo Welt"),
        ("1.2", "outside_parts", b"-- \r\nDiese Liste wird von uns betreut."),
    ]
    assert pieces(raw)[1].notes["damaged"] == "yes"


def test_a_mail_that_was_cut_off_says_so() -> None:
    raw = mixed(b"\r\nBrief", part(b"%PDF-1.4 " + b"x" * 90)).removesuffix(b"--x--\r\n")[:-40]

    assert ["damaged" in piece.notes for piece in pieces(raw)] == [False, False, True]


def test_a_document_of_a_damaged_part_never_passes_alone() -> None:
    xml = b"<a/>"
    reading = Reading(mixed(part(xml) + b"Danke!\r\n"), "m.eml", ReadingContext(), Limits(), {}).read()

    assert {each.id: each.reason for each in reading.parts}["1.1"] == "mail_damaged"


def test_files_uuencoded_in_the_text_are_attachments_and_leave_the_text() -> None:
    block = b"begin 644 brief.txt\n" + binascii.b2a_uu(b"Hallo") + b"`\nend\n"
    raw = HEAD + b"\r\nGuten Tag\n\n" + block + b"\nGruesse\n"
    reading = Reading(raw, "m.eml", ReadingContext(), Limits(), {}).read()

    assert [(piece.name, piece.data) for piece in pieces(raw)[2:]] == [("brief.txt", b"Hallo")]
    assert reading.head.body.split() == ["Guten", "Tag", "[brief.txt]", "Gruesse"]


def test_what_lies_elsewhere_is_never_fetched_and_said_so() -> None:
    outside = b'Content-Type: message/external-body; access-type=URL; URL="http://x.example/a"\r\n\r\n'
    outside += b"Content-Type: text/plain\r\n\r\n"
    piece = b"Content-Type: message/partial; id=a; number=1; total=2\r\n\r\nFrom: b@c.example\r\nSubject: s\r\n\r\nText"

    assert [reason for _, reason, _ in seen(mixed(outside, piece))] == ["external_body", "mail_partial"]


def test_the_resource_fork_of_a_macintosh_is_company_of_its_file() -> None:
    fork = part(b"\x00\x05\x16\x07" + bytes(30), kind="application/applefile", name="brief.pdf")
    raw = mixed(fork, part(b"%PDF-1.4", name="brief.pdf"), kind=b"appledouble")

    assert [reason for _, reason, _ in seen(raw)] == ["companion", "attachment"]


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
@pytest.mark.parametrize("kind", ["message/rfc822", "message/global"])
def test_a_mail_in_a_mail_is_opened_however_it_was_encoded(kind: str, encoding: str) -> None:
    inner = b"From: b@c.example\r\nSubject: innen\r\n\r\nText innen\r\n"
    plain = part(inner, kind=kind, encoding=encoding)

    assert [(piece.type, piece.role) for piece in pieces(mixed(plain))[1:]] == [
        ("message/rfc822", Role.ATTACHMENT),
        ("text/plain", Role.EMBEDDED),
    ]


def test_a_digest_is_taken_into_its_mails() -> None:
    mail = b"\r\nFrom: b@c.example\r\nSubject: eins\r\n\r\nText\r\n"

    assert [piece.type for piece in pieces(mixed(mail, mail, kind=b"digest"))[1:]] == [
        "message/rfc822",
        "text/plain",
    ] * 2


def test_a_file_of_several_mails_is_taken_into_its_mails() -> None:
    mail = b"From alke@firma.example Mon Nov  2 08:15:00 2026\nFrom: a@b.example\nSubject: s\n\nText\n>From hier\n\n"
    found = pieces(mail * 2, "alt.mbox")

    assert [piece.type for piece in found] == ["application/mbox", *["message/rfc822", "text/plain"] * 2]
    assert found[2].data.split() == [b"Text", b"From", b"hier"]


def packed_tar(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(f"../{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return buffer.getvalue()


def test_packed_files_are_opened_by_content() -> None:
    text = b"Hallo Welt"
    for pack, suffix in ((gzip.compress, "gz"), (bz2.compress, "bz2"), (lzma.compress, "xz")):
        found = pieces(pack(packed_tar(brief=text)), f"alles.tar.{suffix}")
        assert [(piece.name, piece.data) for piece in found[1:]] == [
            ("alles.tar", found[1].data),
            ("brief", text),
        ]


def test_packed_bombs_are_refused() -> None:
    bomb = gzip.compress(bytes(50_000_000))

    assert pieces(bomb, "x.gz")[0].reason == "too_large"
    assert pieces(bomb, "x.gz", Limits(unpacked_bytes=1_000_000))[0].reason == "too_large"
    assert pieces(gzip.compress(b"") * 2000, "x.gz")[0].reason == "too_large"
    assert pieces(gzip.compress(b"Hallo Welt, wie geht es?")[:-9], "x.gz")[0].reason == "archive_damaged"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Temp\\Brief.pdf", "Brief.pdf"),
        ("Rechnung\u202efdp.exe", "Rechnungfdp.exe"),
        ("a\x00b\r\nc.pdf", "ab c.pdf"),
        ("=?utf-8?Q?M=C3=BCll.pdf?=", "Müll.pdf"),
        ("u\u0308ber.pdf", "über.pdf"),
        ("..", None),
        ("", None),
        ("x" * 400 + ".pdf", "x" * (LONGEST_NAME - 4) + ".pdf"),
    ],
)
def test_names_are_metadata_only(given: str, kept: str | None) -> None:
    assert file_name(given) == kept


def test_names_in_pieces_and_in_raw_eight_bit_are_put_together() -> None:
    pieces_of_name = b"Content-Disposition: attachment; filename*0*=utf-8''M%C3%BC; filename*1*=ll.pdf\r\n\r\nx"
    raw_bytes = 'Content-Disposition: attachment; filename="Gebühr.txt"\r\n\r\nx'.encode("latin-1")

    assert [piece.name for piece in pieces(mixed(pieces_of_name, raw_bytes))[1:]] == ["Müll.pdf", "Gebühr.txt"]


@settings(max_examples=60, deadline=None)
@given(
    strategies.binary(max_size=400), strategies.sampled_from([b"mixed", b"signed", b"related", b"report", b"digest"])
)
def test_no_bytes_break_the_walker(noise: bytes, kind: bytes) -> None:
    for raw in (noise, HEAD + noise, mixed(noise, noise, before=noise, behind=noise, kind=kind)):
        assert all(piece.reason for piece in pieces(raw))
