"""Transfer encodings of a mail's parts, tolerant: what can be decoded is, and what hangs behind it is not lost."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from dataclasses import dataclass
from email.message import Message

from classifiers.readers.headers import header

_PLAIN = frozenset({"", "7bit", "8bit", "binary"})
_ALPHABET = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
_LEAST_LINE = 40
"""A line of base64 shorter than this may as well be a word of a footer."""
_BLOCK = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]+)\r?\n((?:[ -`][ -`]*\r?\n)*?)[ `]?[ \t]*\r?\n?end[ \t]*\r?$", re.M)


@dataclass(frozen=True)
class Decoded:
    """The bytes of a part; `rest` is text behind them that was not encoded."""

    data: bytes
    damaged: bool = False
    rest: str = ""


def decode_part(part: Message, raw: bytes) -> Decoded:
    """Undo the Content-Transfer-Encoding of the part. Never raises: what cannot be decoded comes as it is."""
    encoding = header(part, "Content-Transfer-Encoding").split("(")[0].strip("\"'; ").lower()
    if encoding == "base64":
        return from_base64(raw)
    if encoding == "quoted-printable":
        return Decoded(quopri.decodestring(raw))
    if encoding in {"x-uuencode", "uuencode", "uue", "x-uue"}:
        blocks = uuencoded(raw)
        return Decoded(blocks[0][1]) if blocks else Decoded(raw, damaged=True)
    return Decoded(raw, damaged=encoding not in _PLAIN)


def from_base64(raw: bytes) -> Decoded:
    """Strictly where that works, else as much as there is; text that hangs behind comes as `rest`."""
    squeezed = raw.translate(None, b" \t\r\n")
    try:
        return Decoded(base64.b64decode(squeezed, validate=True))
    except binascii.Error:
        return _mended_base64(raw, squeezed)


def _mended_base64(raw: bytes, squeezed: bytes) -> Decoded:
    """Lines of base64, then something else (a footer that a list hung on); or damage in the middle."""
    lines = raw.splitlines(keepends=True)
    end = next((n for n, line in enumerate(lines) if not _ALPHABET.fullmatch(line.strip())), len(lines))
    padded = next((n for n, line in enumerate(lines[:end]) if line.rstrip().endswith(b"=")), end)
    end = min(end, padded + 1)
    goes_on = any(len(line) >= _LEAST_LINE and _ALPHABET.fullmatch(line.strip()) for line in lines[end:])
    if end == 0 or goes_on:
        return Decoded(_lenient(squeezed) or raw, damaged=True)
    rest = b"".join(lines[end:]).decode("utf-8", "surrogateescape").strip()
    return Decoded(_lenient(b"".join(lines[:end])), damaged=True, rest=rest)


def _lenient(encoded: bytes) -> bytes:
    """As much as can be decoded: letters outside the alphabet are left out, a single last one too."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", encoded)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return base64.b64decode(letters + b"=" * (-len(letters) % 4))


def uuencoded(text: bytes) -> list[tuple[str, bytes]]:
    """Names and bytes of the uuencoded files in a text."""
    if b"\nend" not in text or b"begin " not in text:
        return []
    found = []
    for block in _BLOCK.finditer(text):
        try:
            data = b"".join(_uuline(line) for line in block[2].splitlines())
        except binascii.Error:
            continue  # a text that only looks so: it stays in the text
        found.append((block[1].decode("utf-8", "replace").strip(), data))
    return found


def _uuline(line: bytes) -> bytes:
    """Some encoders write more than the line's length says (Python's own uu module meets them as well)."""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        length = (((line[0] - 32) & 63) * 4 + 5) // 3
        return binascii.a2b_uu(line[:length])


def without_uuencoded(text: str) -> str:
    """The text with its uuencoded files left out: they are parts of their own."""
    kept = _BLOCK.sub(lambda block: b"[" + block[1].strip() + b"]", text.encode("utf-8", "surrogateescape"))
    return kept.decode("utf-8", "surrogateescape")
