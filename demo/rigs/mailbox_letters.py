"""The mails of the mailbox rig: small ones, large ones, 8-bit ones and hostile ones, each with its serial in it.

The serial stands where any reader of the raw bytes finds it, so that counting needs none of our parsers.
"""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Callable
from random import Random

SERIAL = re.compile(rb"rig-serial-(\d{6})")
LARGE_SHARE = 0.002
LARGE_BYTES = (2_000_000, 20_000_000)
SMALL_BYTES = (600, 22_000)
ZEROS = 8_000_000
DEPTH = 60


def letter(serial: int, dice: Random, *, large: bool = False) -> bytes:
    """The mail of that serial; CRLF throughout, no two alike. `large`: with an attachment of 2 to 20 MB."""
    mark = f"rig-serial-{serial:06d}"
    if large or dice.random() < LARGE_SHARE:
        return _multipart(mark, _attached(dice.randbytes(dice.randint(*LARGE_BYTES) * 3 // 4), "Plan.bin"))
    (make,) = dice.choices([make for make, _ in KINDS], [weight for _, weight in KINDS])
    return make(mark, dice)


def with_other_received(raw: bytes, serial: int) -> bytes:
    """The same mail as another server of the sender's delivered it."""
    return f"Received: from mx{serial}.anderswo.example by mail.rig.example; Mon, 2 Nov 2026\r\n".encode() + raw


def serial_of(raw: bytes) -> int | None:
    """The serial in a mail's bytes; None when it is none of the rig's."""
    found = SERIAL.search(raw)
    return int(found.group(1)) if found else None


def _head(mark: str, kind: str = "text/plain; charset=utf-8") -> str:
    return (
        f"From: Erika Beispiel <erika@buerger.example>\r\nTo: post@rig.example\r\nSubject: Schreiben {mark}\r\n"
        f"Message-ID: <{mark}@buerger.example>\r\nDate: Mon, 2 Nov 2026 08:00:00 +0100\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: {kind}\r\n"
    )


def _attached(content: bytes, name: str, kind: str = "application/octet-stream") -> bytes:
    head = (
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    )
    return head.encode() + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _multipart(mark: str, *parts: bytes) -> bytes:
    text = f"Content-Type: text/plain; charset=utf-8\r\n\r\nGuten Tag, anbei {mark}.\r\n".encode()
    body = b"".join(b"--grenze\r\n" + part for part in (text, *parts))
    return _head(mark, "multipart/mixed; boundary=grenze").encode() + b"\r\n" + body + b"--grenze--\r\n"


def _plain(mark: str, dice: Random) -> bytes:
    lines = "\r\n".join(f"Zeile {dice.randint(0, 10**9)} mit Grüßen" for _ in range(dice.randint(1, 40)))
    return f"{_head(mark)}Content-Transfer-Encoding: 8bit\r\n\r\n{mark}\r\n{lines}\r\n".encode()


def _with_attachment(mark: str, dice: Random) -> bytes:
    return _multipart(mark, _attached(dice.randbytes(dice.randint(*SMALL_BYTES)), "Anlage.bin"))


def _html(mark: str, dice: Random) -> bytes:
    body = f"<p>{mark} {dice.random()}</p><script>alert(1)</script><img src='http://ausspaehen.example/{mark}'>\r\n"
    return (_head(mark, "text/html; charset=utf-8") + "\r\n" + body).encode()


def _raw_latin(mark: str, dice: Random) -> bytes:
    """8-bit in headers and body, and the declared charset is wrong."""
    head = _head(mark, "text/plain; charset=us-ascii").replace("Schreiben", "Müllgebühr für Größe")
    return (head + f"\r\n{mark} Straße {dice.random()} äöü\r\n").encode("latin-1")


def _no_headers(mark: str, dice: Random) -> bytes:
    return f"\r\n{mark} {dice.random()}".encode()


def _looks_like_imap(mark: str, dice: Random) -> bytes:
    text = f"* 1 FETCH (UID 7 BODY[] {{3}}\r\nA1 OK done\r\n)\r\n* BYE\r\n{mark} {dice.random()} {{99999}}\r\n"
    return b"Subject: {5}\r\n\r\n" + text.encode()


def _nested(mark: str, dice: Random) -> bytes:
    body = f"Content-Type: text/plain\r\n\r\n{mark} {dice.random()}\r\n"
    for depth in range(DEPTH):
        body = f"Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n{body}\r\n--b{depth}--\r\n"
    return ("From: tief@buerger.example\r\nMIME-Version: 1.0\r\n" + body).encode()


def _broken(mark: str, dice: Random) -> bytes:
    """Base64 that is none, a boundary that never closes, a charset nobody knows, no line end at the end."""
    part = f"--grenze\r\nContent-Type: text/plain; charset=x-klingon\r\n\r\n{mark} {dice.random()}\r\n"
    rest = "--grenze\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n====%%%%"
    return (_head(mark, "multipart/mixed; boundary=grenze") + "\r\n" + part + rest).encode()


def _long_headers(mark: str, dice: Random) -> bytes:
    """A line of 9,000 characters, ten senders, control characters."""
    senders = "".join(f"From: absender{number}@buerger.example\r\n" for number in range(10))
    return f"X-Lang: {'x' * 9000}\r\n{senders}Subject: \x07\x1b[31m{mark}\r\n\r\n{mark} {dice.random()}\r\n".encode()


def _bomb(mark: str, dice: Random) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../leer.txt", bytes(ZEROS))
    return _multipart(mark, _attached(kept.getvalue() + dice.randbytes(4), "Fotos.zip", "application/zip"))


def _program(mark: str, dice: Random) -> bytes:
    return _multipart(mark, _attached(b"MZ" + dice.randbytes(2000), "Rechnung.pdf.exe", "application/pdf"))


KINDS: tuple[tuple[Callable[[str, Random], bytes], float], ...] = (
    (_plain, 45),
    (_with_attachment, 32),
    (_html, 5),
    (_raw_latin, 6),
    (_no_headers, 2),
    (_looks_like_imap, 2),
    (_nested, 1.5),
    (_broken, 2),
    (_long_headers, 2),
    (_bomb, 0.5),
    (_program, 2),
)
