"""Puts a letter into the shape of a mail, the way different mail programs do: charsets, encodings, file names, HTML."""

from __future__ import annotations

import base64
import html
import io
import quopri
import string
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.charset import BASE64, QP, Charset
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.policy import compat32
from email.utils import encode_rfc2231, format_datetime
from random import Random

from demo.letters.letter import DocumentTruth

CHARSETS = ("utf-8", "utf-8", "iso-8859-1", "windows-1252", "iso-8859-15")
PROGRAMS = (
    "Kontor Mail 4.2",
    "Fördepost 11.0.3",
    "Webpost/2026.3",
    "MailKutter 7.1 (Windows)",
    "Rechnungsversand 3.8",
    None,
)
FILE_TYPES = {
    "pdf": ("application/pdf", "application/pdf", "application/octet-stream"),
    "xml": ("application/xml", "text/xml", "application/octet-stream"),
    "jpg": ("image/jpeg",),
    "png": ("image/png",),
}


@dataclass(frozen=True)
class Attachment:
    """A file that goes along; with `content_id` it is shown inside the HTML text and is no document."""

    name: str
    data: bytes = field(repr=False)
    content_id: str | None = None


@dataclass(frozen=True)
class Draft:
    """A letter before it is put into an envelope.

    `text` None: no text at all. `look`: `plain` text only, `both` text and HTML, `html` HTML only. `charset`: fixed
    by the sending program, else drawn.
    """

    sender_name: str
    sender: str
    to: str
    office: str
    subject: str
    text: str | None
    documents: tuple[DocumentTruth, ...]
    attachments: tuple[Attachment, ...] = ()
    look: str = "plain"
    authentic: bool = True
    envelope_from: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    program: str | None = None
    charset: str | None = None
    notes: str = ""


@dataclass(frozen=True)
class Sent:
    """A finished mail with what the envelope needs."""

    raw: bytes
    message_id: str
    envelope_from: str


def compose(draft: Draft, rng: Random, *, at: datetime) -> Sent:
    """The draft as a whole message with CRLF line ends; `at` is when it was sent (aware)."""
    charset = draft.charset or _charset_for(draft, rng)
    head = _body(draft, rng, charset)
    content = head.items()
    for name, _ in content:
        del head[name]
    domain = draft.sender.rpartition("@")[2]
    message_id = f"<{_token(rng, 20)}@{domain}>"
    envelope_from = draft.envelope_from or draft.sender
    for line in relay_lines(rng, domain=envelope_from.rpartition("@")[2] or domain, to=draft.to, at=at):
        head["Received"] = line
    head["Date"] = format_datetime(at)
    head["From"] = _address(draft.sender_name, draft.sender, charset, rng)
    head["To"] = draft.to if rng.random() < 0.6 else f"Posteingang <{draft.to}>"
    if draft.subject:
        head["Subject"] = _encoded(draft.subject, charset, rng, name="Subject")
    head["Message-ID"] = message_id
    program = draft.program or rng.choice(PROGRAMS)
    if program:
        head[rng.choice(("X-Mailer", "User-Agent"))] = _encoded(program, charset, rng, name="X-Mailer")
    for name, value in draft.headers:
        head[name] = value
    head["MIME-Version"] = "1.0"
    for name, value in content:
        head[name] = value
    return Sent(as_bytes(head), message_id, envelope_from)


def as_bytes(message: Message) -> bytes:
    """The message as it goes over the wire."""
    buffer = io.BytesIO()
    generator = BytesGenerator(buffer, mangle_from_=False, policy=compat32.clone(linesep="\r\n", max_line_length=0))
    generator.flatten(message)
    return buffer.getvalue()


def relay_lines(rng: Random, *, domain: str, to: str, at: datetime) -> list[str]:
    """Received lines of two or three stations, the latest first, seconds apart."""
    office = to.rpartition("@")[2]
    stations = [f"mx{rng.randrange(1, 4)}.{office}", f"out{rng.randrange(10, 99)}.{domain}"]
    if rng.random() < 0.5:
        stations.append(f"relay-{_token(rng, 4)}.{domain}")
    lines = []
    for place, station in enumerate(stations):
        since = at + timedelta(seconds=rng.randrange(1, 20) + 20 * (len(stations) - place))
        source = stations[place + 1] if place + 1 < len(stations) else f"[192.0.2.{rng.randrange(1, 254)}]"
        lines.append(f"from {source} by {station} with ESMTPS id {_token(rng, 12)}; {format_datetime(since)}")
    return lines


def german_time(day: datetime) -> datetime:
    """The same wall clock time with the offset that holds in Germany (summer time taken as April to October)."""
    hours = 2 if 4 <= day.month <= 10 else 1
    return day.replace(tzinfo=timezone(timedelta(hours=hours)))


def _charset_for(draft: Draft, rng: Random) -> str:
    """A charset that can hold all the text of the draft."""
    wanted = rng.choice(CHARSETS)
    try:
        "".join((draft.text or "", draft.subject, draft.sender_name)).encode(wanted)
    except UnicodeEncodeError:
        return "utf-8"
    return wanted


def _body(draft: Draft, rng: Random, charset: str) -> Message:
    """The text in its forms with inline pictures, then the files around it."""
    inline = [file for file in draft.attachments if file.content_id]
    files = [file for file in draft.attachments if not file.content_id]
    body = _text_body(draft, rng, charset, inline)
    if not files:
        return body
    parts = [_file_part(file, rng, charset) for file in files]
    if draft.text is None and len(parts) == 1 and rng.random() < 0.5:
        return parts[0]
    return _multipart("mixed", [body, *parts], rng)


def _text_body(draft: Draft, rng: Random, charset: str, inline: list[Attachment]) -> Message:
    text = draft.text or ""
    plain = _text_part(text, "plain", charset, rng)
    if draft.look == "plain" or draft.text is None:
        return plain
    markup = _text_part(as_html(text, inline), "html", charset, rng)
    if inline:
        markup = _multipart("related", [markup, *(_file_part(file, rng, charset) for file in inline)], rng)
    return markup if draft.look == "html" else _multipart("alternative", [plain, markup], rng)


def as_html(text: str, inline: list[Attachment]) -> str:
    """The text as HTML with one paragraph per block and the inline pictures at its end."""
    blocks = "".join(f"<p>{html.escape(block).replace(chr(10), '<br>')}</p>" for block in text.strip().split("\n\n"))
    pictures = "".join(f'<p><img src="cid:{file.content_id}" alt="Logo" width="180"></p>' for file in inline)
    style = "body{font-family:Calibri,Arial,sans-serif;font-size:11pt;color:#222}"
    return f"<html><head><style>{style}</style></head><body>{blocks}{pictures}</body></html>"


def _multipart(subtype: str, parts: list[Message], rng: Random) -> Message:
    message = Message(policy=compat32)
    message["Content-Type"] = f'multipart/{subtype}; boundary="=_{_token(rng, 24)}"'
    for part in parts:
        message.attach(part)
    return message


def _text_part(text: str, subtype: str, charset: str, rng: Random) -> Message:
    data = text.encode(charset)
    long_lines = any(len(line) > 900 for line in data.split(b"\n"))
    ways = ("quoted-printable", "base64") if long_lines else ("quoted-printable", "quoted-printable", "base64", "8bit")
    way = "7bit" if data.isascii() and not long_lines and rng.random() < 0.7 else rng.choice(ways)
    part = Message(policy=compat32)
    part["Content-Type"] = f"text/{subtype}; charset={charset}"
    part["Content-Transfer-Encoding"] = way
    if way == "quoted-printable":
        data = quopri.encodestring(data)
    elif way == "base64":
        data = base64.encodebytes(data)
    part.set_payload(data.decode("ascii", "surrogateescape"))
    return part


def _file_part(file: Attachment, rng: Random, charset: str) -> Message:
    kind = rng.choice(FILE_TYPES.get(file.name.rpartition(".")[2].lower(), ("application/octet-stream",)))
    part = Message(policy=compat32)
    name_type, name_disposition = _file_name_parameters(file.name, rng, charset)
    part["Content-Type"] = f"{kind}{name_type}"
    part["Content-Transfer-Encoding"] = "base64"
    if file.content_id:
        part["Content-ID"] = f"<{file.content_id}>"
    part["Content-Disposition"] = ("inline" if file.content_id else "attachment") + name_disposition
    part.set_payload(base64.encodebytes(file.data).decode("ascii"))
    return part


def _file_name_parameters(name: str, rng: Random, charset: str) -> tuple[str, str]:
    """The name for Content-Type and Content-Disposition: quoted, RFC 2231 whole or in pieces, RFC 2047 in quotes."""
    if name.isascii():
        return (f';\n name="{name}"' if rng.random() < 0.7 else ""), f';\n filename="{name}"'
    try:
        name.encode(charset)
    except UnicodeEncodeError:
        charset = "utf-8"
    style = rng.choice(("2231", "2231 pieces", "2047"))
    if style == "2047":
        word = Header(name, charset, maxlinelen=10_000).encode()
        return f';\n name="{word}"', f';\n filename="{word}"'
    whole = encode_rfc2231(name, charset.upper(), "")
    if style == "2231":
        return f";\n name*={whole}", f";\n filename*={whole}"
    middle = whole.find("%") if whole.find("%") > 20 else len(whole) // 2
    while "%" in whole[middle - 2 : middle]:
        middle += 1
    return "", f";\n filename*0*={whole[:middle]};\n filename*1*={whole[middle:]}"


def _address(name: str, address: str, charset: str, rng: Random) -> str:
    if not name:
        return address
    if name.isascii():
        return f'"{name}" <{address}>' if rng.random() < 0.5 or set(name) & set(".,()@&") else f"{name} <{address}>"
    return f"{_encoded(name, charset, rng, name='From')} <{address}>"


def _encoded(text: str, charset: str, rng: Random, *, name: str) -> str:
    """A header value as encoded words (Q or B) when it is not plain ASCII."""
    if text.isascii():
        return text
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        charset = "utf-8"
    kind = Charset(charset)
    kind.header_encoding = rng.choice((QP, BASE64))
    return Header(text, kind, header_name=name).encode()


def _token(rng: Random, length: int) -> str:
    return "".join(rng.choices(string.ascii_lowercase + string.digits, k=length))
