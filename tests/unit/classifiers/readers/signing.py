"""Keys and signed mails for tests: made anew in each run, signed by dkimpy."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

import dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from dkim.canonicalization import CanonicalizationPolicy
from dkim.crypto import parse_pem_private_key

SIGNED = [b"from", b"to", b"subject", b"date", b"content-type", b"content-transfer-encoding", b"mime-version"]


@dataclass(frozen=True)
class Key:
    """A private key (PEM) and its DNS record."""

    private: bytes
    record: str


@lru_cache(maxsize=4)
def make_key(bits: int = 1024, number: int = 0) -> Key:
    """The same key when asked again; `number` tells keys of one size apart."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Key(private, f"v=DKIM1; k=rsa; p={b64encode(public).decode()}")


def letter(sender: str = "rechnung@firma.example", *, body: str = "Anbei die Rechnung.\r\n", extra: str = "") -> bytes:
    """A plain mail with CRLF."""
    head = (
        f"From: {sender}\r\nTo: post@amt.example\r\nSubject: Rechnung 17\r\nDate: Mon, 23 Nov 2026 08:00:00 +0100\r\n"
        f"{extra}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
    )
    return head.encode() + body.encode()


def sign(mail: bytes, key: Key, *, domain: str = "firma.example", selector: str = "s1", **more: object) -> bytes:
    """The mail with a DKIM signature on top."""
    present = {line.split(b":")[0].lower() for line in mail.split(b"\r\n\r\n")[0].split(b"\r\n")}
    headers = more.pop("include_headers", None) or [name for name in SIGNED if name in present]
    signature = dkim.sign(
        mail, selector.encode(), domain.encode(), key.private, include_headers=headers,
        canonicalize=(b"relaxed", b"relaxed"), **more,
    )  # fmt: skip
    return bytes(signature) + mail


def seal(mail: bytes, key: Key, results: str, *, domain: str = "liste.example") -> bytes:
    """The mail as a forwarder passes it on: the first ARC set (RFC 8617), sealed by dkimpy's own functions.

    Its `arc_sign` needs the library authres, so the three fields are put together here.
    """
    arc = dkim.ARC(mail)
    arc.hasher = sha256
    policy, private = CanonicalizationPolicy.from_c_value(b"relaxed/relaxed"), parse_pem_private_key(key.private)
    shared = [(b"i", b"1"), (b"a", b"rsa-sha256"), (b"d", domain.encode()), (b"s", b"arc"), (b"t", b"1700000000")]
    body = b64encode(sha256(policy.canonicalize_body(arc.body)).digest())
    signed = [(b"c", b"relaxed/relaxed"), (b"h", b":".join(SIGNED[:5])), (b"bh", body), (b"b", b"0" * 60)]
    made = [(b"ARC-Authentication-Results", f" i=1; {domain}; {results}\r\n".encode())]
    signature = arc.gen_header([*shared, *signed], SIGNED[:5], policy, b"ARC-Message-Signature", private)
    made.insert(0, (b"ARC-Message-Signature", b" " + signature))
    arc.headers = policy.canonicalize_headers(made) + arc.headers
    names = [b"arc-authentication-results", b"arc-message-signature"]
    over = arc.gen_header([*shared, (b"cv", b"none"), (b"b", b"0" * 60)], names, policy, b"ARC-Seal", private)
    made.insert(0, (b"ARC-Seal", b" " + over))
    return b"".join(name + b":" + value for name, value in made) + mail
