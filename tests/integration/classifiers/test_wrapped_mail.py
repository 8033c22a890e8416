"""S/MIME in the protected child: `openssl` runs there, and the key leaves no trace."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.words.reading import FileReading
from classifiers import Reader
from tests.unit.classifiers.readers.containers import as_mail_key, encrypted, outlook, signed, tnef

ENTITY = b"Content-Type: text/plain; charset=utf-8\r\n\r\nGuten Tag, M\xc3\xbcller\r\n"
HEAD = b"From: alke@firma.example\r\nSubject: Antrag\r\nMIME-Version: 1.0\r\n"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as found:
        yield found


def sealed(data: bytes) -> bytes:
    kind = b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return HEAD + kind + base64.encodebytes(data)


def reasons(reading: FileReading) -> dict[str, str]:
    return {part.id: part.reason for part in reading.parts}


def test_an_encrypted_mail_is_read_shown_and_handed_out_with_the_key(reader: Reader) -> None:
    raw, keys = sealed(encrypted(ENTITY, name="amt")), (as_mail_key("amt"),)
    reading = reader.read(raw, "m.eml", mail_keys=keys)

    assert reasons(reading) == {"1": "container", "1.1": "decrypted", "1.1.1": "cover_letter"}
    assert reading.head.body == "Guten Tag, Müller"
    assert "Müller" in reader.readable(raw, "m.eml", "1.1.1", mail_keys=keys)
    assert reader.part_bytes(raw, "m.eml", "1.1.1", mail_keys=keys) == "Guten Tag, Müller\r\n".encode()


def test_the_key_serves_one_request_only(reader: Reader) -> None:
    raw = sealed(encrypted(ENTITY, name="amt"))
    reader.read(raw, "m.eml", mail_keys=(as_mail_key("amt"),))

    assert reasons(reader.read(raw, "m.eml"))["1.1"] == "smime_encrypted"
    assert reader.readable(raw, "m.eml", "1.1.1") == ""


def test_nothing_of_a_key_stays_in_the_childs_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Reader() as reader:
        reader.read(sealed(encrypted(ENTITY, name="amt")), "m.eml", mail_keys=(as_mail_key("amt"),))

        (folder,) = tmp_path.iterdir()
        assert list(folder.iterdir()) == []


def test_signed_mails_are_checked(reader: Reader) -> None:
    whole = sealed(signed(ENTITY, opaque=True))

    assert reasons(reader.read(whole, "m.eml"))["1.1"] == "signature_intact"
    assert reasons(reader.read(HEAD + signed(ENTITY).replace(b"Guten", b"Guter"), "m.eml"))["1.2"] == "signature_broken"


def test_outlooks_own_formats_are_read(reader: Reader) -> None:
    assert reader.read(outlook(subject="Antrag", body="Guten Tag"), "Antrag.msg").head.body == "Guten Tag"
    assert reader.read(tnef(body="Guten Tag"), "winmail.dat").head.body == "Guten Tag"
