"""Calendar entries and contact cards in words."""

from __future__ import annotations

from email.message import EmailMessage

from classifiers.readers.limits import Limits
from classifiers.readers.unpack import unpack
from classifiers.views import readable_view

ENTRY = (
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Ortstermin\\, Gehweg\r\n"
    "DTSTART;TZID=Europe/Berlin:20261105T090000\r\nDTEND:20261105T093000Z\r\nLOCATION:Dorfstraße 1\\nHütten\r\n"
    'ORGANIZER;CN="Probe, Alke":mailto:alke@amt.example\r\nDESCRIPTION:Bitte Zollstock mit\r\n bringen\r\n'
    "BEGIN:VALARM\r\nDESCRIPTION:Erinnerung\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
CARD = (
    "BEGIN:VCARD\nVERSION:3.0\nN:Probe;Alke\nFN:Alke Probe\nitem1.TEL;TYPE=work:04331 1\n"
    "ADR:;;Markt 1;Hütten;;24358;\nEND:VCARD\n"
)


def view(text: str, subtype: str) -> tuple[str, str, str]:
    mail = EmailMessage()
    mail.set_content("siehe Anlage")
    mail.add_attachment(text.encode(), maintype="text", subtype=subtype, filename=f"x.{subtype}")
    piece = unpack(mail.as_bytes(), "m.eml", limits=Limits()).pieces[2]
    return piece.type, piece.reason, readable_view(piece)


def test_an_invitation_is_told_in_words() -> None:
    assert view(ENTRY, "calendar") == (
        "text/calendar",
        "attachment",
        "<pre>Einladung\n\nBetreff: Ortstermin, Gehweg\nBeginn: 05.11.2026 09:00 (Europe/Berlin)\n"
        "Ende: 05.11.2026 09:30 UTC\nOrt: Dorfstraße 1\nHütten\nEinladend: Probe, Alke &lt;alke@amt.example&gt;\n"
        "Text: Bitte Zollstock mitbringen</pre>",
    )


def test_a_card_is_told_in_words() -> None:
    assert view(CARD, "vcard") == (
        "text/vcard",
        "attachment",
        "<pre>Name: Alke Probe\nTelefon: 04331 1\nAnschrift: Markt 1, Hütten, 24358</pre>",
    )
