"""ARC (RFC 8617): what a forwarder whom the office lists saw of a mail before it passed it on.

Only the last seal counts, only by a listed domain, and only when the whole chain holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dkim
from dkim.util import parse_tag_value

from classifiers.readers.signatures import (
    BROKEN,
    LEAST_BITS,
    Signed,
    canonical_body,
    covers_reading,
    is_usable,
    key_name,
)

MOST_SEALS = 5
_INSTANCE = re.compile(r"^\s*i\s*=\s*\d+\s*;")


@dataclass(frozen=True)
class Seal:
    """The last seal of a mail by a listed sealer; `names` are the keys the whole chain needs."""

    sealer: str
    message: bytes
    names: tuple[str, ...]


def last_seal(mail: Signed, sealers: Sequence[str]) -> Seal | None:
    """The last seal when a listed domain set it over all that decides what a reader is shown; else None."""
    if not sealers or not mail.fit or not mail.fields(b"arc-seal"):
        return None
    try:
        most, headers = dkim.ARC(mail.with_body(b"")).sorted_arc_headers()
        tags = [(number, name, _tags(name, value)) for number, (name, value) in headers]
        seal = next(found for number, name, found in tags if number == most and name == b"arc-seal")
        signature = next(found for number, name, found in tags if number == most and name == b"arc-message-signature")
    except (*BROKEN, StopIteration):
        return None
    sealer = seal.get(b"d", b"").decode("ascii", "replace").lower()
    names = tuple(dict.fromkeys(key_name(found) for _, _, found in tags if found))
    is_ours = sealer in sealers and signature.get(b"d", b"").lower() == sealer.encode() and most <= MOST_SEALS
    if not is_ours or b"l" in signature or not covers_reading(mail, signature) or not all(names):
        return None
    return Seal(sealer, mail.with_body(canonical_body(mail.body, signature)), names)


def _tags(name: bytes, value: bytes) -> dict[bytes, bytes]:
    return {} if name == b"arc-authentication-results" else dict(parse_tag_value(value))


def sealed_results(seal: Seal, keys: Mapping[str, str]) -> str:
    """The Authentication-Results under the seal when the chain holds; else empty."""

    def record(name: bytes, timeout: int = 5) -> bytes:
        found = keys.get(name.decode("ascii").rstrip(".").lower(), "")
        return found.encode() if is_usable(found) else b""

    try:
        outcome, results, _ = dkim.ARC(seal.message, minkey=LEAST_BITS).verify(dnsfunc=record)
    except BROKEN:
        return ""
    if outcome != dkim.CV_Pass:
        return ""
    return _INSTANCE.sub("", results[0]["aar-value"].decode("utf-8", "replace")).strip()
