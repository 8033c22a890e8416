"""A mail taken into its head and its leaves (bodies and attachments), tolerant of what real mailers send."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from casework.words.reading import MessageHead
from classifiers.readers.headers import address, clean_text, decode_value, header, sent_at
from classifiers.readers.parts import Role
from classifiers.readers.sender import prove_sender

_BULK = re.compile(r"^\s*(?:bulk|list|junk)\b", re.I)


@dataclass(frozen=True)
class Leaf:
    """A part that has bytes of its own. `group` numbers the multipart/alternative it belongs to (0: none)."""

    data: bytes
    name: str | None
    declared: str
    charset: str
    role: Role
    group: int
    damaged: bool
    report: bool


def parse_mail(raw: bytes) -> Message:
    """The message tree; Python's compat32 policy keeps every odd header as it came."""
    return BytesParser(policy=compat32).parsebytes(raw.lstrip(b"\r\n"))


def head_of(message: Message, authserv_id: str | None) -> MessageHead:
    """The head as people see it, with the verdict about its sender. `body` is filled once the parts are known."""
    name, sender = address(message, "From")
    return MessageHead(
        sender=sender,
        sender_name=name,
        recipient=address(message, "To")[1],
        subject=header(message, "Subject"),
        message_id=header(message, "Message-ID"),
        sent_at=sent_at(message),
        auto_submitted=_is_reply_by_machine(message),
        bulk=_is_bulk(message),
        sender_proof=prove_sender(message, authserv_id),
    )


def _is_reply_by_machine(message: Message) -> bool:
    """A bounce or an absence notice that says so of itself (RFC 3834, RFC 6522).

    `auto-generated` is not enough: fax gateways, scanners and portals send letters so. X-Auto-Response-Suppress only
    asks others not to answer by machine; Exchange sets it on ordinary mail.
    """
    said = re.split(r"[\s;(]", header(message, "Auto-Submitted").lower(), maxsplit=1)[0]
    return said == "auto-replied" or message.get_content_type() == "multipart/report"


def _is_bulk(message: Message) -> bool:
    listed = any(header(message, name) for name in ("List-Unsubscribe", "List-Id", "Feedback-ID"))
    return listed or bool(_BULK.match(header(message, "Precedence")))


def leaves(message: Message, *, deepest: int) -> Iterator[Leaf]:
    """All leaves in order. Raises RecursionError when multiparts are nested deeper than `deepest`."""
    counter = [0]
    yield from _leaves(message, deepest, 0, counter, related=False, report=False)


def _leaves(part: Message, left: int, group: int, counter: list[int], *, related: bool, report: bool) -> Iterator[Leaf]:
    if left <= 0:
        raise RecursionError
    kind = part.get_content_type()
    payload = part.get_payload()
    if kind.startswith("multipart/") and isinstance(payload, list):
        if kind == "multipart/alternative":
            counter[0] += 1
            group = counter[0]
        for child in (child for child in payload if isinstance(child, Message)):
            yield from _leaves(
                child,
                left - 1,
                group,
                counter,
                related=related or kind == "multipart/related",
                report=report or kind == "multipart/report",
            )
        return
    yield _leaf(part, kind, group, related=related, report=report)


def _leaf(part: Message, kind: str, group: int, *, related: bool, report: bool) -> Leaf:
    data, damaged = _content(part)
    name = _name(part)
    disposition = (header(part, "Content-Disposition").split(";")[0].strip().lower()) or "inline"
    return Leaf(
        data=data,
        name=name,
        declared=kind,
        charset=clean_text(str(part.get_param("charset") or "")) if isinstance(part.get_param("charset"), str) else "",
        role=_role(kind, name, disposition, content_id=bool(header(part, "Content-ID")), related=related),
        group=group,
        damaged=damaged,
        report=report,
    )


def _role(kind: str, name: str | None, disposition: str, *, content_id: bool, related: bool) -> Role:
    if disposition == "attachment":
        return Role.ATTACHMENT
    if kind in {"text/plain", "text/html"} and not name:
        return Role.BODY
    return Role.INLINE if kind.startswith("image/") and content_id and related else Role.ATTACHMENT


def _content(part: Message) -> tuple[bytes, bool]:
    """The decoded bytes, and whether the transfer encoding was broken. A nested mail is given back as its bytes."""
    payload = part.get_payload()
    if isinstance(payload, list):
        inner = [child for child in payload if isinstance(child, Message)]
        return b"\n".join(child.as_bytes(policy=compat32) for child in inner), False
    try:
        data = part.get_payload(decode=True)
    except (binascii.Error, ValueError, LookupError, AssertionError):
        data = None
    if isinstance(data, bytes):
        return data, bool(part.defects)
    text = payload if isinstance(payload, str) else ""
    return text.encode("utf-8", "surrogateescape"), True


def _name(part: Message) -> str | None:
    """The file name, metadata only: the last piece of a path, without controls."""
    try:
        found = part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        found = ""
    shown = decode_value(found).replace("\\", "/").rsplit("/", 1)[-1].strip()
    return shown[:200] or None
