"""What is closed unseen: only what says of itself that a machine wrote it, with nothing hanging on it."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest
from PIL import Image

from casework.words.reading import DecidedBy, DocumentReading, ReadingContext
from classifiers.assembly import Reading
from classifiers.readers.limits import Limits

REMEDY = "Hiermit lege ich Widerspruch gegen den Bescheid vom 01.11.2026 ein."
ABSENCE = "Ich bin bis 10.11. nicht im Haus."


def picture(side: int = 400) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((side, side), 60).save(buffer, format="JPEG")
    return buffer.getvalue()


def office_file() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    return buffer.getvalue()


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("brief.txt", REMEDY)
    return buffer.getvalue()


def read(text: str, *files: tuple[str, bytes], subject: str = "Post", **headers: str) -> DocumentReading:
    message = EmailMessage()
    message["From"], message["Subject"] = "person@mail.example", subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    (document,) = Reading(message.as_bytes(), "m.eml", ReadingContext(), Limits(), {}).read().documents
    return document


def is_closed_unseen(document: DocumentReading) -> bool:
    return document.kind == "no_action" and document.decided_by is DecidedBy.BYTES and not document.unsure


def test_an_absence_notice_that_says_so_twice_is_closed() -> None:
    document = read(ABSENCE, subject="Abwesenheit: Ihre Anfrage", Auto_Submitted="auto-replied")

    assert is_closed_unseen(document)
    assert document.fields["why"].value == "auto_reply"


def test_a_wish_for_no_automatic_answer_says_nothing_about_the_mail() -> None:
    document = read(REMEDY, subject="Widerspruch", X_Auto_Response_Suppress="All")

    assert document.kind == "unknown"


@pytest.mark.parametrize("said", ["auto-generated", "auto-generated (fax)", "yes", "no", "auto-notified"])
def test_what_a_machine_sent_may_still_be_a_letter(said: str) -> None:
    assert read("Bitte um Rückruf.", subject="Automatische Antwort", Auto_Submitted=said).kind == "unknown"


def test_an_automatic_answer_of_unclear_subject_is_seen_by_a_clerk() -> None:
    document = read(ABSENCE, subject="AW: Ihre Anfrage", Auto_Submitted="auto-replied")

    assert (document.kind, document.decided_by) == ("no_action", DecidedBy.RULE)


@pytest.mark.parametrize(
    "file",
    [("scan.jpg", picture()), ("klein.jpg", picture(60)), ("brief.docx", office_file()), ("post.zip", archive())],
    ids=["scan", "small picture", "office file", "archive"],
)
@pytest.mark.parametrize("kind_of_mail", ["answer", "newsletter"])
def test_nothing_with_an_attachment_is_closed_unseen(file: tuple[str, bytes], kind_of_mail: str) -> None:
    if kind_of_mail == "answer":
        document = read(ABSENCE, file, subject="Abwesenheit", Auto_Submitted="auto-replied")
    else:
        document = read("Newsletter abbestellen", file, List_Unsubscribe="<https://x.example>")

    assert not is_closed_unseen(document)


def test_a_second_text_beside_the_body_is_an_attachment() -> None:
    raw = (
        f"From: a@b.example\r\nSubject: Abwesenheit\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n{ABSENCE}\r\n"
        f"--b\r\nContent-Type: text/plain\r\n\r\nBitte beachten Sie meinen Antrag.\r\n--b--\r\n"
    ).encode()
    (document,) = Reading(raw, "m.eml", ReadingContext(), Limits(), {}).read().documents

    assert not is_closed_unseen(document)


@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "auto-replied"}, {"List_Id": "<x.example>"}, {"Precedence": "bulk"}]
)
def test_a_legal_remedy_is_never_closed_unseen(headers: dict[str, str]) -> None:
    document = read(f"{REMEDY} Newsletter abbestellen.", subject="Automatische Antwort", **headers)

    assert not is_closed_unseen(document)


def test_a_bounce_is_closed_and_what_it_quotes_is_not_post() -> None:
    raw = (
        f"From: mailer-daemon@x.example\r\nSubject: Undeliverable: Bescheid\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nUnzustellbar\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x.example\r\n\r\nAction: failed\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: amt@x.example\r\nSubject: Bescheid\r\n\r\n{ABSENCE}\r\n"
        f"--b--\r\n"
    ).encode()
    (document,) = Reading(raw, "m.eml", ReadingContext(), Limits(), {}).read().documents

    assert is_closed_unseen(document)


def test_a_file_that_only_hangs_in_a_report_is_post() -> None:
    raw = (
        b"From: a@x.example\r\nSubject: Undeliverable\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nText\r\n"
        b"--b\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment; filename=scan.jpg\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n\r\n" + picture() + b"\r\n--b--\r\n"
    )
    (document,) = Reading(raw, "m.eml", ReadingContext(), Limits(), {}).read().documents

    assert not is_closed_unseen(document)


REPORT = """From: mailer-daemon@mail.example
Subject: Unzustellbar: Ihre Nachricht
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=B

--B
Content-Type: text/plain

Ihre Nachricht konnte nicht zugestellt werden.
--B
Content-Type: message/rfc822

From: person@mail.example
Subject: {subject}
MIME-Version: 1.0
Content-Type: {kind}

{text}
--B--
"""


@pytest.mark.parametrize(
    ("subject", "kind", "text", "closed"),
    [
        ("Termin", "text/plain", "Wir bitten um Rückruf.", True),
        ("Termin", "text/plain", REMEDY, False),
        ("Widerspruch", "text/plain", "Siehe Betreff.", False),
        ("Termin", "text/html", f"<p>{REMEDY}</p>", False),
        ("Termin", "application/pdf", "%PDF-1.4" + " " * 20_000, False),
    ],
)
def test_what_a_bounce_quotes_is_looked_at(subject: str, kind: str, text: str, closed: bool) -> None:
    raw = REPORT.format(subject=subject, kind=kind, text=text).encode()
    (document,) = Reading(raw, "m.eml", ReadingContext(), Limits(), {}).read().documents
    assert is_closed_unseen(document) is closed


def test_a_remedy_in_another_form_of_the_body_is_never_closed() -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "person@mail.example", "Abwesenheit"
    message["Auto-Submitted"] = "auto-replied"
    message.set_content(ABSENCE)
    message.add_alternative(f"<p>{REMEDY}</p>", subtype="html")
    (document,) = Reading(message.as_bytes(), "m.eml", ReadingContext(), Limits(), {}).read().documents
    assert not is_closed_unseen(document)


@pytest.mark.parametrize(
    "word", ["Wider-\nspruch", "Widerspruchs", "Widersprüche", "Einsprüchen", "Klageschrift", "Sachbeschwerde"]
)
def test_a_remedy_is_known_in_every_form_of_its_word(word: str) -> None:
    document = read(f"Hier mein {word}.", subject="Abwesenheit", Auto_Submitted="auto-replied")
    assert not is_closed_unseen(document)
