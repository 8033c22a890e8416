"""Taking messages apart: every part found, bounded, with its type by content."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pikepdf
import pytest

from casework.words.reading import Fate
from classifiers.readers.limits import Limits
from classifiers.readers.parts import Piece, Role
from classifiers.readers.unpack import unpack

LIMITS = Limits()


def letter(*files: tuple[str, bytes], html: str = "", text: str = "Guten Tag") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.example", "Brief"
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    for name, data in files:
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def pieces(raw: bytes, name: str = "m.eml", limits: Limits = LIMITS) -> list[Piece]:
    return unpack(raw, name, limits=limits).pieces


def seen(found: list[Piece]) -> list[tuple[str, str, str]]:
    return [(piece.id, piece.type, piece.reason) for piece in found]


def test_types_are_by_content_and_names_are_metadata() -> None:
    found = pieces(letter(("Rechnung.pdf", b"<a/>"), ("../../etc/x.txt", b"%PDF-1.4 kaputt")))

    assert seen(found) == [
        ("1", "message/rfc822", "container"),
        ("1.1", "text/plain", "attachment"),
        ("1.2", "application/xml", "attachment"),
        ("1.3", "application/pdf", "attachment"),
    ]
    assert [piece.name for piece in found][2:] == ["Rechnung.pdf", "x.txt"]


def test_eicar_is_refused_alone_in_a_mail_and_in_an_archive() -> None:
    sign = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"

    assert seen(pieces(sign, "x.com")) == [("1", "text/plain", "malware")]
    assert [piece.reason for piece in pieces(letter(("a.txt", sign)))][-1] == "malware"
    assert [piece.reason for piece in pieces(letter(("a.zip", zipped(a=sign))))][-1] == "malware"


def test_a_doctype_is_refused_whatever_it_says() -> None:
    harmless = b'<?xml version="1.0"?><!DOCTYPE a><a/>'
    laughs = b'<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>'
    other = "<!DOCTYPE a><a/>".encode("utf-16")

    assert [pieces(raw, "x.xml")[0].reason for raw in (harmless, laughs, other)] == ["doctype_refused"] * 3
    assert pieces(b"<a><b></a>", "x.xml")[0].reason == "xml_damaged"


def test_an_archive_is_opened_within_its_budget() -> None:
    bomb = zipped(a=b"\x00" * 5_000_000)
    small = Limits(unpacked_bytes=1_000_000)

    assert seen(pieces(zipped(a=b"Hallo Welt"), "x.zip"))[1:] == [("1.1", "text/plain", "attachment")]
    assert pieces(bomb, "x.zip", small)[0].reason == "too_large"
    assert pieces(b"PK\x03\x04kaputt", "x.zip")[0].reason == "archive_damaged"


def test_nesting_and_number_of_parts_are_bounded() -> None:
    inner = zipped(a=b"Text")
    for _ in range(15):
        inner = zipped(a=inner)

    assert [piece.reason for piece in pieces(inner, "x.zip")][-1] == "too_deep"
    assert len(pieces(letter(*[(f"{n}.txt", b"Text") for n in range(30)]), limits=Limits(parts=10))) == 10


def test_ten_thousand_nested_multiparts_end_with_a_reason() -> None:
    raw = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    raw += b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" * 10_000

    assert pieces(raw)[0].type == "message/rfc822"


def test_a_nested_mail_is_opened_but_its_text_is_no_body() -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.example", "Fwd"
    mail.set_content("siehe Anlage")
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "c@d.example", "innen"
    inner.set_content("der innere Text")
    mail.add_attachment(inner)
    found = pieces(mail.as_bytes())

    assert [(piece.id, piece.role) for piece in found if piece.type == "text/plain"] == [
        ("1.1", Role.BODY),
        ("1.2.1", Role.EMBEDDED),
    ]


def test_files_inside_a_pdf_are_found_with_their_relation() -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.attachments["daten.xml"] = pikepdf.AttachedFileSpec(pdf, b"<a/>", filename="daten.xml")
    buffer = io.BytesIO()
    pdf.save(buffer)
    found = pieces(buffer.getvalue(), "x.pdf")

    assert [(piece.id, piece.type, piece.name, piece.role) for piece in found][1:] == [
        ("1.1", "application/xml", "daten.xml", Role.EMBEDDED)
    ]


def test_an_encrypted_pdf_is_refused_with_its_own_reason() -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    buffer = io.BytesIO()
    pdf.save(buffer, encryption=pikepdf.Encryption(owner="a", user="b"))
    (piece,) = pieces(buffer.getvalue(), "x.pdf")

    assert (piece.fate, piece.reason) == (Fate.REFUSED, "pdf_encrypted")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(b"", "empty_message"), (b" \r\n\x00", "empty_message"), (b"MZ\x90\x00" + b"\x01" * 99, "program")],
)
def test_what_cannot_be_read_says_why(raw: bytes, reason: str) -> None:
    assert pieces(raw, "x")[0].reason == reason


def with_files(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        for name, data in files.items():
            pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, data, filename=name)
        pdf.save(buffer, compress_streams=True)
    return buffer.getvalue()


def test_a_file_behind_one_that_is_too_large_is_not_lost() -> None:
    limits = Limits(message_bytes=1_000_000, unpacked_bytes=3_000_000)
    found = pieces(with_files(aaa=b"\0" * 2_000_000, zzz=b"<a/>"), "m.pdf", limits)

    assert [(piece.name, piece.fate, piece.reason) for piece in found[1:]] == [
        ("aaa", Fate.REFUSED, "too_large"),
        ("zzz", Fate.KEPT, "attachment"),
    ]


def test_when_the_budget_is_spent_every_further_file_is_told_as_refused() -> None:
    limits = Limits(message_bytes=1_000_000, unpacked_bytes=1_500_000)
    found = pieces(with_files(a=b"\0" * 2_000_000, b=b"\0" * 2_000_000, c=b"<a/>" * 200_000), "m.pdf", limits)

    assert [(piece.name, piece.reason) for piece in found[1:]] == [
        ("a", "too_large"),
        ("b", "too_large"),
        ("c", "too_large"),
    ]


UBL = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"


@pytest.mark.parametrize(
    "xml",
    [
        f'<a xmlns:b="{UBL}"><b:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="../Lieferschein.pdf">'
        "JVBERi0x\nLjQ=</b:EmbeddedDocumentBinaryObject></a>",
        f'<a xmlns:b="{RAM}"><b:AttachmentBinaryObject mimeCode="application/pdf" filename="Lieferschein.pdf">'
        "JVBERi0xLjQ=</b:AttachmentBinaryObject></a>",
    ],
)
def test_files_inside_an_e_invoice_are_parts(xml: str) -> None:
    found = pieces(xml.encode(), "x.xml")

    assert [(piece.id, piece.name, piece.type, piece.role, piece.data) for piece in found[1:]] == [
        ("1.1", "Lieferschein.pdf", "application/pdf", Role.EMBEDDED, b"%PDF-1.4")
    ]


def portfolio(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(with_files(**files))) as pdf:
        pdf.Root.Collection = pikepdf.Dictionary(Type=pikepdf.Name.Collection, View=pikepdf.Name.D)
        pdf.save(buffer)
    return buffer.getvalue()


def test_a_portfolio_holds_letters_and_its_cover_page_is_none() -> None:
    letter_inside = with_files()
    found = pieces(portfolio(a=letter_inside, b=with_files(c=b"<a/>")), "m.pdf")

    assert [(piece.id, piece.role, piece.type, piece.reason) for piece in found] == [
        ("1", Role.ROOT, "application/pdf", "container"),
        ("1.1", Role.ATTACHMENT, "application/pdf", "attachment"),
        ("1.2", Role.ATTACHMENT, "application/pdf", "attachment"),
        ("1.2.1", Role.EMBEDDED, "application/xml", "attachment"),
    ]


def test_when_the_time_is_spent_the_rest_is_told_as_too_slow() -> None:
    found = pieces(letter(("a.txt", b"Text")), limits=Limits(wall_seconds=0))

    assert found[0].reason == "too_slow"


def test_a_mail_that_speaks_of_pdf_stays_a_mail() -> None:
    assert [piece.type for piece in pieces(letter(text="Die Datei beginnt mit %PDF-1.4"))] == [
        "message/rfc822",
        "text/plain",
    ]
