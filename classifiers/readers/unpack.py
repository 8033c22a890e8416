"""One recursive walker through mails, wrappers, archives and PDF, with budgets shared by all it finds.

Nothing is dropped: whatever cannot be opened stays a piece with its reason.
"""

from __future__ import annotations

import time

from casework.words.reading import MessageHead
from classifiers.readers.agreement import disagrees
from classifiers.readers.content import IMAGES, is_malware, looks_like_mail, type_of
from classifiers.readers.envelopes import head_of_drop
from classifiers.readers.hazards import FLAGS, hazard
from classifiers.readers.headers import file_name
from classifiers.readers.limits import Limits
from classifiers.readers.mailboxes import MBOX_TYPE, is_mbox
from classifiers.readers.opening import OPENERS
from classifiers.readers.parts import Piece, Role, Unpacked
from classifiers.readers.smime import CMS_TYPE, SIGNATURE_TYPE, MailKey, cms_kind
from classifiers.readers.transfer import uuencoded
from classifiers.readers.wrappers import OUTLOOK_TYPE, TNEF_MARK, TNEF_TYPE, WRAPPERS, is_outlook_mail

MAIL_TYPES = frozenset({"message/rfc822", "message/global", "message/news"})
MAIL_NAMES = (".eml", ".mbox", ".msg")
_PLAIN = frozenset({"text/plain", "text/html", "application/octet-stream"})
_TEXTS = frozenset({"text/plain", "text/html"})
_TIME_SHARE = 0.5
"""Of the time that a file may take, unpacking may take so much; the rest is for reading what was found."""


def unpack(raw: bytes, name: str, *, limits: Limits, mail_keys: tuple[MailKey, ...] = ()) -> Unpacked:
    """Take a mail or file apart; `mail_keys` open what was encrypted for the office. Never raises for bad bytes."""
    walker = Walker(limits, mail_keys)
    declared = "message/rfc822" if name.lower().endswith(MAIL_NAMES) else ""
    walker.add(raw, name=name, parent=None, role=Role.ROOT, declared=declared, depth=0)
    return Unpacked(walker.head or head_of_drop(walker.pieces, name), walker.pieces)


class Walker:
    """Holds the budgets while pieces are opened."""

    def __init__(self, limits: Limits, mail_keys: tuple[MailKey, ...]) -> None:
        self.limits, self.mail_keys = limits, mail_keys
        self.pieces: list[Piece] = []
        self.head: MessageHead | None = None
        self.bytes_left = limits.unpacked_bytes
        self._until = time.monotonic() + limits.wall_seconds * _TIME_SHARE
        self._counts: dict[str, int] = {}
        self._by_id: dict[str, Piece] = {}

    @property
    def parts_left(self) -> int:
        return self.limits.parts - len(self.pieces)

    def add(
        self,
        data: bytes,
        *,
        name: str | None,
        parent: str | None,
        role: Role,
        declared: str,
        depth: int,
        kept: str = "",
    ) -> Piece | None:
        """Add one piece and open what it contains. None when the message already has too many parts.

        With `kept`, a reason code, the piece is kept for that reason and not opened.
        """
        if self.parts_left <= 0:
            self.pieces[0].notes["too_many_parts"] = "yes"
            return None
        piece = self._piece(data, name=name, parent=parent, role=role, declared=declared)
        reason = self._refusal(piece, depth)
        if kept and reason in {"", "empty_part"}:
            piece.keep(kept)
        elif reason:
            piece.refuse(reason)
        else:
            self._open(piece, depth)
        return piece

    def _piece(self, data: bytes, *, name: str | None, parent: str | None, role: Role, declared: str) -> Piece:
        found = _type(data, declared, name or "")
        if role is Role.BODY and not found.startswith("text/"):
            role = Role.ATTACHMENT
        shown = file_name(name) if role is not Role.ROOT else name
        piece = Piece(self._next_id(parent), parent, shown, found, data, role)
        piece.notes["declared"] = declared
        own_mail = role is Role.ROOT and declared in MAIL_TYPES
        if not own_mail and disagrees(found, declared=declared, name=shown):
            piece.notes["type_disagrees"] = "yes"
        self.pieces.append(piece)
        self._by_id[piece.id] = piece
        self.bytes_left -= len(data)
        return piece

    def _next_id(self, parent: str | None) -> str:
        if parent is None:
            return "1"
        self._counts[parent] = self._counts.get(parent, 0) + 1
        return f"{parent}.{self._counts[parent]}"

    def is_outer(self, piece: Piece) -> bool:
        """Is this the message itself, or only what it was wrapped in (a signature, winmail.dat)?"""
        if piece.parent is None:
            return True
        return "wrapper" in piece.notes and self.is_outer(self._by_id[piece.parent])

    def hangs_on(self, piece: Piece, media_type: str) -> bool:
        """Is this the type of what the piece was found in?"""
        return piece.parent is not None and self._by_id[piece.parent].type == media_type

    def has_body(self) -> bool:
        """Was a text of the message itself found already?"""
        return any(piece.role is Role.BODY and piece.type != "application/x-empty" for piece in self.pieces)

    def _refusal(self, piece: Piece, depth: int) -> str:
        if piece.type == "application/x-empty":
            return "empty_message" if piece.role is Role.ROOT else "empty_part"
        # in the undecoded mail the signature would stand too: there it is refused where it lies
        if is_malware(piece.data) and piece.type not in {"message/rfc822", MBOX_TYPE}:
            return "malware"
        found = hazard(piece.data, piece.type, piece.name)
        if found:
            piece.notes["hazard"] = found
        if found and found not in FLAGS:
            return found
        if len(piece.data) > self.limits.message_bytes or self.bytes_left < 0:
            return "too_large"
        return "too_deep" if depth > self.limits.depth else "too_slow" if time.monotonic() > self._until else ""

    def _open(self, piece: Piece, depth: int) -> None:
        opener = OPENERS.get(piece.type) or WRAPPERS.get(piece.type)
        if opener is not None:
            opener(self, piece, depth)
        elif piece.type.startswith("text/"):
            self._open_text(piece, depth)
        elif piece.type not in IMAGES:
            self._leave_unread(piece)

    def _open_text(self, piece: Piece, depth: int) -> None:
        """Files that old mailers wrote into the text itself."""
        for name, data in uuencoded(piece.data):
            piece.notes["uuencoded"] = "yes"
            self.add(data, name=name, parent=piece.id, role=Role.ATTACHMENT, declared="", depth=depth + 1)

    @staticmethod
    def _leave_unread(piece: Piece) -> None:
        """A type nobody here reads: an attachment is kept for people, a file of its own is refused."""
        if piece.role is Role.ROOT:
            piece.refuse("type_unsupported")
        else:
            piece.keep("type_unsupported")


def _type(data: bytes, declared: str, name: str) -> str:
    """The type by content, finer than by the first bytes where a wrapper has to be told from a plain file."""
    if cms_kind(data):
        detached = "signature" in declared or name.lower().endswith(".p7s")
        return SIGNATURE_TYPE if detached else CMS_TYPE
    # these begin as they do, whatever stands in their first kilobyte
    if data.startswith(TNEF_MARK):
        return TNEF_TYPE
    if declared in MAIL_TYPES and looks_like_mail(data[:4096]):
        return MBOX_TYPE if is_mbox(data) else "message/rfc822"
    found = type_of(data, declared=declared, name=name)
    if found == "application/x-ole-storage" and is_outlook_mail(data):
        return OUTLOOK_TYPE
    if found == "application/pdf" and declared in _TEXTS and not data.lstrip().startswith(b"%PDF-"):
        return declared  # a letter may speak of such a file
    if found in {"text/plain", "message/rfc822"} and is_mbox(data):
        return MBOX_TYPE
    return "message/rfc822" if declared in MAIL_TYPES and found in _PLAIN else found
