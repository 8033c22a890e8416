"""What bytes are, by looking at them: names and declared types are metadata only."""

from __future__ import annotations

import re
import zipfile

import puremagic

from classifiers.readers.archives import ArchiveRefused, entries_of

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!"

_SIGNS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"BM", "image/bmp"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (0, b"MZ", "application/x-msdownload"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"Rar!", "application/x-rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (257, b"ustar", "application/x-tar"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (0, b"{\\rtf", "text/rtf"),
)
_MAIL_HEADER = re.compile(
    rb"(?:^|\n)(?:received|return-path|delivered-to|message-id|mime-version|from|subject|date|to|x-[a-z-]+)[ \t]*:",
    re.IGNORECASE,
)
_STAMP = re.compile(
    rb"(?:[!-9;-~]+[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*){0,60}?(?:received|return-path|message-id|mime-version)[ \t]*:",
    re.IGNORECASE,
)
"""Headers, from the first line on, that only programs write: such a file is a mail, whatever it is called."""
_HEADER_LINE = re.compile(rb"^(?:[!-9;-~]+[ \t]*:|From |>From |[ \t])")
_HTML = re.compile(rb"<(?:!doctype\s+html|html|body|head|table|div|p)\b", re.IGNORECASE)
_CONTROLS = bytes(byte for byte in range(32) if byte not in (9, 10, 12, 13, 27))
_XML = re.compile(rb"^\s*(?:<\?xml|<!--|<!DOCTYPE|<[A-Za-z_][\w.\-]*(?::[A-Za-z_][\w.\-]*)?[\s>/])")

IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/tiff", "image/bmp", "image/webp"})


def is_malware(data: bytes) -> bool:
    """The signature of EICAR, wherever it starts in the first kilobyte."""
    return EICAR in data[:1024]


def type_of(data: bytes, *, declared: str = "", name: str = "") -> str:
    """The media type by content; `declared` and `name` only decide between kinds of plain text."""
    if not data.strip(b"\x00 \t\r\n"):
        return "application/x-empty"
    by_sign = _by_sign(data)
    if by_sign:
        return by_sign
    head = data[:4096]
    if _is_text(head):
        return _kind_of_text(head, declared, name)
    return _by_library(data)


def _by_sign(data: bytes) -> str | None:
    if b"%PDF-" in data[:1024] and not _is_in_archive(data):
        return "application/pdf"
    for offset, sign, media_type in _SIGNS:
        if data[offset : offset + len(sign)] == sign:
            return _kind_of_zip(data) if media_type == "application/zip" else media_type
    return None


def _is_in_archive(data: bytes) -> bool:
    """Does the sign of a PDF belong to a file that a zip lists and holds uncompressed? Then the zip is all there is."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    place = data.find(b"%PDF-")
    try:
        _, entries = entries_of(data)
    except ArchiveRefused:
        return False
    stored = [entry.header_offset for entry in entries if entry.compress_type == zipfile.ZIP_STORED]
    lengths = [int.from_bytes(data[at + 26 : at + 28], "little") + int.from_bytes(data[at + 28 : at + 30], "little")
               for at in stored]  # fmt: skip
    return place in {at + 30 + length for at, length in zip(stored, lengths, strict=True)}


def _kind_of_zip(data: bytes) -> str:
    """Office files are zips; they are told from archives by their first entries."""
    if b"[Content_Types].xml" in data[:4096] or b"mimetypeapplication/vnd" in data[:200]:
        return "application/vnd.openxmlformats"
    return "application/zip"


def _is_text(head: bytes) -> bool:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls <= len(head) * 0.02


def _kind_of_text(head: bytes, declared: str, name: str) -> str:
    plain = head.replace(b"\x00", b"") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head
    plain = plain.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if _HTML.search(plain[:1024]) and not re.match(rb"\s*<\?xml", plain):
        return "text/html"
    if _XML.match(plain):
        return "text/html" if b"http://www.w3.org/1999/xhtml" in plain else "application/xml"
    if plain.startswith(b"BEGIN:VCALENDAR"):
        return "text/calendar"
    if plain.startswith(b"BEGIN:VCARD"):
        return "text/vcard"
    called_text = declared.startswith("text/") or name.lower().endswith((".txt", ".csv"))
    if looks_like_mail(plain) and (not called_text or (not declared and _STAMP.match(plain))):
        return "message/rfc822"
    return declared if declared in {"text/html", "text/calendar", "text/csv"} else "text/plain"


def looks_like_mail(head: bytes) -> bool:
    """At least two known headers before the first blank line, and mostly lines of header shape."""
    block = re.split(rb"\r?\n\r?\n", head.lstrip(b"\r\n"), maxsplit=1)[0]
    lines = [line for line in block.splitlines() if line][:60]
    if not lines:
        return False
    shaped = sum(bool(_HEADER_LINE.match(line)) for line in lines)
    return len(_MAIL_HEADER.findall(block)) >= 2 and shaped >= len(lines) * 0.6


def _by_library(data: bytes) -> str:
    try:
        guesses = puremagic.magic_string(data[:65536])
    except (puremagic.PureError, ValueError):
        return "application/octet-stream"
    best = next((guess for guess in guesses if guess.mime_type), None)
    return str(best.mime_type) if best is not None and best.confidence >= 0.8 else "application/octet-stream"
