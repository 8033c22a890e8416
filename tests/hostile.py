"""Files made to hurt a reader, built when they are needed: bombs, loops, lies, disguises; nothing lies on the disk."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable

from PIL import Image

from tests import hostile_pdf

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
HEAD = b"From: a@b.example\r\nTo: post@amt.example\r\nSubject: Brief\r\nMIME-Version: 1.0\r\n"
MIB = 1024 * 1024


# mails ------------------------------------------------------------------


def mail(*parts: tuple[str, bytes], text: bytes = b"Guten Tag") -> bytes:
    """A letter with attachments in base64; names are written as given."""
    pieces = [b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text]
    for name, data in parts:
        head = f'Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="{name}"\r\n'
        pieces.append(head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(data))
    body = b"".join(b"--sep\r\n" + piece + b"\r\n" for piece in pieces)
    return HEAD + b'Content-Type: multipart/mixed; boundary="sep"\r\n\r\n' + body + b"--sep--\r\n"


def nested_multiparts(depth: int) -> bytes:
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(depth)
    )
    return HEAD + opened + b"Content-Type: text/plain\r\n\r\nGuten Tag\r\n"


def nested_messages(depth: int) -> bytes:
    return (HEAD + b"Content-Type: message/rfc822\r\n\r\n") * depth + HEAD + b"\r\nGuten Tag"


def many_parts(number: int) -> bytes:
    return HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * number + b"--b--\r\n"


def many_headers(number: int) -> bytes:
    return HEAD + b"".join(b"X-A%d: b\r\n" % index for index in range(number)) + b"\r\nGuten Tag"


def long_header(size: int, name: bytes = b"Subject", word: bytes = b"=?utf-8?q?=C3?= ") -> bytes:
    return name + b": " + word * (size // len(word)) + b"\r\n" + HEAD + b"\r\nGuten Tag"


def large_attachment(size: int) -> bytes:
    head = b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return HEAD + head + (b"QUFB" * 19 + b"\r\n") * (size // 78)


# archives ---------------------------------------------------------------


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


def nested_zips(depth: int, inner: bytes = b"Guten Tag") -> bytes:
    for _ in range(depth):
        inner = zipped([("a.zip", inner)])
    return inner


def forty_two(width: int = 16, depth: int = 5) -> bytes:
    """Zips in zips, sixteen abreast, zeros at the bottom: 10 MiB × 16^5 when all are opened."""
    inner = zipped([("0.txt", b"\x00" * (10 * MIB))])
    for _ in range(depth):
        inner = zipped((f"{index}.zip", inner) for index in range(width))
    return inner


def overlapping_zip(entries: int = 400, size: int = 20 * MIB) -> bytes:
    """Every entry of the directory points to the same packed bytes."""
    packed = _deflated(b"A" * size)
    check, name = zlib.crc32(b"A" * size), b"aaaa"
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 33, check, len(packed), size, 4, 0) + name + packed
    entry = struct.pack(
        "<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, check, len(packed), size, 4, 0, 0, 0, 0, 0, 0
    )
    directory = (entry + name) * entries
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, entries, entries, len(directory), len(local), 0)
    return local + directory + end


def lying_zip(size: int = 100 * MIB) -> bytes:
    """Says that its file has ten bytes."""
    packed = _deflated(b"\x00" * size)
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 33, 0, len(packed), 10, 1, 0) + b"a" + packed
    entry = struct.pack(
        "<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, 0, len(packed), 10, 1, 0, 0, 0, 0, 0, 0
    )
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(entry) + 1, len(local), 0)
    return local + entry + b"a" + end


def zip_of_itself() -> bytes:
    """An entry whose bytes begin at the archive's own beginning: it can be opened for ever."""
    total = 30 + 1 + 46 + 1 + 22
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 0, 0, 33, 0, total, total, 1, 0) + b"a"
    entry = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, total, total, 1, 0, 0, 0, 0, 0, 0)
    return local + entry + b"a" + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, 47, 31, 0)


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


# pictures ---------------------------------------------------------------


def picture(form: str, width: int, height: int, **options: object) -> bytes:
    mode = str(options.pop("mode", "L"))
    buffer = io.BytesIO()
    Image.new(mode, (width, height)).save(buffer, format=form, **options)
    return buffer.getvalue()


def png_claiming(width: int, height: int, bits: int = 8) -> bytes:
    """A PNG that says how large it is, and packs as many zeros as that needs, up to 64 MiB."""
    head = struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0)
    packed = zlib.compress(b"\x00" * min((width * bits // 8 * 3 + 1) * height, 64 * MIB), 9)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    )


def frames(form: str, number: int, side: int = 300) -> bytes:
    """A picture of many frames."""
    first, *others = (Image.new("P", (side, side), index % 200) for index in range(number))
    buffer = io.BytesIO()
    first.save(buffer, format=form, save_all=True, append_images=others)
    return buffer.getvalue()


def tiff_loop() -> bytes:
    """A TIFF whose second page is its first."""
    data = bytearray(picture("TIFF", 300, 300))
    place = int.from_bytes(data[4:8], "little")
    entries = int.from_bytes(data[place : place + 2], "little")
    data[place + 2 + 12 * entries : place + 6 + 12 * entries] = data[4:8]
    return bytes(data)


# XML and HTML -----------------------------------------------------------

LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 12))
    + b"]><l>&a11;</l>"
)
QUADRATIC = b'<!DOCTYPE l [<!ENTITY a "' + b"x" * 100_000 + b'">]><l>' + b"&a;" * 100_000 + b"</l>"


def external(address: str) -> dict[str, bytes]:
    """XML, SVG and HTML that want something from elsewhere, by name."""
    to = address.encode()
    return {
        "entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "%s">]><a>&x;</a>' % to,
        "parameter": b'<!DOCTYPE a [<!ENTITY %% x SYSTEM "%s"> %%x;]><a/>' % to,
        "subset": b'<!DOCTYPE a SYSTEM "%s"><a/>' % to,
        "xinclude": b'<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="%s" parse="text"/></a>' % to,
        "stylesheet": b'<?xml-stylesheet type="text/xsl" href="%s"?><a/>' % to,
        "schema": b'<a xmlns:s="http://www.w3.org/2001/XMLSchema-instance" s:schemaLocation="u %s"/>' % to,
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink"><image href="%s" '
        b'x:href="%s"/><script href="%s">alert(1)</script><foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" '
        b'src="%s"/></foreignObject></svg>' % (to, to, to, to),
        "html": b'<html><head><base href="%s"><link rel=stylesheet href="%s"><meta http-equiv=refresh '
        b'content="0;url=%s">'
        b'</head><body background="%s"><img src="%s"><iframe src="%s"></iframe><p style="background:url(%s)">Guten Tag'
        % (to, to, to, to, to, to, to),
    }


def nested_xml(depth: int) -> bytes:
    return b"<a>" * depth + b"</a>" * depth


def nested_html(depth: int) -> bytes:
    return b"<html><body>" + b"<div>" * depth + b"Guten Tag"


BOMBS: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "pdf contents": ("a.pdf", "too_large", hostile_pdf.pdf_bomb_in_contents),
    "pdf picture": ("a.pdf", "no_text", hostile_pdf.pdf_bomb_in_picture),
    "pdf attachment": ("a.pdf", "too_large", hostile_pdf.pdf_bomb_in_attachment),
    "pdf objects": ("a.pdf", "too_large", hostile_pdf.pdf_bomb_in_objects),
    "pdf huge page": ("a.pdf", "no_text", hostile_pdf.pdf_huge_page),
    "pdf million pages": ("a.pdf", "too_many_pages", hostile_pdf.pdf_many_pages),
    "pdf claimed pages": ("a.pdf", "no_text", hostile_pdf.pdf_claimed_pages),
    "pdf tree of itself": ("a.pdf", "pdf_damaged", hostile_pdf.pdf_tree_of_itself),
    "pdf form of itself": ("a.pdf", "no_text", hostile_pdf.pdf_form_of_itself),
    "pdf picture of itself": ("a.pdf", "too_large", hostile_pdf.pdf_picture_of_itself),
    "pdf many letters": ("a.pdf", "too_many_pages", hostile_pdf.pdf_many_letters),
    "zip 42": ("a.zip", "too_many_parts", forty_two),
    "zip overlapping": ("a.zip", "too_large", overlapping_zip),
    "zip lying": ("a.zip", "archive_damaged", lying_zip),
    "zip of itself": ("a.zip", "archive_damaged", zip_of_itself),
    "zip in zip": ("a.zip", "too_deep", lambda: nested_zips(300)),
    "multipart in multipart": ("a.eml", "too_deep", lambda: nested_multiparts(10_000)),
    "mail in mail": ("a.eml", "too_deep", lambda: nested_messages(10_000)),
    "xml nested": ("a.xml", "too_deep", lambda: nested_xml(10_000)),
    "html nested": ("a.html", "too_deep", lambda: nested_html(10_000)),
    "html much nested": ("a.html", "too_deep", lambda: nested_html(1_000_000)),
    "png 100 megapixels": ("a.png", "too_large", lambda: png_claiming(10_000, 10_000)),
    "png 16 bit": ("a.png", "no_text", lambda: png_claiming(3_000, 3_000, 16)),
    "png claiming 4 gigapixels": ("a.png", "too_large", lambda: png_claiming(65_000, 65_000)),
    "jpeg 100 megapixels": ("a.jpg", "too_large", lambda: picture("JPEG", 10_000, 10_000)),
    "jpeg 40 megapixels": ("a.jpg", "no_text", lambda: picture("JPEG", 8_000, 5_000, mode="CMYK")),
    "tiff 100 megapixels": (
        "a.tif",
        "too_large",
        lambda: picture("TIFF", 10_000, 10_000, mode="1"),
    ),
    "tiff frames": ("a.tif", "no_text", lambda: frames("TIFF", 500, 60)),
    "tiff loop": ("a.tif", "no_text", tiff_loop),
    "gif frames": ("a.gif", "no_text", lambda: frames("GIF", 500)),
    "webp frames": ("a.webp", "no_text", lambda: frames("WEBP", 100)),
    "billion laughs": ("a.xml", "doctype_refused", lambda: LAUGHS),
    "quadratic": ("a.xml", "doctype_refused", lambda: QUADRATIC),
    "long header": ("a.eml", "too_large", lambda: long_header(50 * MIB)),
    "million headers": ("a.eml", "too_large", lambda: many_headers(1_000_000)),
    "million parts": ("a.eml", "too_many_parts", lambda: many_parts(1_000_000)),
    "200 MB": ("a.eml", "too_large", lambda: large_attachment(200 * MIB)),
    "60 MB": ("a.eml", "unknown_kind", lambda: large_attachment(60 * MIB)),
}
"""Name of the bomb → name of the file, the reason a clerk is told, and what makes it."""
