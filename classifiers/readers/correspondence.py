"""What a mail says about answers: is it one itself, to which mails, may a machine answer it (RFC 3834, 3464, 5322)?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32

from casework.words.addresses import message_ids
from casework.words.answers import Correspondence
from classifiers.readers.headers import header

MOST_NAMED = 50
LONGEST_LIST = 2000
"""Characters of References that are kept to thread an answer."""
_LISTS = ("List-Id", "List-Unsubscribe", "List-Post", "List-Help", "Feedback-ID")
_FAILED = re.compile(r"^\s*failed\b", re.I)


def correspondence_of(message: Message, *, bulk: bool) -> Correspondence:
    """The headers that speak of answers; of a report also those of the mail it returns."""
    named = [*message_ids(header(message, "In-Reply-To")), *reversed(message_ids(header(message, "References")))]
    is_report = message.get_content_type() == "multipart/report"
    if is_report:
        named = [*_returned_ids(message), *named]
    said = re.split(r"[\s;(]", header(message, "Auto-Submitted").lower().strip(), maxsplit=1)[0]
    return Correspondence(
        auto_submitted="" if said == "no" else said[:40],
        listed=bulk or any(header(message, name) for name in _LISTS),
        no_return=header(message, "Return-Path").strip() == "<>",
        is_report=is_report,
        failed=is_report and any(_failures(message)),
        refers_to=tuple(dict.fromkeys(named))[:MOST_NAMED],
        references=" ".join(message_ids(header(message, "References")))[-LONGEST_LIST:],
    )


def _returned_ids(message: Message) -> Iterator[str]:
    """The Message-ID of the mail that came back, whole or only its headers."""
    for part in _children(message):
        kind = part.get_content_type()
        if kind == "message/rfc822":
            for inner in _children(part):
                yield from message_ids(header(inner, "Message-ID"))
        elif kind in ("text/rfc822-headers", "message/rfc822-headers"):
            yield from message_ids(header(_headers_in(part), "Message-ID"))
        elif kind == "message/disposition-notification":
            for block in _children(part) or [_headers_in(part)]:
                yield from message_ids(header(block, "Original-Message-ID"))


def _failures(message: Message) -> Iterator[bool]:
    """For every recipient told of: did it fail for good? A report of a delay is none."""
    for part in _children(message):
        if part.get_content_type() == "message/delivery-status":
            yield from (bool(_FAILED.match(header(block, "Action"))) for block in _children(part))


def _headers_in(part: Message) -> Message:
    payload = part.get_payload(decode=True)
    text = payload.decode("latin-1") if isinstance(payload, bytes) else ""
    return HeaderParser(policy=compat32).parsestr(text.lstrip("\r\n"))


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []
