"""From message to documents: who claims what, what belongs together, what the rest becomes."""

from __future__ import annotations

import io
from email.message import EmailMessage
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from casework.words.reading import DecidedBy, FileReading, ReadingContext
from classifiers.assembly import Reading
from classifiers.readers.limits import Limits

EXAMPLES = Path(__file__).parents[2] / "examples"
UBL = (EXAMPLES / "invoice" / "xrechnung_ubl.xml").read_bytes()
CII = (EXAMPLES / "invoice" / "xrechnung_cii.xml").read_bytes()
FORM = (EXAMPLES / "dog_registration" / "form_mail.eml").read_bytes()
CONTEXT = ReadingContext(authserv_id="mx.amt.example", form_senders=("form@online.example",))

VISIBLE = (
    "Probe Bau GmbH", "Werkweg 4, 24999 Probestadt", "", "Rechnung Nr. B-2026-118", "Rechnungsdatum: 03.11.2026", "",
    "4 x Bordstein setzen 50,00 200,00", "Summe netto 200,00 EUR", "19 % Umsatzsteuer 38,00 EUR",
    "Gesamtbetrag 238,00 EUR", "IBAN DE02 1203 0000 0000 2020 51", "USt-IdNr. DE136695976",
)  # fmt: skip


def pdf(lines: tuple[str, ...], *, form: bool = False) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for number, line in enumerate(lines):
        canvas.drawString(60, 780 - number * 18, line)
    canvas.save()
    return buffer.getvalue()


def mail(*files: tuple[str, bytes], text: str = "Anbei.", **headers: str) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "rechnung@probe-bau.example", headers.pop("subject", "Rechnung")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def read(raw: bytes, name: str = "m.eml", **fixed: str) -> FileReading:
    context = CONTEXT.model_copy(update={"fixed_kinds": {part.replace("_", "."): kind for part, kind in fixed.items()}})
    return Reading(raw, name, context, Limits(), {}).read()


def fates(reading: FileReading) -> dict[str, tuple[str, str]]:
    return {part.id: (part.fate.value, part.reason) for part in reading.parts}


def test_each_claimed_part_is_a_document_and_the_body_their_cover_letter() -> None:
    reading = read(mail(("a.xml", UBL), ("b.xml", CII)))

    assert [(document.part, document.kind) for document in reading.documents] == [
        ("1.2", "invoice"),
        ("1.3", "invoice"),
    ]
    assert fates(reading) == {
        "1": ("kept", "container"),
        "1.1": ("kept", "cover_letter"),
        "1.2": ("used", "main_document"),
        "1.3": ("used", "main_document"),
    }


def test_a_pdf_beside_its_xrechnung_is_the_same_matter_and_confirms_the_iban() -> None:
    reading = read(mail(("a.pdf", pdf(VISIBLE)), ("a.xml", UBL)))

    (document,) = reading.documents
    assert (document.part, document.parts, document.decided_by) == ("1.3", ["1.2"], DecidedBy.BYTES)
    assert [source.origin.value for source in document.fields["iban"].sources] == ["xml", "text"]
    assert fates(reading)["1.2"] == ("used", "same_matter")
    assert document.unsure == []


def test_a_pdf_that_shows_another_total_sends_its_xrechnung_to_a_clerk() -> None:
    other = tuple(line.replace("238,00", "838,00") for line in VISIBLE)
    (document,) = read(mail(("a.pdf", pdf(other)), ("a.xml", UBL))).documents

    assert document.unsure == ["xml_pdf_differ"]
    assert [finding.rule for finding in document.findings] == ["AB-XML-PDF-GROSS"]


def test_a_visible_invoice_is_read_with_boxes_and_two_sources_for_its_total() -> None:
    (document,) = read(pdf(VISIBLE), "rechnung.pdf").documents
    gross = document.fields["gross"]

    assert (document.kind, document.decided_by) == ("invoice", DecidedBy.RULE)
    assert {name: document.fields[name].value for name in ("number", "date", "net", "tax", "gross", "iban")} == {
        "number": "B-2026-118",
        "date": "2026-11-03",
        "net": "200.00",
        "tax": "38.00",
        "gross": "238.00",
        "iban": "DE02120300000000202051",
    }
    assert [source.origin.value for source in gross.sources] == ["text", "arithmetic"]
    assert gross.sources[1].derived_from == ("net", "tax")
    assert gross.sources[0].box is not None and 125 < gross.sources[0].box.x0 < 140


def test_a_dunning_letter_is_no_invoice() -> None:
    lines = ("Probe Bau GmbH", "Mahnung", *VISIBLE[3:])

    assert read(pdf(lines), "mahnung.pdf").documents[0].kind == "unknown"


def test_proved_form_mail_is_a_form_and_what_only_looks_so_is_not() -> None:
    proved = read(FORM).documents[0]
    forged = read(FORM.replace(b"dmarc=pass", b"dmarc=fail")).documents[0]

    assert (proved.decided_by, proved.unsure) == (DecidedBy.FORM, [])
    assert (forged.decided_by, forged.unsure) == (DecidedBy.RULE, ["sender_unproven"])
    assert {source.origin.value for field in proved.fields.values() for source in field.sources} == {"form"}
    assert {source.origin.value for field in forged.fields.values() for source in field.sources} == {"text"}


def test_a_newsletter_with_an_unrecognised_letter_is_not_thrown_away() -> None:
    headers = {"List_Unsubscribe": "<https://x.example>", "subject": "Neues"}

    assert read(mail(**headers)).documents[0].kind == "no_action"
    assert read(mail(("brief.pdf", pdf(("Sehr geehrte Damen und Herren,",))), **headers)).documents[0].kind == "unknown"
    assert [document.kind for document in read(mail(("a.xml", UBL), **headers)).documents] == ["invoice"]


def test_an_automatic_form_mail_without_proof_is_not_closed_as_automatic() -> None:
    forged = FORM.replace(b"dmarc=pass", b"dmarc=fail").replace(
        b"MIME-Version", b"Auto-Submitted: auto-generated\r\nMIME-Version"
    )

    proved = FORM.replace(b"MIME-Version", b"Auto-Submitted: auto-generated\r\nMIME-Version")

    assert [(d.kind, d.unsure) for d in read(forged).documents] == [("dog_registration", ["sender_unproven"])]
    assert [(d.kind, d.decided_by) for d in read(proved).documents] == [("dog_registration", DecidedBy.FORM)]


def test_nothing_claimed_stays_one_unknown_document_with_the_plainest_reason() -> None:
    damaged = read(mail(("brief.pdf", b"%PDF-1.7 kaputt"), text=" "))
    empty = read(b"From: a@b.example\r\nSubject: \r\n\r\n\r\n")
    letter = read(mail(text="Ich habe eine Frage zum Freibad.", subject="Frage"))

    assert [(d.kind, d.unsure) for d in damaged.documents] == [("unknown", ["pdf_damaged"])]
    assert [(d.kind, d.unsure) for d in empty.documents] == [("unknown", ["empty_message"])]
    assert [(d.part, d.kind, d.unsure) for d in letter.documents] == [("1.1", "unknown", ["unknown_kind"])]
    assert (damaged.reason, empty.reason, letter.reason) == ("pdf_damaged", "empty_message", "")


def test_a_kind_that_a_clerk_fixed_is_read_as_such() -> None:
    raw = mail(text="Name: Ünal\nVorname: Jördis\nPLZ: 24998\nName des Hundes: Krümel\nRasse: Dackel", subject="Hallo")

    (document,) = read(raw, **{"1_1": "dog_registration"}).documents
    assert (document.kind, document.fields["dog_name"].value) == ("dog_registration", "Krümel")


def test_a_bounce_does_not_open_what_it_quotes() -> None:
    bounce = (
        b"From: mailer-daemon@x.example\r\nSubject: Undeliverable\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nUnzustellbar\r\n"
        b"--b\r\nContent-Type: application/xml\r\nContent-Disposition: attachment; filename=a.xml\r\n\r\n"
        + UBL
        + b"\r\n--b--\r\n"
    )

    assert [document.kind for document in read(bounce).documents] == ["no_action"]


def test_malware_beside_an_invoice_keeps_it_from_passing_alone() -> None:
    sign = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
    reading = read(mail(("a.xml", UBL), ("b.txt", sign)))

    assert [(document.kind, document.unsure) for document in reading.documents] == [("invoice", ["malware"])]
    assert fates(reading)["1.3"] == ("refused", "malware")


def test_types_that_nobody_reads_are_kept_in_a_mail_and_refused_alone() -> None:
    word = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00\x01" * 400

    assert fates(read(mail(("brief.doc", word))))["1.2"] == ("kept", "type_unsupported")
    alone = read(word, "brief.doc")
    assert (alone.status, alone.reason, alone.documents[0].unsure) == (
        "refused",
        "type_unsupported",
        ["type_unsupported"],
    )


def test_a_part_that_two_kinds_claim_is_a_question() -> None:
    raw = mail(
        text="Name: Ünal\nVorname: Jördis\nPLZ: 24998\nName des Hundes: Krümel\nRasse: Dackel\n\n"
        "Anmeldung eines Hundes, Abmeldung eines Hundes",
        subject="Hund",
    )

    assert [(d.kind, d.unsure) for d in read(raw).documents] == [("unknown", ["two_kinds"])]


def test_a_part_that_is_too_large_keeps_the_invoice_beside_it_from_passing_alone() -> None:
    raw = mail(("a.xml", UBL), ("b.txt", b"x" * 300_000))
    reading = Reading(raw, "m.eml", CONTEXT, Limits(unpacked_bytes=len(raw) + 200_000), {}).read()

    assert [(document.kind, document.unsure) for document in reading.documents] == [("invoice", ["too_large"])]
