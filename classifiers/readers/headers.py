"""Headers of a mail, decoded one by one: encoded words, raw 8 bit, folding, broken dates. Everything ends as NFC."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

_CONTROLS = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b\u200e\u200f"
    r"\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
"""Every character of the categories Cc and Cf but tab, line ends and joiners: what is read but not seen."""
_NEEDS_JOINERS = r"[\u0590-\u1fff\u2070-\U0010ffff]"
_JOINERS = re.compile(rf"(?<!{_NEEDS_JOINERS})[\u200c\u200d]|[\u200c\u200d](?!{_NEEDS_JOINERS})")
"""Joiners belong between letters of scripts that join and between the signs of one picture, nowhere else."""


def decode_bytes(data: bytes, charset: str | None = None) -> str:
    """Text of bytes: the declared charset if it fits, else UTF-8, else a guess; always NFC and without controls."""
    for candidate in (charset, "utf-8"):
        if candidate is None:
            continue
        try:
            return clean_text(data.decode(candidate.strip("\"' ").lower() or "utf-8"))
        except (UnicodeDecodeError, LookupError):
            continue
    return clean_text(_guess(data))


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:20000], cp_isolation=["cp1252", "latin_1", "iso8859_15", "cp850", "utf_16"]).best()
    encoding = best.encoding if best is not None else "cp1252"
    return data.decode(encoding, errors="replace")


def clean_text(text: str) -> str:
    """NFC, without any character that is not seen and could fool a reader, a comparison or a log."""
    whole = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates fit into no file and no frame
    return unicodedata.normalize("NFC", _JOINERS.sub("", _CONTROLS.sub("", whole)))


def header(message: Message, name: str) -> str:
    """One header as readable text on one line; empty when it is missing."""
    value = _raw(message, name)
    return decode_value(value) if value is not None else ""


def header_values(message: Message, name: str) -> list[str]:
    """All headers of that name, top first, decoded."""
    return [decode_value(str(value)) for key, value in message.raw_items() if key.lower() == name.lower()]


def decode_value(value: str) -> str:
    """Encoded words and raw 8 bit of one header value, unfolded."""
    unfolded = re.sub(r"\r?\n[ \t]*", " ", value)
    # two encoded words with only blanks between them are one text (RFC 2047, 6.2); some mailers forget the blank
    try:
        pieces = decode_header(re.sub(r"\?=(=\?)", r"?= \1", unfolded))
    except (HeaderParseError, ValueError):
        pieces = [(unfolded, None)]
    text = "".join(_piece(piece, charset) for piece, charset in pieces)
    return re.sub(r"\s+", " ", clean_text(text)).strip()


def _piece(piece: str | bytes, charset: str | None) -> str:
    if isinstance(piece, str):
        piece = piece.encode("utf-8", "surrogateescape")
    return decode_bytes(piece, charset if charset not in {None, "unknown-8bit"} else None)


def _raw(message: Message, name: str) -> str | None:
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            return str(value)
    return None


def address(message: Message, name: str) -> tuple[str, str]:
    """Display name and address of the first mailbox in a header; the address in lower case."""
    value = _raw(message, name)
    if value is None:
        return "", ""
    unfolded = re.sub(r"\r?\n[ \t]*", " ", value)
    for shown, found in getaddresses([unfolded]):
        if "@" in found:
            return decode_value(shown), clean_text(
                found.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            ).lower()
    match = re.search(r"[\w.+\-]+@[\w.\-]+", unfolded)
    return "", match.group(0).lower() if match else ""


def sent_at(message: Message) -> str:
    """The Date header as ISO 8601 in UTC; empty when it is missing or no date."""
    value = _raw(message, "Date")
    if value is None:
        return ""
    try:
        moment = parsedate_to_datetime(decode_value(value))
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return ""
