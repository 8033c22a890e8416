"""What Outlook wraps a mail in: .msg files (python-oxmsg) and winmail.dat (tnefparse), both told as one plain shape."""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Any

from oxmsg import Message
from oxmsg.attachment import Attachment
from tnefparse import TNEF
from tnefparse.codepage import Codepage
from tnefparse.properties import MAPI_ATTACH_LONG_FILENAME, MAPI_ATTACH_MIME_TAG

from casework.words.errors import AmtsboteError
from classifiers.readers.headers import clean_text, decode_bytes, file_name
from classifiers.readers.rtf import RtfDamaged, body_of_rtf, unpack_rtf

_DAMAGE = (
    ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError, OSError, NameError,
    struct.error, RecursionError, MessageError,
)  # fmt: skip
"""What two libraries that trust their input raise when it lies."""
_EMBEDDED = "__substg1.0_3701000D"
_RTF, _SENDER, _MESSAGE_ID, _CONTENT_ID, _SHORT_NAME, _SHOWN_NAME = 0x1009, 0x5D01, 0x1035, 0x3712, 0x3704, 0x3001
"""Property ids (MS-OXPROPS)."""
_DEEPEST = 10
logging.getLogger("tnefparse").addHandler(logging.NullHandler())
logging.getLogger("tnefparse").propagate = False  # its warnings quote what it reads


class OutlookDamaged(AmtsboteError):
    """A .msg or winmail.dat that cannot be opened."""

    def __init__(self) -> None:
        super().__init__("the Outlook file is damaged; ask the sender for the files themselves")


@dataclass(frozen=True)
class File:
    """A file in it. `declared` is its media type as it says; `inline` is a picture that the HTML shows."""

    name: str | None
    data: bytes
    declared: str = ""
    inline: bool = False
    reason: str = ""
    """A reason code when its bytes are not there."""


@dataclass
class OutlookMail:
    """A mail in Outlook's own format. `bodies` are pairs of media type and text."""

    subject: str = ""
    sender: str = ""
    sender_name: str = ""
    recipient: str = ""
    message_id: str = ""
    sent_at: str = ""
    date: str = ""
    bodies: list[tuple[str, str]] = field(default_factory=list)
    files: list[File] = field(default_factory=list)


def read_msg(data: bytes, *, most: int) -> OutlookMail:
    """An Outlook .msg; `most` bounds what its RTF may grow to. Raises OutlookDamaged."""
    try:
        return _mail_of(Message.load(data), most, 0)
    except _DAMAGE as error:
        raise OutlookDamaged from error


def _mail_of(message: Message, most: int, depth: int) -> OutlookMail:
    if depth > _DEEPEST:
        raise RecursionError
    names = message.properties
    address = _text(names, _SENDER) or _text(names, 0x0C1F)
    mail = OutlookMail(
        subject=clean_text(message.subject),
        sender=address if "@" in address else "",
        sender_name=_text(names, 0x0C1A),
        recipient=next((_address_of(each.email_address) for each in message.recipients), ""),
        message_id=_text(names, _MESSAGE_ID),
        bodies=list(_bodies(message, most)),
        files=[_file(each, most, depth) for each in message.attachments],
    )
    if message.sent_date is not None:
        mail.sent_at, mail.date = message.sent_date.isoformat(), format_datetime(message.sent_date)
    return mail


def _address_of(found: object) -> str:
    shown = clean_text(str(found or "")).strip().lower()
    return shown if "@" in shown else ""


def _text(properties: Any, identifier: int) -> str:
    try:
        return clean_text(properties.str_prop_value(identifier) or "").strip("\0 ")
    except _DAMAGE:  # one bad property costs that property only
        return ""


def _bodies(message: Message, most: int) -> Iterator[tuple[str, str]]:
    """Text, HTML, or what the RTF was made of when there is neither."""
    plain, html = _text(message.properties, 0x1000), _html(message)
    if plain.strip():
        yield "text/plain", plain
    if html.strip():
        yield "text/html", html
    packed = message.properties.binary_prop_value(_RTF)
    if packed and not plain.strip() and not html.strip():
        yield from _rtf_body(packed, most)


def _html(message: Message) -> str:
    raw = message.properties.binary_prop_value(0x1013)
    if raw is None:
        return _text(message.properties, 0x1013)
    try:
        charset = message.properties.body_encoding
    except _DAMAGE:
        charset = "utf-8"
    return decode_bytes(raw, charset)


def _rtf_body(packed: bytes, most: int) -> Iterator[tuple[str, str]]:
    try:
        media_type, text = body_of_rtf(unpack_rtf(packed, most=most))
    except RtfDamaged:
        return
    if text.strip():
        yield media_type, text


def _file(attachment: Attachment, most: int, depth: int) -> File:
    """An attachment; a mail attached as Outlook keeps it is written as an ordinary mail."""
    names = attachment.properties
    name = file_name(next((text for key in (0x3707, _SHORT_NAME, _SHOWN_NAME) if (text := _text(names, key))), ""))
    declared = _text(names, 0x370E).lower()
    storage: Any = attachment._storage
    try:
        data = attachment.file_bytes
        if data is not None:
            return File(name, data, declared, inline=bool(_text(names, _CONTENT_ID)) and declared.startswith("image/"))
        inner = next(each for each in storage.storages if each.path.endswith(_EMBEDDED))
        mail = _mail_of(_Inner(inner), most, depth + 1)
        return File(file_name(mail.subject or name or "") or "mail", as_mail(mail), "message/rfc822")
    except StopIteration:
        return File(name, b"", declared, reason="external_body")
    except _DAMAGE:
        return File(name, b"", declared, reason="mail_damaged")


class _Inner(Message):
    """A message inside a message: its properties begin eight bytes earlier (MS-OXMSG 2.4.1.2)."""

    @property
    def properties(self) -> Any:
        from oxmsg.properties import Properties

        found = self.__dict__.get("_inner_properties")
        if found is None:
            found = self.__dict__["_inner_properties"] = Properties(self._storage, properties_header_offset=24)
        return found


def as_mail(mail: OutlookMail) -> bytes:
    """The same as an ordinary mail, so that it is read, shown and opened like any other."""
    made = EmailMessage()
    made["Subject"] = " ".join(mail.subject.split())
    if mail.sender:
        made["From"] = formataddr((" ".join(mail.sender_name.split()), mail.sender.encode("ascii", "ignore").decode()))
    if mail.date:
        made["Date"] = mail.date
    texts = dict(mail.bodies)
    made.set_content(texts.get("text/plain", ""))
    if "text/html" in texts:
        made.add_alternative(texts["text/html"], subtype="html")
    for each in mail.files:
        made.add_attachment(each.data, maintype="application", subtype="octet-stream", filename=each.name)
    return made.as_bytes()


def read_tnef(data: bytes, *, most: int) -> OutlookMail:
    """A winmail.dat. A message inside it stays in its format, as a file of its own. Raises OutlookDamaged."""
    try:
        whole = TNEF(data, do_checksum=False)
        bodies = list(_tnef_bodies(whole, most))
        files = [_tnef_file(each) for each in whole.attachments]
    except _DAMAGE as error:
        raise OutlookDamaged from error
    return OutlookMail(bodies=bodies, files=files)


def _tnef_bodies(whole: TNEF, most: int) -> Iterator[tuple[str, str]]:
    charset = whole.codepage or "cp1252"
    plain, html = _said(whole.body, charset), _said(whole.htmlbody, charset)
    if plain:
        yield "text/plain", plain
    if html:
        yield "text/html", html
    if whole._rtfbody and not plain and not html:
        yield from _rtf_body(whole._rtfbody + b"\0", most)


def _said(text: str | bytes | None, charset: str) -> str:
    shown = decode_bytes(text, charset) if isinstance(text, bytes) else clean_text(text or "")
    return shown.strip("\0 \r\n\t")


def _tnef_file(attachment: Any) -> File:
    long_name = [each.data for each in attachment.mapi_attrs if each.name == MAPI_ATTACH_LONG_FILENAME]
    declared = [each.data for each in attachment.mapi_attrs if each.name == MAPI_ATTACH_MIME_TAG]
    raw = long_name[0] if long_name else attachment._name
    charset = attachment.codepage or Codepage(1252).codepage()
    name = file_name(decode_bytes(raw, charset) if isinstance(raw, bytes) else str(raw))
    data = attachment.data
    if not isinstance(data, bytes):
        return File(name, b"", reason="mail_damaged")
    return File(name, data, str(declared[0]).lower() if declared else "")
