"""S/MIME (RFC 8551) by Debian's `openssl cms`, run under the child's limits: what was signed, and what was encrypted.

A signature is checked for whole content only. Who signed is not judged: that needs the office's trust store.
"""

from __future__ import annotations

import os
import re
import resource
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from classifiers.readers.protections import die_with_parent

CMS_TYPE, SIGNATURE_TYPE = "application/pkcs7-mime", "application/pkcs7-signature"
SECONDS = 20
_KINDS = {
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02": "signed",
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03": "encrypted",
    b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17": "encrypted",
    b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09": "compressed",
}
"""Object ids of CMS content (RFC 5652, RFC 5083, RFC 3274) in DER."""
_BROKEN = re.compile(rb"verification failure|content verify error|digest failure|signature failure|bad signature")


@dataclass(frozen=True)
class MailKey:
    """An office's certificate and private key, both PEM; it may open mails that were encrypted for that office."""

    certificate: str
    key: str = field(repr=False)


@dataclass(frozen=True)
class Opened:
    """What came out: `content` is a MIME entity, None when nothing came; `reason` is a reason code."""

    content: bytes | None
    reason: str


def cms_kind(data: bytes) -> str:
    """`signed`, `encrypted`, `compressed` by content, or empty when it is no CMS at all."""
    if not data.startswith(b"\x30"):
        return ""
    return next((kind for sign, kind in _KINDS.items() if sign in data[:24]), "")


def check_detached(signature: bytes, signed: bytes) -> str:
    """Reason code of a signature that stands beside what it signs (bytes as sent, line ends CRLF)."""
    with _folder() as name:
        folder = Path(name)
        (folder / "signature").write_bytes(signature)
        (folder / "content").write_bytes(signed)
        options = ["-verify", "-noverify", "-binary", "-inform", "DER", "-in", "signature", "-content", "content"]
        return _verdict(_cms([*options, "-out", "out"], folder))


def open_signed(data: bytes) -> Opened:
    """The content of an opaque signature, whether or not the signature fits."""
    with _folder() as name:
        folder = Path(name)
        (folder / "in").write_bytes(data)
        options = ["-verify", "-noverify", "-binary", "-inform", "DER", "-in", "in", "-out", "out"]
        reason = _verdict(_cms(options, folder))
        if reason != "signature_intact":
            _cms([*options, "-nosigs"], folder)
        content = _written(folder)
    return Opened(content, reason if content else "mail_damaged")


def open_encrypted(data: bytes, keys: Iterable[MailKey]) -> Opened:
    """The content, opened with the first key that fits; the reason tells what is missing."""
    reason = "smime_encrypted"
    for key in filter(_is_usable, keys):
        with _folder() as name:
            folder = Path(name)
            (folder / "in").write_bytes(data)
            (folder / "certificate").write_text(key.certificate)
            password = _write_key(key, folder / "key")
            options = ["-decrypt", "-inform", "DER", "-in", "in", "-recip", "certificate", "-inkey", "key"]
            done = _cms([*options, "-passin", "stdin", "-out", "out"], folder, said=password)
            content = _written(folder) if done.returncode == 0 else None
        if content:
            return Opened(content, "decrypted")
        reason = "smime_not_opened" if _is_for(data, key.certificate) else "smime_wrong_key"
    return Opened(None, reason)


def _is_usable(key: MailKey) -> bool:
    """A pair that is no PEM, or locked with a password, is as good as none."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509 import load_pem_x509_certificate

    try:
        load_pem_x509_certificate(key.certificate.encode())
        load_pem_private_key(key.key.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _is_for(data: bytes, certificate: str) -> bool:
    """Does an envelope name this certificate, by its serial number or the identifier of its key (RFC 5652, 6.2.1)?

    The program itself does not tell a wrong key from a damaged envelope.
    """
    from cryptography.x509 import ExtensionNotFound, SubjectKeyIdentifier, load_pem_x509_certificate

    loaded = load_pem_x509_certificate(certificate.encode())
    serial = loaded.serial_number.to_bytes(loaded.serial_number.bit_length() // 8 + 1, "big")
    try:
        identifier = loaded.extensions.get_extension_for_class(SubjectKeyIdentifier).value.digest
    except ExtensionNotFound:
        identifier = b""
    return bytes([2, len(serial)]) + serial in data or bool(identifier and identifier in data)


def _write_key(key: MailKey, path: Path) -> bytes:
    """The key never lies open in the folder: it is locked with a password made for this one call."""
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        PrivateFormat,
        load_pem_private_key,
    )

    password = secrets.token_hex(16).encode()
    loaded = load_pem_private_key(key.key.encode(), None)
    path.write_bytes(loaded.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)))
    return password


def _folder() -> tempfile.TemporaryDirectory[str]:
    """For one call, in the folder of the child, the only one it may write in."""
    return tempfile.TemporaryDirectory(prefix="cms-", dir=Path.cwd(), ignore_cleanup_errors=True)


def _written(folder: Path) -> bytes | None:
    found = folder / "out"
    return found.read_bytes() if found.exists() else None


def _verdict(done: subprocess.CompletedProcess[bytes]) -> str:
    if done.returncode == 0:
        return "signature_intact"
    return "signature_broken" if _BROKEN.search(done.stderr) else "signature"


def _cms(options: list[str], folder: Path, *, said: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run `openssl cms`; a machine without it gives the answer of a failure."""
    program = shutil.which("openssl", path="/usr/bin:/usr/local/bin")
    if program is None:
        return subprocess.CompletedProcess(options, 127, b"", b"")
    return subprocess.run(
        [program, "cms", *options], cwd=folder, env={}, input=said, capture_output=True, preexec_fn=_die_with_child
    )


def _die_with_child() -> None:
    die_with_parent()
    os.nice(5)
    # the reader may send no signals, so the kernel ends what takes too long
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def signed_part(mail: bytes, boundary: str) -> bytes | None:
    """The bytes between the two boundaries of a multipart/signed, line ends as they were signed (CRLF).

    None when the boundary stands anywhere else as well: somebody may have put signed words before his own.
    """
    line = b"--" + re.escape(boundary.encode("utf-8", "surrogateescape")) + rb"[ \t]*(?=[\r\n])"
    found = list(re.finditer(rb"(?:\A|(?<=[\r\n]))" + line, mail))
    if len(found) != 2:
        return None
    signed = re.sub(rb"\A\r?\n|\r?\n\Z", b"", mail[found[0].end() : found[1].start()])
    return re.sub(rb"\r?\n", b"\r\n", signed)
