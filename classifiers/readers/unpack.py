"""One recursive walker through mails, archives and PDF, with budgets shared by all it finds.

Nothing is dropped: whatever cannot be opened stays a piece with its reason.
"""

from __future__ import annotations

from collections.abc import Callable

from casework.words.reading import MessageHead
from classifiers.readers.archives import ArchiveRefused, members
from classifiers.readers.content import EXECUTABLES, IMAGES, is_malware, type_of
from classifiers.readers.limits import Limits
from classifiers.readers.mail import Leaf, head_of, leaves, parse_mail
from classifiers.readers.markup import XmlRefused, parse_xml
from classifiers.readers.parts import Piece, Role, Unpacked
from classifiers.readers.pdf_structure import PdfRefused, embedded_files

READ_TYPES = frozenset({"message/rfc822", "application/zip", "application/pdf", "application/xml", *IMAGES})
SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
MAIL_NAMES = (".eml", ".mbox", ".msg")


def unpack(raw: bytes, name: str, *, limits: Limits, authserv_id: str | None = None) -> Unpacked:
    """Take a mail or file apart. Never raises for bad bytes."""
    walker = _Walker(limits, authserv_id)
    declared = "message/rfc822" if name.lower().endswith(MAIL_NAMES) else ""
    walker.add(raw, name=name, parent=None, role=Role.ROOT, declared=declared, depth=0)
    return Unpacked(walker.head or MessageHead(subject=name), walker.pieces)


class _Walker:
    """Holds the budgets while pieces are opened."""

    def __init__(self, limits: Limits, authserv_id: str | None) -> None:
        self.limits, self.authserv_id = limits, authserv_id
        self.pieces: list[Piece] = []
        self.head: MessageHead | None = None
        self.bytes_left = limits.unpacked_bytes
        self._counts: dict[str, int] = {}

    def add(
        self, data: bytes, *, name: str | None, parent: str | None, role: Role, declared: str, depth: int
    ) -> Piece | None:
        """Add one piece and open what it contains. None when the message already has too many parts."""
        if len(self.pieces) >= self.limits.parts:
            self.pieces[0].notes["too_many_parts"] = "yes"
            return None
        piece = Piece(self._next_id(parent), parent, name, self._type(data, declared, name), data, role)
        piece.notes["declared"] = declared
        self.pieces.append(piece)
        self.bytes_left -= len(data)
        reason = self._refusal(piece, depth)
        if reason:
            piece.refuse(reason)
        else:
            self._open(piece, depth)
        return piece

    def _next_id(self, parent: str | None) -> str:
        if parent is None:
            return "1"
        self._counts[parent] = self._counts.get(parent, 0) + 1
        return f"{parent}.{self._counts[parent]}"

    @staticmethod
    def _type(data: bytes, declared: str, name: str | None) -> str:
        found = type_of(data, declared=declared, name=name or "")
        if declared == "message/rfc822" and found in {"text/plain", "text/html", "application/octet-stream"}:
            return "message/rfc822"
        return found

    def _refusal(self, piece: Piece, depth: int) -> str:
        if piece.type == "application/x-empty":
            return "empty_message" if piece.role is Role.ROOT else "empty_part"
        # in the undecoded mail the signature would stand too: there it is refused where it lies
        if is_malware(piece.data) and piece.type != "message/rfc822":
            return "malware"
        if piece.type in EXECUTABLES:
            return "type_unsupported"
        if piece.notes["declared"] in SMIME:
            return "smime_encrypted"
        too_large = len(piece.data) > self.limits.message_bytes or self.bytes_left < 0
        return "too_large" if too_large else "too_deep" if depth > self.limits.depth else ""

    def _open(self, piece: Piece, depth: int) -> None:
        openers: dict[str, Callable[[Piece, int], None]] = {
            "message/rfc822": self._open_mail,
            "application/zip": self._open_archive,
            "application/pdf": self._open_pdf,
            "application/xml": self._open_xml,
        }
        opener = openers.get(piece.type)
        if opener is not None:
            opener(piece, depth)
        elif piece.type not in READ_TYPES and not piece.type.startswith("text/"):
            self._leave_unread(piece)

    @staticmethod
    def _leave_unread(piece: Piece) -> None:
        """A type nobody here reads: an attachment is kept for people, a file of its own is refused."""
        if piece.role is Role.ROOT:
            piece.refuse("type_unsupported")
        else:
            piece.keep("type_unsupported")

    def _open_mail(self, piece: Piece, depth: int) -> None:
        piece.keep("container")
        try:
            message = parse_mail(piece.data)
            nested = depth > 0
            if not nested:
                self.head = head_of(message, self.authserv_id)
            found = list(leaves(message, deepest=self.limits.depth * 3))
        except RecursionError:
            piece.refuse("too_deep")
            return
        for leaf in found:
            self._add_leaf(leaf, piece, depth, nested=nested)

    def _add_leaf(self, leaf: Leaf, parent: Piece, depth: int, *, nested: bool) -> None:
        role = Role.EMBEDDED if nested and leaf.role is Role.BODY else leaf.role
        child = self.add(
            leaf.data, name=leaf.name, parent=parent.id, role=role, declared=leaf.declared, depth=depth + 1
        )
        if child is None:
            return
        child.notes.update({"charset": leaf.charset, "group": str(leaf.group)})
        if leaf.damaged and child.reason != "malware":
            child.notes["damaged"] = "yes"
        if leaf.report:
            child.notes["report"] = "yes"

    def _open_archive(self, piece: Piece, depth: int) -> None:
        piece.keep("container")
        try:
            for name, data in members(piece.data, budget=self.bytes_left, most=self.limits.parts - len(self.pieces)):
                self.add(data, name=name, parent=piece.id, role=Role.ATTACHMENT, declared="", depth=depth + 1)
        except ArchiveRefused as refused:
            piece.refuse(refused.reason)

    def _open_pdf(self, piece: Piece, depth: int) -> None:
        try:
            files = embedded_files(piece.data, budget=self.bytes_left, largest=self.limits.message_bytes)
        except PdfRefused as refused:
            if refused.reason == "pdf_encrypted":
                piece.refuse(refused.reason)
            return  # whether a damaged PDF still has text is decided when it is read
        for file in files:
            child = self.add(
                file.data, name=file.name, parent=piece.id, role=Role.EMBEDDED, declared="", depth=depth + 1
            )
            if child is not None:
                child.notes["relation"] = file.relation
                if file.refused:
                    child.refuse(file.refused)

    def _open_xml(self, piece: Piece, depth: int) -> None:
        if len(piece.data) > self.limits.xml_bytes:
            piece.refuse("too_large")
            return
        try:
            parse_xml(piece.data)
        except XmlRefused as refused:
            piece.refuse(refused.reason)
