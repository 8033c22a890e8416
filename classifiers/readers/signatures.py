"""DKIM signatures checked on the raw bytes (RFC 6376), with keys that others looked up: the child has no network.

Only a signature of the very domain of From counts (strict alignment), and only one that leaves nothing open: no `l=`,
no SHA-1, no key below 1024 bits, nothing expired, with From, Subject and all that says how the body is read signed.
"""

from __future__ import annotations

import re
import time
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

import dkim
from dkim.canonicalization import Relaxed, compress_whitespace, correct_empty_body, strip_trailing_lines
from dkim.util import InvalidTagValueList, parse_tag_value

MOST_SIGNATURES = 5
LARGEST_BODY = 64 * 1024 * 1024
LARGEST_HEAD = 256 * 1024
LONGEST_FIELD = 8 * 1024
LEAST_BITS = 1024
"""Of an RSA key (RFC 8301, section 3.2)."""
LONGEST_KEY = 2048
"""Characters of a key record; one of 4096 bits has 750. Without a limit, arithmetic on a giant key never ends."""
READ_BY = (b"from", b"subject", b"content-type", b"content-transfer-encoding")
"""Fields that decide what a reader is shown: each may stand once, and if it stands, it must be signed."""
BROKEN = (dkim.DKIMException, InvalidTagValueList, ValueError, KeyError, IndexError, TypeError, AssertionError)
"""What dkimpy raises on signatures and keys that are none."""
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\._domainkey\.{_LABEL}(?:\.{_LABEL})+")
_BLANKS = re.compile(rb"\s{100}")
_LONE_RETURN = re.compile(rb"\r(?!\n)")


@dataclass(frozen=True)
class Signed:
    """The head and body of a mail as dkimpy reads them; `fit` False: too odd to be checked."""

    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    head: bytes
    fit: bool

    def fields(self, name: bytes) -> list[bytes]:
        """Values of all fields of that name, top first."""
        return [value for key, value in self.headers if key.lower() == name]

    def with_body(self, body: bytes) -> bytes:
        """The mail with another form of its body."""
        return self.head + b"\r\n\r\n" + body


def as_signed(raw: bytes) -> Signed:
    """A mail ready for checking. A lone CR in its head would be a line end to one parser and none to the other."""
    end = re.search(rb"\r?\n\r?\n", raw)
    head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")
    nothing = Signed((), b"", b"", fit=False)
    if len(head) > LARGEST_HEAD or len(body) > LARGEST_BODY or _LONE_RETURN.search(head):
        return nothing
    try:
        headers, _ = dkim.rfc822_parse(head + b"\r\n\r\n")
    except BROKEN:
        return nothing
    odd = any(len(value) > LONGEST_FIELD or _BLANKS.search(value) for key, value in headers if _is_dkim(key))
    return Signed(tuple((key, value) for key, value in headers), body, head, fit=not odd)


def _is_dkim(name: bytes) -> bool:
    return name.lower() == b"dkim-signature" or name.lower().startswith(b"arc-")


def key_name(tags: Mapping[bytes, bytes]) -> str:
    """Where the key of a signature stands; empty when domain or selector are no names."""
    try:
        name = f"{tags[b's'].decode('ascii')}._domainkey.{tags[b'd'].decode('ascii')}".lower()
    except (KeyError, UnicodeDecodeError):
        return ""
    return name if _NAME.fullmatch(name) and len(name) <= 253 else ""


def signatures_of(mail: Signed, domain: str) -> Iterator[tuple[int, dict[bytes, bytes]]]:
    """The first signatures of that very domain: place among all signatures, tags."""
    found = 0
    for place, value in enumerate(mail.fields(b"dkim-signature") if mail.fit else []):
        try:
            tags: dict[bytes, bytes] = parse_tag_value(value)
        except BROKEN:
            continue
        if tags.get(b"d", b"").lower() == domain.encode() and key_name(tags):
            found += 1
            if found > MOST_SIGNATURES:
                return
            yield place, tags


def check_signatures(mail: Signed, domain: str, keys: Mapping[str, str]) -> list[str]:
    """What each signature of the domain is worth: `pass`, or why it does not count (`altered`: the body was)."""
    return [_check(mail, place, tags, keys) for place, tags in signatures_of(mail, domain)]


def _check(mail: Signed, place: int, tags: dict[bytes, bytes], keys: Mapping[str, str]) -> str:
    try:
        body = canonical_body(mail.body, tags)
        flaw = _flaw(mail, tags, body)
        if flaw:
            return flaw
        record = keys.get(key_name(tags), "")
        if not is_usable(record):
            return "unchecked" if not record else "weak"
        found = dkim.DKIM(mail.with_body(body), minkey=LEAST_BITS)
        holds = found.verify(place, dnsfunc=lambda name, timeout=5: record.encode())
    except dkim.KeyFormatError:
        return "weak"
    except BROKEN:
        return "invalid"
    return "pass" if holds else "invalid"


def _flaw(mail: Signed, tags: dict[bytes, bytes], body: bytes) -> str:
    """Why a signature does not count whatever its key says; empty when nothing speaks against it."""
    if tags.get(b"a") not in (b"rsa-sha256", b"ed25519-sha256"):
        return "unsupported"
    if b"l" in tags or not covers_reading(mail, tags):
        return "partial"
    if int(tags.get(b"x", b"0")) and int(tags[b"x"]) < time.time():
        return "expired"
    return "" if sha256(body).digest() == b64decode(re.sub(rb"\s+", b"", tags[b"bh"])) else "altered"


def covers_reading(mail: Signed, tags: Mapping[bytes, bytes]) -> bool:
    """Does a signature cover all that decides what a reader is shown?"""
    signed = {name.strip().lower() for name in tags.get(b"h", b"").split(b":")}
    counts = {name: len(mail.fields(name)) for name in READ_BY}
    return counts[b"from"] == 1 and all(count == 0 or (count == 1 and name in signed) for name, count in counts.items())


def canonical_body(body: bytes, tags: Mapping[bytes, bytes]) -> bytes:
    """The body as it was hashed (RFC 6376, section 3.4); dkimpy's own way is quadratic on long runs of blanks."""
    body = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    _, _, form = tags.get(b"c", b"simple/simple").partition(b"/")
    if form != Relaxed.name:
        return bytes(strip_trailing_lines(body))
    return bytes(correct_empty_body(strip_trailing_lines(compress_whitespace(body).replace(b" \r\n", b"\r\n"))))


def is_usable(record: str) -> bool:
    """A key record that is neither giant nor revoked nor of a domain that only tries signing out (`t=y`)."""
    try:
        tags = parse_tag_value(record.encode("ascii"))
    except (*BROKEN, UnicodeEncodeError):
        return False
    flags = {flag.strip() for flag in tags.get(b"t", b"").split(b":")}
    return 0 < len(record) <= LONGEST_KEY and bool(tags.get(b"p")) and b"y" not in flags
