"""Small containers made by hand: winmail.dat, Outlook .msg, S/MIME."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Iterable
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7
from cryptography.x509.oid import NameOID

from classifiers.readers.smime import MailKey

GUID = bytes.fromhex("0703020000000000c000000000000046")


def tnef(*files: tuple[str, bytes], body: str = "", rtf: bytes = b"", inner: bytes = b"") -> bytes:
    """A winmail.dat (MS-OXTNEF): a body, files, a message inside."""
    out = struct.pack("<IH", 0x223E9F78, 1) + _attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    out += _attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    if body:
        out += _attribute(1, 0x0002800C, body.encode("cp1252") + b"\0")
    if rtf:
        out += _attribute(1, 0x00069003, struct.pack("<I", 1) + _mapi(0x1009, 0x0102, rtf))
    for name, data in files:
        out += _attribute(2, 0x00069002, bytes(14))
        out += _attribute(2, 0x00018010, name.encode("cp1252") + b"\0") + _attribute(2, 0x0006800F, data)
    if inner:
        out += _attribute(2, 0x00069002, bytes(14))
        out += _attribute(2, 0x00069005, struct.pack("<I", 1) + _mapi(0x3701, 0x000D, GUID + inner))
    return out


def _attribute(level: int, name_and_type: int, data: bytes) -> bytes:
    head = struct.pack("<BII", level, name_and_type, len(data))
    return head + data + struct.pack("<H", sum(data) & 0xFFFF)


def _mapi(name: int, kind: int, data: bytes) -> bytes:
    return struct.pack("<HHII", kind, name, 1, len(data)) + data + bytes(-len(data) % 4)


def packed_rtf(rtf: bytes) -> bytes:
    """RTF as Outlook stores it, uncompressed (MELA)."""
    return struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf


END = 0xFFFFFFFE
Stream = bytes
Storage = dict[str, "Stream | Storage"]


def outlook(
    *files: tuple[str, bytes], subject: str, body: str = "", rtf: bytes = b"", inner: Storage | None = None
) -> bytes:
    """A .msg (MS-OXMSG) in a compound file (MS-CFB)."""
    return compound(message(*files, subject=subject, body=body, rtf=rtf, inner=inner))


def message(
    *files: tuple[str, bytes],
    subject: str,
    body: str = "",
    rtf: bytes = b"",
    inner: Storage | None = None,
    head: int = 32,
) -> Storage:
    """The storage of a message; `head` is 24 for one inside another."""
    texts = {0x0037: subject, 0x0C1A: "Alke Probe", 0x5D01: "alke@firma.example", 0x1000: body}
    storage = _properties({k: v for k, v in texts.items() if v}, {0x1009: rtf} if rtf else {}, head)
    for number, (name, data) in enumerate(files):
        storage[f"__attach_version1.0_#{number:08X}"] = _properties({0x3707: name}, {0x3701: data}, 8)
    if inner is not None:
        attached = _properties({0x3001: "innen"}, {}, 8)
        attached["__substg1.0_3701000D"] = inner
        storage[f"__attach_version1.0_#{len(files):08X}"] = attached
    return storage


def _properties(texts: dict[int, str], binaries: dict[int, bytes], head: int) -> Storage:
    storage: Storage = {}
    rows = bytes(head)
    for kind, values in ((0x001F, {k: v.encode("utf-16-le") for k, v in texts.items()}), (0x0102, binaries)):
        for name, data in values.items():
            rows += struct.pack("<HHIII", kind, name, 6, len(data) + 2 * (kind == 0x001F), 0)
            storage[f"__substg1.0_{name:04X}{kind:04X}"] = data
    storage["__properties_version1.0"] = rows
    return storage


def compound(root: Storage) -> bytes:
    """A compound file: sectors of 512 bytes, streams below 4096 bytes in short sectors of 64."""
    entries: list[dict[str, int | str | bytes]] = []
    _enter(entries, "Root Entry", root)
    sectors, short = _Chains(512), _Chains(64)
    for entry in entries[1:]:
        data = entry.pop("data", b"")
        assert isinstance(data, bytes)
        chains = short if len(data) < 4096 else sectors
        entry["start"], entry["size"] = (chains.add(data), len(data)) if data else (END, 0)
    inside = b"".join(short.sectors)
    entries[0]["start"], entries[0]["size"] = sectors.add(inside) if inside else END, len(inside)
    directory = sectors.add(b"".join(map(_entry, entries)))
    short_table = sectors.add(_numbers(short.table)) if short.table else END
    count = -(-(len(sectors.table) + 2) // 128)
    first = len(sectors.table)
    fat = _numbers([*sectors.table, *[0xFFFFFFFD] * count]).ljust(count * 512, b"\xff")
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    in_short = -(-len(short.table) // 128)
    header += struct.pack("<IIIIIIIII", 0, count, directory, 0, 4096, short_table, in_short, END, 0)
    return (header + _numbers(range(first, first + count))).ljust(512, b"\xff") + b"".join(sectors.sectors) + fat


class _Chains:
    """Sectors of one size with the table that chains them."""

    def __init__(self, size: int) -> None:
        self.size, self.sectors, self.table = size, list[bytes](), list[int]()

    def add(self, data: bytes) -> int:
        first = len(self.sectors)
        for place in range(0, len(data), self.size):
            self.sectors.append(data[place : place + self.size].ljust(self.size, b"\0"))
            self.table.append(len(self.table) + 1)
        self.table[-1] = END
        return first


def _numbers(values: Iterable[int]) -> bytes:
    return b"".join(struct.pack("<I", each) for each in values)


def _enter(entries: list[dict[str, int | str | bytes]], name: str, content: Stream | Storage) -> int:
    number = len(entries)
    entry: dict[str, int | str | bytes] = {"name": name, "kind": 2, "right": 0xFFFFFFFF, "child": 0xFFFFFFFF}
    entries.append(entry)
    if isinstance(content, bytes):
        entry["data"] = content
        return number
    entry["kind"] = 5 if number == 0 else 1
    before: int | None = None
    # siblings in order of the format: by length, then by letters
    for child in sorted(content, key=lambda key: (len(key), key.upper())):
        at = _enter(entries, child, content[child])
        entries[number if before is None else before]["child" if before is None else "right"] = at
        before = at
    return number


def _entry(entry: dict[str, int | str | bytes]) -> bytes:
    name = str(entry["name"]).encode("utf-16-le")
    head = name.ljust(64, b"\0") + struct.pack("<HBB", len(name) + 2, int(entry["kind"]), 1)
    links = struct.pack("<III", 0xFFFFFFFF, int(entry["right"]), int(entry["child"]))
    return head + links + bytes(36) + struct.pack("<IQ", int(entry["start"]), int(entry["size"]))


@lru_cache(maxsize=4)
def mail_key(name: str) -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    """A certificate that signs itself, with its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = dt.datetime(2026, 1, 1)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number(), begin)
    return builder.not_valid_after(begin + dt.timedelta(days=3650)).sign(key, hashes.SHA256()), key


def as_mail_key(name: str) -> MailKey:
    """The same as the office configures it."""
    certificate, key = mail_key(name)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return MailKey(certificate.public_bytes(Encoding.PEM).decode(), pem.decode())


def signed(entity: bytes, *, name: str = "firma", opaque: bool = False) -> bytes:
    """The entity signed: DER around it, or a multipart/signed."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(entity).add_signer(*mail_key(name), hashes.SHA256())
    if opaque:
        return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    return builder.sign(Encoding.SMIME, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])


def encrypted(entity: bytes, *, name: str) -> bytes:
    """DER of the entity, encrypted for that certificate."""
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(entity).add_recipient(mail_key(name)[0])
    return builder.encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])
