"""How the walker opens what a message may be wrapped in: S/MIME, winmail.dat, Outlook's own file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from casework.words.reading import MessageHead
from classifiers.readers.opening import open_entity
from classifiers.readers.parts import Piece, Role
from classifiers.readers.smime import CMS_TYPE, SIGNATURE_TYPE, cms_kind, open_encrypted, open_signed

if TYPE_CHECKING:
    from classifiers.readers.outlook import OutlookMail
    from classifiers.readers.unpack import Walker

OUTLOOK_TYPE, TNEF_TYPE = "application/vnd.ms-outlook", "application/ms-tnef"
TNEF_MARK = b"\x78\x9f\x3e\x22"
_PROPERTIES = "__properties_version1.0".encode("utf-16-le")


def is_outlook_mail(data: bytes) -> bool:
    """Is this OLE file a message? Word and Excel files have no such stream."""
    return _PROPERTIES in data


def open_cms(walker: Walker, piece: Piece, depth: int) -> None:
    """S/MIME around the content: opened, with the reason telling how; else kept or refused with its own reason."""
    kind = cms_kind(piece.data)
    if kind == "compressed":
        piece.keep("type_unsupported")
        return
    opened = open_signed(piece.data) if kind == "signed" else open_encrypted(piece.data, walker.mail_keys)
    if opened.content is None:
        piece.refuse(opened.reason)
        return
    piece.keep(opened.reason)
    piece.notes["wrapper"] = "yes"
    open_entity(walker, piece, opened.content, depth)


def keep_signature(walker: Walker, piece: Piece, depth: int) -> None:
    """A signature without the part it signs."""
    piece.keep("signature")


def open_tnef(walker: Walker, piece: Piece, depth: int) -> None:
    """winmail.dat: what Outlook put into it instead of the mail."""
    from classifiers.readers.outlook import OutlookDamaged, read_tnef

    piece.keep("container")
    if not walker.hangs_on(piece, TNEF_TYPE):  # one inside another is a message of its own
        piece.notes["wrapper"] = "yes"
    try:
        mail = read_tnef(piece.data, most=max(walker.bytes_left, 0))
    except OutlookDamaged:
        piece.refuse("outlook_damaged")
        return
    _add_mail(walker, mail, piece, depth)


def open_outlook(walker: Walker, piece: Piece, depth: int) -> None:
    """A .msg: as a file of its own it is the message."""
    from classifiers.readers.outlook import OutlookDamaged, read_msg

    piece.keep("container")
    try:
        mail = read_msg(piece.data, most=max(walker.bytes_left, 0))
    except OutlookDamaged:
        piece.refuse("outlook_damaged")
        return
    if piece.role is Role.ROOT:
        walker.head = MessageHead(
            sender=mail.sender.lower(),
            sender_name=mail.sender_name,
            recipient=mail.recipient,
            subject=mail.subject,
            message_id=mail.message_id,
            sent_at=mail.sent_at,
        )
    _add_mail(walker, mail, piece, depth)


def _add_mail(walker: Walker, mail: OutlookMail, piece: Piece, depth: int) -> None:
    """Its bodies, unless the mail around it said the same already, and its files."""
    outer, said = walker.is_outer(piece), walker.has_body()
    for media_type, text in mail.bodies:
        role = Role.BODY if outer and not said else Role.EMBEDDED
        kept = "alternative_text" if outer and said else ""
        body = walker.add(
            text.encode(), name=None, parent=piece.id, role=role, declared=media_type, depth=depth + 1, kept=kept
        )
        if body is not None:
            body.notes.update({"charset": "utf-8", "group": piece.id})
    for file in mail.files:
        role = Role.INLINE if file.inline else Role.ATTACHMENT
        walker.add(
            file.data,
            name=file.name,
            parent=piece.id,
            role=role,
            declared=file.declared,
            depth=depth + 1,
            kept=file.reason,
        )


WRAPPERS: dict[str, Callable[[Walker, Piece, int], None]] = {
    CMS_TYPE: open_cms,
    SIGNATURE_TYPE: keep_signature,
    TNEF_TYPE: open_tnef,
    OUTLOOK_TYPE: open_outlook,
}
"""Type by content → how it is opened."""
