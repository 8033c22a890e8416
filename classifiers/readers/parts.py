"""The parts of a message while they are looked at: bytes, place in the tree, fate."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from casework.words.reading import Fate, MessageHead, Part


class Role(StrEnum):
    """How a part hangs in its message."""

    ROOT = "root"
    BODY = "body"
    ATTACHMENT = "attachment"
    INLINE = "inline"
    EMBEDDED = "embedded"


@dataclass
class Piece:
    """A part with its bytes. `fate` and `reason` may still change until the message is assembled."""

    id: str
    parent: str | None
    name: str | None
    type: str
    data: bytes
    role: Role
    fate: Fate = Fate.KEPT
    reason: str = "attachment"
    notes: dict[str, str] = field(default_factory=dict)
    """What the wrapper said: `charset`, `declared` type, `relation` of an embedded file."""

    def use(self, reason: str) -> None:
        self.fate, self.reason = Fate.USED, reason

    def refuse(self, reason: str) -> None:
        self.fate, self.reason = Fate.REFUSED, reason

    def keep(self, reason: str) -> None:
        self.fate, self.reason = Fate.KEPT, reason

    def as_part(self) -> Part:
        digest = hashlib.sha256(self.data).hexdigest()
        return Part(
            id=self.id,
            parent=self.parent,
            name=self.name,
            type=self.type,
            bytes=len(self.data),
            sha256=digest,
            fate=self.fate,
            reason=self.reason,
        )


@dataclass
class Unpacked:
    """A message or file taken apart: its head and its pieces in the order found, parents before children."""

    head: MessageHead
    pieces: list[Piece]

    def children(self, piece_id: str) -> list[Piece]:
        return [piece for piece in self.pieces if piece.parent == piece_id]

    def piece(self, piece_id: str) -> Piece | None:
        return next((piece for piece in self.pieces if piece.id == piece_id), None)

    @property
    def root(self) -> Piece:
        return self.pieces[0]
