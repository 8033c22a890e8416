"""How the walker opens mails, archives, PDF and XML: one function per type, each adds what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from lxml import etree

from classifiers.readers.archives import ArchiveRefused, members
from classifiers.readers.compressed import PACKED, TAR, inner_name, tar_members, unpacked
from classifiers.readers.leaves import Leaf, leaves
from classifiers.readers.mail import head_of, parse_mail
from classifiers.readers.mailboxes import MBOX_TYPE, mails_of
from classifiers.readers.markup import XmlRefused, parse_xml
from classifiers.readers.parts import Piece, Role
from classifiers.readers.pdf_structure import PdfRefused, embedded_files
from classifiers.readers.smime import check_detached, cms_kind, signed_part
from classifiers.readers.transfer import from_base64

if TYPE_CHECKING:
    from classifiers.readers.unpack import Walker

Opener = Callable[["Walker", Piece, int], None]
_BINARY = ("{*}EmbeddedDocumentBinaryObject", "{*}AttachmentBinaryObject")
"""Where e-invoices carry files (BT-125): UBL and CII."""


def open_mail(walker: Walker, piece: Piece, depth: int) -> None:
    """A mail: its head when it is the message itself, and its leaves."""
    piece.keep("container")
    open_entity(walker, piece, piece.data, depth)


def open_entity(walker: Walker, piece: Piece, raw: bytes, depth: int) -> None:
    """A mail or what stood in a wrapper, in the form of a mail; what it holds hangs on `piece`."""
    outer = walker.is_outer(piece)
    try:
        message = parse_mail(raw)
        if piece.role is Role.ROOT:
            walker.head = head_of(message)
        found = list(leaves(message, deepest=walker.limits.depth * 3))
    except RecursionError:
        piece.refuse("too_deep")
        return
    for leaf in found:
        _add_leaf(walker, leaf, piece, raw, depth, outer=outer)


def _add_leaf(walker: Walker, leaf: Leaf, parent: Piece, raw: bytes, depth: int, *, outer: bool) -> None:
    role = leaf.role if outer or leaf.role is not Role.BODY else Role.EMBEDDED
    kept = _checked(leaf, raw) if leaf.reason == "signature" else leaf.reason
    child = walker.add(
        leaf.data, name=leaf.name, parent=parent.id, role=role, declared=leaf.declared, depth=depth + 1, kept=kept
    )
    if child is None:
        return
    child.notes.update({"charset": leaf.charset, "group": str(leaf.group)})
    if leaf.damaged and child.reason != "malware":
        child.notes["damaged"] = "yes"
    if leaf.report:
        child.notes["report"] = "yes"


def _checked(leaf: Leaf, raw: bytes) -> str:
    """Reason code of a signature beside the part it signs; one that cannot be checked here is only kept."""
    signed = signed_part(raw, leaf.boundary) if cms_kind(leaf.data) else None
    return check_detached(leaf.data, signed) if signed is not None else "signature"


def open_mbox(walker: Walker, piece: Piece, depth: int) -> None:
    """Several mails in one file: none of them is the message itself."""
    piece.keep("container")
    for mail in mails_of(piece.data):
        walker.add(mail, name=None, parent=piece.id, role=Role.ATTACHMENT, declared="message/rfc822", depth=depth + 1)


def open_zip(walker: Walker, piece: Piece, depth: int) -> None:
    """A zip: its files."""
    _add_members(walker, piece, depth, members(piece.data, budget=walker.bytes_left, most=walker.parts_left))


def open_tar(walker: Walker, piece: Piece, depth: int) -> None:
    """A tar: its files."""
    _add_members(walker, piece, depth, tar_members(piece.data, budget=walker.bytes_left, most=walker.parts_left))


def open_packed(walker: Walker, piece: Piece, depth: int) -> None:
    """gzip, bzip2, xz: the one file in it."""
    _add_members(walker, piece, depth, _only_member(walker, piece))


def _only_member(walker: Walker, piece: Piece) -> Iterator[tuple[str, bytes]]:
    yield inner_name(piece.name) or "", unpacked(piece.data, piece.type, budget=walker.bytes_left)


def _add_members(walker: Walker, piece: Piece, depth: int, found: Iterator[tuple[str, bytes]]) -> None:
    piece.keep("container")
    try:
        for name, data in found:
            child = walker.add(data, name=name, parent=piece.id, role=Role.ATTACHMENT, declared="", depth=depth + 1)
            if child is not None:
                child.notes["folders"] = str(name.count("/"))
    except ArchiveRefused as refused:
        piece.refuse(refused.reason)


def open_pdf(walker: Walker, piece: Piece, depth: int) -> None:
    """The files inside a PDF. In a portfolio they are the letters, and the page that announces them is none."""
    try:
        files = embedded_files(piece.data, budget=walker.bytes_left, largest=walker.limits.message_bytes)
    except PdfRefused as refused:
        if refused.reason == "pdf_encrypted":
            piece.refuse(refused.reason)
        return  # whether a damaged PDF still has text is decided when it is read
    for file in files:
        role = Role.ATTACHMENT if file.in_portfolio else Role.EMBEDDED
        child = walker.add(file.data, name=file.name, parent=piece.id, role=role, declared="", depth=depth + 1)
        if child is not None:
            child.notes["relation"] = file.relation
            if file.refused:
                child.refuse(file.refused)
            elif file.in_portfolio and child.type in {"application/pdf", "application/xml"}:
                piece.keep("container")


def open_xml(walker: Walker, piece: Piece, depth: int) -> None:
    """XML that is safe to read, and the files inside an e-invoice."""
    if len(piece.data) > walker.limits.xml_bytes:
        piece.refuse("too_large")
        return
    try:
        root = parse_xml(piece.data)
    except XmlRefused as refused:
        piece.refuse(refused.reason)
        return
    for element in root.iter(*_BINARY):
        _add_binary(walker, element, piece, depth)


def _add_binary(walker: Walker, element: etree._Element, piece: Piece, depth: int) -> None:
    decoded = from_base64("".join(map(str, element.itertext())).encode("utf-8", "surrogatepass"))
    child = walker.add(
        decoded.data,
        name=element.get("filename"),
        parent=piece.id,
        role=Role.EMBEDDED,
        declared=(element.get("mimeCode") or "").lower(),
        depth=depth + 1,
    )
    if child is not None and decoded.damaged:
        child.notes["damaged"] = "yes"


OPENERS: dict[str, Opener] = {
    "message/rfc822": open_mail,
    MBOX_TYPE: open_mbox,
    "application/zip": open_zip,
    TAR: open_tar,
    **dict.fromkeys(PACKED, open_packed),
    "application/pdf": open_pdf,
    "application/xml": open_xml,
}
"""Type by content → how it is opened."""
