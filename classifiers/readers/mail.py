"""A mail parsed, and its head as people see it; tolerant of what real mailers send."""

from __future__ import annotations

import re
from email.message import Message
from email.parser import BytesFeedParser
from email.policy import Compat32

from casework.words.reading import MessageHead
from classifiers.readers.correspondence import correspondence_of
from classifiers.readers.headers import address, header, sent_at

_BULK = re.compile(r"^\s*(?:bulk|list|junk)\b", re.I)
LONGEST_HEADER = 100_000
"""Characters of one header that are looked at: decoding takes time that grows with their square."""


class _Tolerant(Compat32):
    """Keeps every odd header as it came, but for what is beyond all measure."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_HEADER]


_TOLERANT = _Tolerant()


def parse_mail(raw: bytes) -> Message:
    """The message tree, every header as it came."""
    parser = BytesFeedParser(policy=_TOLERANT)
    parser.feed(raw.lstrip(b"\r\n"))  # at once: the parser of files would do so 8 kB by 8 kB
    return parser.close()


def head_of(message: Message) -> MessageHead:
    """The head as people see it. `body` is filled once the parts are known, `verdict` by who knows whom to believe."""
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
        correspondence=correspondence_of(message, bulk=_is_bulk(message)),
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
