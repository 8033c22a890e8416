"""Envelopes of file drops: what they say is shown, what they promise is held against the files."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest

from casework.words.reading import FileReading, ReadingContext
from classifiers.assembly import Reading
from classifiers.readers.content import type_of
from classifiers.readers.limits import Limits

PDF = b"%PDF-1.4\n%%EOF"
PROOF = "Nachweis der Halterin über die Haftpflicht".encode()
SERVICE = {"name": "Hundesteuer anmelden", "identifier": "urn:de:fim:leika:leistung:99102013104000"}
XJUSTIZ = """<?xml version="1.0" encoding="UTF-8"?>
<tns:nachricht.gds.uebermittlungSchriftgutobjekte.0005005 xmlns:tns="http://www.xjustiz.de">
  <tns:nachrichtenkopf xjustizVersion="3.4.1">
    <tns:aktenzeichen.absender>12 A 34/26</tns:aktenzeichen.absender>
    <tns:aktenzeichen.empfaenger>20.1-77</tns:aktenzeichen.empfaenger>
    <tns:erstellungszeitpunkt>2026-11-20T08:15:00Z</tns:erstellungszeitpunkt>
    <tns:auswahl_absender>
      <tns:absender.sonstige>Verwaltungsgericht Musterstadt</tns:absender.sonstige>
    </tns:auswahl_absender>
    <tns:auswahl_empfaenger><tns:empfaenger.sonstige>Amt Muster</tns:empfaenger.sonstige></tns:auswahl_empfaenger>
    <tns:eigeneNachrichtenID>5d0e7c9a</tns:eigeneNachrichtenID>
  </tns:nachrichtenkopf>
  <tns:schriftgutobjekte><tns:dokument><tns:dateiname>{file}</tns:dateiname></tns:dokument></tns:schriftgutobjekte>
</tns:nachricht.gds.uebermittlungSchriftgutobjekte.0005005>
"""


def packed(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def read(files: Mapping[str, bytes], *, name: str = "einreichung-7.zip", **context: Any) -> FileReading:
    return Reading(packed(files), name, ReadingContext(**context), Limits(), {}).read()


def sha512(data: bytes) -> dict[str, str]:
    return {"type": "sha512", "content": hashlib.sha512(data).hexdigest()}


def submission(data: bytes, attachments: Mapping[str, bytes]) -> dict[str, Any]:
    """Metadata of a FIT-Connect submission with true digests."""
    listed = [
        {"attachmentId": f"id-{number}", "purpose": "attachment", "filename": name, "hash": sha512(content)}
        for number, (name, content) in enumerate(attachments.items())
    ]
    return {
        "contentStructure": {
            "data": {"hash": sha512(data), "submissionSchema": {"mimeType": "application/json"}},
            "attachments": listed,
        },
        "publicServiceType": SERVICE,
        "replyChannel": {"eMail": {"address": "Alke@Example.org"}},
        "additionalReferenceInfo": {"senderReference": "HS-2026-17", "applicationDate": "2026-11-20"},
    }


DATA = json.dumps(
    {"halter": {"name": "Jensen", "hunde": [{"rufname": "Bello"}, {"rufname": "Rex"}]}, "sepa": True}
).encode()


def fates(reading: FileReading) -> dict[str, tuple[str, str]]:
    return {part.name or "": (part.fate.value, part.reason) for part in reading.parts}


def test_a_fit_connect_submission_shows_who_what_and_when() -> None:
    metadata = submission(DATA, {"ausweis.pdf": PDF})
    reading = read({"data.json": DATA, "metadata.json": json.dumps(metadata).encode(), "anlagen/ausweis.pdf": PDF})
    head = reading.head
    assert (head.sender, head.subject, head.sent_at) == (
        "alke@example.org", "Hundesteuer anmelden – HS-2026-17", "2026-11-20",
    )  # fmt: skip
    assert head.body.splitlines() == [
        "halter.name: Jensen", "halter.hunde.rufname: Bello", "halter.hunde.rufname: Rex", "sepa: ja",
    ]  # fmt: skip
    found = fates(reading)
    assert found["metadata.json"] == ("used", "envelope")
    assert found["data.json"] == ("kept", "submission_data")
    assert not {"attachment_altered", "attachment_missing"} & set(reading.documents[0].unsure)


def test_a_submission_of_data_alone_is_judged_by_its_data() -> None:
    files = {"data.json": DATA, "metadata.json": json.dumps(submission(DATA, {})).encode()}
    read_apart = Reading(packed(files), "einreichung-7.zip", ReadingContext(), Limits(), {})
    assert read_apart.read().documents[0].unsure == ["unknown_kind"]
    assert "halter.name: Jensen" in read_apart.texts["1"]


@pytest.mark.parametrize(
    ("there", "code"),
    [
        ({"ausweis.txt": PROOF + b"\n"}, "attachment_altered"),
        ({}, "attachment_missing"),
        ({"id-0": PROOF}, ""),
        ({"id-0.txt": PROOF + b" "}, "attachment_altered"),
        ({"anders.txt": PROOF}, ""),
    ],
)
def test_every_attachment_has_to_be_the_one_that_was_announced(there: dict[str, bytes], code: str) -> None:
    metadata = json.dumps(submission(DATA, {"ausweis.txt": PROOF})).encode()
    reading = read({"data.json": DATA, "metadata.json": metadata, **there})
    told = [why for why in reading.documents[0].unsure if why.startswith("attachment_")]
    assert told == ([code] if code else [])
    assert [reason for _, reason in fates(reading).values()].count("attachment_altered") == (
        code == "attachment_altered"
    )


def test_altered_data_is_told_too() -> None:
    metadata = json.dumps(submission(DATA, {})).encode()
    reading = read({"data.json": DATA.replace(b"Bello", b"Wotan"), "metadata.json": metadata})
    assert "attachment_altered" in reading.documents[0].unsure
    assert fates(reading)["data.json"] == ("kept", "attachment_altered")


@pytest.mark.parametrize(
    "metadata",
    [
        b"[]", b"{", b"\xff\xfe\x00", b'{"contentStructure": null}', b"[" * 100_000,
        b'{"contentStructure": {"data": [], "attachments": [null, 3, {"hash": 5, "filename": {}}]}}',
        b'{"contentStructure": {"data": {"hash": {"type": 1, "content": []}}, "attachments": {}}}',
    ],
)  # fmt: skip
def test_metadata_that_makes_no_sense_leaves_the_file_name_as_subject(metadata: bytes) -> None:
    reading = read({"metadata.json": metadata, "a.pdf": PDF})
    assert reading.head.subject == "einreichung-7.zip"
    assert all(part.reason for part in reading.parts)


def test_envelope_texts_are_one_clean_line() -> None:
    metadata = submission(DATA, {})
    metadata["publicServiceType"] = {"name": "Antrag\r\nBcc: x@y.example\u202e" + "A" * 5000}
    head = read({"data.json": DATA, "metadata.json": json.dumps(metadata).encode()}).head
    assert head.subject.startswith("Antrag Bcc: x@y.exampleAAA")
    assert len(head.subject) < 350


def test_a_bebpo_export_shows_court_file_numbers_and_time() -> None:
    reading = read({
        "xjustiz_nachricht.xml": XJUSTIZ.format(file="schriftsatz.pdf").encode(),
        "schriftsatz.pdf": PDF,
        "visitenkarte.xml": b"<card><name>VG</name></card>",
    })  # fmt: skip
    head = reading.head
    assert (head.sender_name, head.recipient) == ("Verwaltungsgericht Musterstadt", "Amt Muster")
    assert head.subject == "uebermittlung Schriftgutobjekte, Az. 12 A 34/26, unser Az. 20.1-77"
    assert (head.sent_at, head.message_id) == ("2026-11-20T08:15:00Z", "5d0e7c9a")
    found = fates(reading)
    assert found["xjustiz_nachricht.xml"] == found["visitenkarte.xml"] == ("used", "envelope")
    assert "attachment_missing" not in reading.documents[0].unsure


def test_a_document_that_an_export_names_and_does_not_hold_is_told() -> None:
    reading = read({"xjustiz_nachricht.xml": XJUSTIZ.format(file="klage.pdf").encode(), "anlage.pdf": PDF})
    assert "attachment_missing" in reading.documents[0].unsure


@pytest.mark.parametrize(
    "xml", [b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", b"<a/>", b"<a", b"not xml"]
)
def test_other_xml_of_that_name_is_no_envelope(xml: bytes) -> None:
    reading = read({"xjustiz_nachricht.xml": xml, "a.pdf": PDF}, name="export.zip")
    assert reading.head.subject == "export.zip"
    assert fates(reading)["xjustiz_nachricht.xml"][1] != "envelope"


def test_a_plain_scan_has_its_file_name_as_subject() -> None:
    reading = Reading(PDF, "Scan_2026-11-20.pdf", ReadingContext(), Limits(), {}).read()
    assert (reading.head.subject, reading.path) == ("Scan_2026-11-20.pdf", "Scan_2026-11-20.pdf")


def test_an_envelope_in_an_archive_within_the_drop_is_not_believed() -> None:
    inner = packed({"metadata.json": json.dumps(submission(DATA, {})).encode(), "data.json": DATA})
    assert read({"inner.zip": inner}).head.subject == "einreichung-7.zip"


@pytest.mark.parametrize("trusted", [True, False])
def test_only_a_folder_of_the_online_service_makes_its_mail_form_mail(trusted: bool) -> None:
    context = ReadingContext(trusted_sender=trusted)
    mail = b"From: antrag@dienst.example\r\nTo: amt@amt-a.example\r\nSubject: Antrag\r\n\r\nFormular\r\n"
    assert Reading(mail, "antrag.eml", context, Limits(), {})._is_form_sender() is trusted


def test_a_zip_that_holds_a_pdf_uncompressed_is_a_zip() -> None:
    assert type_of(packed({"a.pdf": PDF})) == "application/zip"


def test_a_pdf_in_front_of_which_somebody_wrote_the_sign_of_a_zip_stays_a_pdf() -> None:
    assert type_of(packed({"a.txt": b"x"})[:30] + PDF + packed({"b.txt": b"y"})) == "application/pdf"


def test_a_citizens_file_that_is_called_like_the_envelope_is_not_believed() -> None:
    theirs = json.dumps(submission(DATA, {}) | {"replyChannel": {"eMail": {"address": "buergermeister@amt.example"}}})
    metadata = json.dumps(submission(DATA, {"metadata.json": theirs.encode()})).encode()
    reading = read({"anlagen/metadata.json": theirs.encode(), "data.json": DATA, "metadata.json": metadata})
    assert reading.head.sender == "alke@example.org"


def test_of_two_envelopes_side_by_side_none_is_believed() -> None:
    metadata = json.dumps(submission(DATA, {})).encode()
    reading = read({"Metadata.json": metadata, "data.json": DATA, "metadata.json": metadata})
    assert reading.head.sender == "" and reading.head.subject == "einreichung-7.zip"
    assert "attachment_altered" in reading.documents[0].unsure


@pytest.mark.parametrize(("purpose", "proved"), [("form", True), ("attachment", False), ("", False)])
def test_only_what_the_online_service_wrote_is_proved_by_its_folder(purpose: str, proved: bool) -> None:
    metadata = submission(DATA, {"antrag.pdf": PDF})
    metadata["contentStructure"]["attachments"][0]["purpose"] = purpose
    files = {"antrag.pdf": PDF, "data.json": DATA, "metadata.json": json.dumps(metadata).encode()}
    apart = Reading(packed(files), "einreichung-7.zip", ReadingContext(trusted_sender=True), Limits(), {})
    assert [apart._material(piece).form_sender for piece in apart.unpacked.pieces if piece.name == "antrag.pdf"] == [
        proved
    ]


def test_data_of_millions_of_values_is_shown_up_to_a_bound() -> None:
    deep = b"[" + b"1," * 1_000_000 + b"1]"
    for step in range(15):
        deep = b'{"' + str(step).encode() * 40 + b'":' + deep + b"}"
    reading = read({"data.json": deep, "metadata.json": json.dumps(submission(deep, {})).encode()})
    assert 1000 < len(reading.head.body) <= 20_000
