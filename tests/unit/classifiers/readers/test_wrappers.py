"""What a message may be wrapped in: S/MIME, winmail.dat, Outlook's own file."""

from __future__ import annotations

import base64
import re

import pytest

from casework.words.reading import DocumentReading, FileReading, ReadingContext
from classifiers.assembly import Reading
from classifiers.readers.limits import Limits
from classifiers.readers.parts import Piece, Role
from classifiers.readers.smime import MailKey
from classifiers.readers.unpack import unpack
from tests.unit.classifiers.readers.containers import (
    as_mail_key,
    encrypted,
    message,
    outlook,
    packed_rtf,
    signed,
    tnef,
)

HEAD = b"From: alke@firma.example\r\nSubject: Antrag\r\nMIME-Version: 1.0\r\n"
ENTITY = b"Content-Type: text/plain; charset=utf-8\r\n\r\nGuten Tag, M\xc3\xbcller\r\n"


def wrapped(data: bytes, media_type: str = "application/pkcs7-mime", name: str = "smime.p7m", text: str = "") -> bytes:
    lines = f"Content-Type: {media_type}; name={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()
    part = lines + base64.encodebytes(data)
    if not text:
        return HEAD + part
    begin = f"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n{text}\r\n--x\r\n".encode()
    return HEAD + begin + part + b"\r\n--x--\r\n"


def pieces(raw: bytes, name: str = "m.eml", keys: tuple[MailKey, ...] = ()) -> list[Piece]:
    return unpack(raw, name, limits=Limits(), mail_keys=keys).pieces


def told(found: list[Piece]) -> list[tuple[str, str, str]]:
    return [(piece.id, piece.role.value, piece.reason) for piece in found[1:]]


def read(raw: bytes, name: str = "m.eml") -> FileReading:
    return Reading(raw, name, ReadingContext(), Limits(), {}).read()


def only(reading: FileReading) -> DocumentReading:
    (document,) = reading.documents
    return document


def test_what_was_signed_as_a_whole_is_the_message_itself() -> None:
    reading = read(wrapped(signed(ENTITY, opaque=True)))

    assert reading.head.body == "Guten Tag, Müller"
    assert {part.id: part.reason for part in reading.parts} == {
        "1": "container",
        "1.1": "signature_intact",
        "1.1.1": "cover_letter",
    }


def test_a_signature_beside_its_text_is_kept_with_its_verdict() -> None:
    raw = HEAD + signed(ENTITY)

    assert told(pieces(raw)) == [("1.1", "body", "attachment"), ("1.2", "attachment", "signature_intact")]
    assert told(pieces(raw.replace(b"Guten", b"Guter")))[1][2] == "signature_broken"


def test_text_altered_after_it_was_signed_never_passes_alone() -> None:
    beside = HEAD + signed(ENTITY).replace(b"Guten", b"Guter")
    around = wrapped(signed(ENTITY, opaque=True).replace(b"Guten", b"Guter"))

    assert ["signature_broken" in only(read(raw)).unsure for raw in (beside, around)] == [True, True]
    assert read(around).head.body == "Guter Tag, Müller"


def test_encrypted_mail_opens_with_the_offices_key_only() -> None:
    raw = wrapped(encrypted(ENTITY, name="amt"))

    assert told(pieces(raw)) == [("1.1", "attachment", "smime_encrypted")]
    assert told(pieces(raw, keys=(as_mail_key("anderes"),))) == [("1.1", "attachment", "smime_wrong_key")]
    assert told(pieces(raw, keys=(as_mail_key("amt"),))) == [
        ("1.1", "attachment", "decrypted"),
        ("1.1.1", "body", "attachment"),
    ]
    assert told(pieces(raw, keys=(as_mail_key("anderes"), as_mail_key("amt"))))[0][2] == "decrypted"


def test_a_key_that_is_none_is_as_good_as_none() -> None:
    broken = MailKey(as_mail_key("amt").certificate, "no key")

    assert told(pieces(wrapped(encrypted(ENTITY, name="amt")), keys=(broken,)))[0][2] == "smime_encrypted"


def test_a_damaged_envelope_is_no_wrong_key() -> None:
    whole = encrypted(ENTITY, name="amt")

    assert told(pieces(wrapped(whole[:-40]), keys=(as_mail_key("amt"),)))[0][2] == "smime_not_opened"


def test_a_signature_inside_an_envelope_is_opened_as_well() -> None:
    inner = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    inner += base64.encodebytes(signed(ENTITY, opaque=True))
    found = pieces(wrapped(encrypted(inner, name="amt")), keys=(as_mail_key("amt"),))

    assert told(found) == [
        ("1.1", "attachment", "decrypted"),
        ("1.1.1", "attachment", "signature_intact"),
        ("1.1.1.1", "body", "attachment"),
    ]


def test_the_key_is_not_in_what_a_key_shows_of_itself() -> None:
    assert "PRIVATE" not in repr(as_mail_key("amt"))


def test_winmail_dat_gives_body_files_and_the_message_inside() -> None:
    inner = tnef(("tief.txt", b"tief"), body="innen")
    raw = tnef(("Antrag.txt", b"Hallo"), ("Rüge.pdf", b"%PDF-1.4"), body="Guten Tag, Müller", inner=inner)
    found = pieces(wrapped(raw, "application/ms-tnef", "winmail.dat"))

    assert [(piece.id, piece.role, piece.name, piece.type) for piece in found[2:]] == [
        ("1.1.1", Role.BODY, None, "text/plain"),
        ("1.1.2", Role.ATTACHMENT, "Antrag.txt", "text/plain"),
        ("1.1.3", Role.ATTACHMENT, "Rüge.pdf", "application/pdf"),
        ("1.1.4", Role.ATTACHMENT, None, "application/ms-tnef"),
        ("1.1.4.1", Role.EMBEDDED, None, "text/plain"),
        ("1.1.4.2", Role.ATTACHMENT, "tief.txt", "text/plain"),
    ]
    assert found[3].data == b"Hallo"


def test_the_text_of_winmail_dat_is_no_second_body() -> None:
    reading = read(wrapped(tnef(body="Guten Tag"), "application/ms-tnef", "winmail.dat", text="Guten Tag"))

    assert {part.id: part.reason for part in reading.parts}["1.2.1"] == "alternative_text"


def test_a_winmail_dat_with_rtf_only_gives_its_text() -> None:
    raw = tnef(rtf=packed_rtf(rb"{\rtf1\ansi\ansicpg1252 Stra\'dfe\par frei}"))

    assert read(wrapped(raw, "application/ms-tnef", "winmail.dat")).head.body == "Straße\nfrei"


def test_an_outlook_file_is_a_message_of_its_own() -> None:
    inner = message(("tief.txt", b"tief"), subject="innen", body="Text innen", head=24)
    raw = outlook(("Antrag.txt", b"Hallo"), subject="Antrag für Alke", body="Guten Tag", inner=inner)
    reading = read(raw, "Antrag.msg")
    found = pieces(raw, "Antrag.msg")

    assert (reading.head.subject, reading.head.sender, reading.head.body) == (
        "Antrag für Alke",
        "alke@firma.example",
        "Guten Tag",
    )
    assert [(piece.id, piece.name, piece.type, piece.reason) for piece in found] == [
        ("1", "Antrag.msg", "application/vnd.ms-outlook", "container"),
        ("1.1", None, "text/plain", "attachment"),
        ("1.2", "Antrag.txt", "text/plain", "attachment"),
        ("1.3", "innen", "message/rfc822", "container"),
        ("1.3.1", None, "text/plain", "attachment"),
        ("1.3.2", "tief.txt", "text/plain", "attachment"),
    ]


def test_an_outlook_file_with_rtf_only_gives_the_html_it_was_made_of() -> None:
    begin, end = rb"{\rtf1\ansi\ansicpg1252\fromhtml1{\*\htmltag <p>}\htmlrtf {\htmlrtf0 ", rb"{\*\htmltag </p>}}"
    rtf = begin + rb"Stra\'dfe\htmlrtf }\htmlrtf0" + end

    assert read(outlook(subject="s", rtf=packed_rtf(rtf)), "x.msg").head.body == "Straße"


def test_an_outlook_file_proves_no_sender() -> None:
    reading = read(outlook(subject="s", body="x"), "x.msg")

    assert reading.head.verdict is None or not reading.head.verdict.is_proven


@pytest.mark.parametrize(
    "raw",
    [
        tnef(("a.txt", b"Hallo"), body="x")[:60],
        b"\x78\x9f\x3e\x22" + bytes(40),
        outlook(("a.txt", b"Hallo"), subject="s", body="x")[:1600],
    ],
)
def test_damaged_outlook_files_end_with_a_reason(raw: bytes) -> None:
    assert all(piece.reason for piece in pieces(raw, "x.dat"))


def test_signed_words_in_front_of_others_do_not_make_those_whole() -> None:
    raw = HEAD + signed(ENTITY)
    boundary = re.search(rb'boundary="([^"]+)"', raw)
    assert boundary is not None
    head, _, rest = raw.partition(b"\n--" + boundary[1])
    before = b"\n--" + boundary[1] + rest.partition(b"\n--" + boundary[1])[0]
    outer = b"Content-Type: multipart/mixed; boundary=out\n\n--out\nContent-Type: application/octet-stream\n\nx"
    forged = outer + before + b"\n--out\n" + raw.removeprefix(HEAD).replace(b"Guten", b"Guter", 1) + b"\n--out--\n"
    reasons = [piece.reason for piece in pieces(HEAD + forged)]
    assert "signature_intact" not in reasons and "signature" in reasons
