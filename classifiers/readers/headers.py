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
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
    r"\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0d\U000e0100-\U000e01ef]"
)
"""Every character of the categories Cc and Cf but tab, line ends and joiners: what is read but not seen.

So are fillers and selectors of other categories; those of pictures (U+FE0E, U+FE0F) stay.
"""
_ASCII_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NEEDS_JOINERS = r"[\u0590-\u1fff\u2070-\U0010ffff]"
_JOINERS = re.compile(rf"(?<!{_NEEDS_JOINERS})[\u200c\u200d]|[\u200c\u200d](?!{_NEEDS_JOINERS})")
"""Joiners belong between letters of scripts that join and between the signs of one picture, nowhere else."""
LONGEST_NAME = 150
"""Characters of a file name, its suffix included."""
_LATIN = re.compile(r"(?:iso[-_]?8859[-_]?1|latin[-_]?1|us-ascii|ascii|l1)")
_C1 = re.compile(r"[\x80-\x9f]")
_CUT_OFF = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{0,2}\Z")
_STRAY = re.compile(r"[\udc80-\udcff]")
_MOJIBAKE = re.compile(
    r"[\xc2\xc3][\x80-\xbf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|â[\x80€]"
)
"""What UTF-8 looks like to one who takes it for Latin-1 or Windows' charset; in German no word holds it."""


def decode_bytes(data: bytes, charset: str | None = None) -> str:
    """Text of bytes: the declared charset if it fits, else UTF-8, else a guess; always NFC and without controls.

    Text that somebody on the way decoded wrongly ("MÃ¼ll") is mended; proper text is never touched.
    """
    for candidate in (charset, "utf-8"):
        if candidate is None:
            continue
        try:
            return clean_text(mend(_decode(data, candidate.strip("\"' ").lower() or "utf-8")))
        except (UnicodeError, LookupError, ValueError):  # also what is no charset at all ("undefined", "a\0b")
            continue
    return clean_text(mend(_guess(data)))


def _decode(data: bytes, charset: str) -> str:
    """Strictly. What calls itself Latin-1 and uses the places of its controls is Windows' (WHATWG Encoding, 4.2)."""
    text = data.decode(charset)
    if _LATIN.fullmatch(charset) and _C1.search(text):
        return data.decode("cp1252")
    return text


def mend(text: str) -> str:
    """Lines that were UTF-8 and read as something else, put right by ftfy; only where they look it."""
    if not _MOJIBAKE.search(text):
        return text
    from ftfy import fix_encoding

    return "".join(fix_encoding(line) if _MOJIBAKE.search(line) else line for line in text.splitlines(keepends=True))


def _guess(data: bytes) -> str:
    """Mostly UTF-8 with a few bytes of Windows' between, or another charset as a whole."""
    mixed = _CUT_OFF.sub(b"", data).decode("utf-8", "surrogateescape")
    strange = len(_STRAY.findall(mixed))
    if strange < sum(char > "\x7f" for char in mixed) - strange:
        return _STRAY.sub(lambda found: bytes([ord(found[0]) - 0xDC00]).decode("cp1252", "replace"), mixed)
    from charset_normalizer import from_bytes

    best = from_bytes(data[:20000], cp_isolation=["cp1252", "latin_1", "iso8859_15", "cp850", "utf_16"]).best()
    encoding = best.encoding if best is not None else "cp1252"
    return data.decode(encoding, errors="replace")


def clean_text(text: str) -> str:
    """NFC, without any character that is not seen and could fool a reader, a comparison or a log."""
    if text.isascii():
        return _ASCII_CONTROLS.sub("", text)
    whole = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates fit into no file and no frame
    return unicodedata.normalize("NFC", _JOINERS.sub("", _CONTROLS.sub("", whole)))


def header(message: Message, name: str) -> str:
    """One header as readable text on one line; empty when it is missing."""
    value = raw_header(message, name)
    return decode_value(value) if value is not None else ""


def header_values(message: Message, name: str) -> list[str]:
    """All headers of that name, top first, decoded."""
    return [decode_value(str(value)) for key, value in message.raw_items() if key.lower() == name.lower()]


def decode_value(value: str) -> str:
    """Encoded words and raw 8 bit of one header value, unfolded."""
    unfolded = re.sub(r"\r?\n[ \t]*", " ", value)
    if "=?" not in unfolded and unfolded.isascii():
        return re.sub(r"\s+", " ", clean_text(unfolded)).strip()
    # two encoded words with only blanks between them are one text (RFC 2047, 6.2); some mailers forget the blank
    try:
        pieces = decode_header(re.sub(r"\?=(=\?)", r"?= \1", unfolded))
    except (HeaderParseError, ValueError):
        pieces = [(unfolded, None)]
    text = "".join(_piece(piece, charset) for piece, charset in pieces)
    return re.sub(r"\s+", " ", clean_text(text)).strip()


def file_name(found: str | None) -> str | None:
    """A file name as metadata: decoded, without path, controls and marks of direction, of bearable length.

    None when nothing is left. It is shown and compared, never used as a path.
    """
    shown = decode_value(found or "").replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].strip(" .")
    if len(shown) > LONGEST_NAME:
        stem, dot, suffix = shown.rpartition(".")
        kept = dot + suffix if 0 < len(suffix) <= 10 and stem else ""
        shown = shown[: LONGEST_NAME - len(kept)] + kept
    return shown or None


def _piece(piece: str | bytes, charset: str | None) -> str:
    if isinstance(piece, str):
        piece = piece.encode("utf-8", "surrogateescape")
    return decode_bytes(piece, charset if charset not in {None, "unknown-8bit"} else None)


def raw_header(message: Message, name: str) -> str | None:
    """The first header of that name as it came; None when there is none."""
    wanted, length = name.lower(), len(name)
    for key, value in message.raw_items():
        if len(key) == length and key.lower() == wanted:
            return str(value)
    return None


def address(message: Message, name: str) -> tuple[str, str]:
    """Display name and address of the first mailbox in a header; the address in lower case."""
    value = raw_header(message, name)
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
    value = raw_header(message, "Date")
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
