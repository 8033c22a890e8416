"""What a kind sees and what it answers. A kind is one file: `NAME`, `identify`, `extract`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from lxml import etree

from casework.words.reading import Box, DecidedBy, DocumentReading, MessageHead, Origin
from classifiers.readers.content import IMAGES
from classifiers.readers.documents import text_of_piece, words_of_piece
from classifiers.readers.limits import Limits
from classifiers.readers.markup import XmlRefused, parse_xml
from classifiers.readers.parts import Piece, Role
from classifiers.readers.pdf_structure import form_values
from classifiers.readers.texts import Text


@dataclass(frozen=True)
class Claim:
    """A kind says: this part is mine. `strength` 0 to 1; `unsure` are reason codes that keep it from passing alone."""

    kind: str
    decided_by: DecidedBy
    strength: float = 1.0
    unsure: tuple[str, ...] = ()


class Material:
    """One part as the kinds see it; everything costly is read once and only when asked for."""

    def __init__(
        self,
        piece: Piece,
        head: MessageHead,
        embedded: list[Piece],
        limits: Limits,
        *,
        form_sender: bool,
        has_attachments: bool = False,
        beside: Sequence[Piece] = (),
    ) -> None:
        self.piece, self.head, self.embedded, self.limits = piece, head, embedded, limits
        self.form_sender = form_sender
        """Does the part come in a mail from a proven sender of form mail?"""
        self.has_attachments = has_attachments
        """Does anything but the body hang on the mail, readable for us or not?"""
        self._beside = beside

    @property
    def is_body(self) -> bool:
        return self.piece.role is Role.BODY

    @property
    def is_form_mail(self) -> bool:
        """Is this the text that a proven sender of form mail wrote, rather than a file that he passed on?"""
        return self.is_body and self.form_sender

    @property
    def is_picture(self) -> bool:
        return self.piece.type in IMAGES

    @cached_property
    def text(self) -> Text:
        """The text with places: text layer, OCR, or plain lines."""
        return text_of_piece(self.piece, self.limits)

    @cached_property
    def lowered(self) -> str:
        """The whole text, lower case, blanks squeezed: for looking up words."""
        return re.sub(r"\s+", " ", self.text.whole.lower())

    @cached_property
    def beside(self) -> str:
        """What else the mail says for people: its body in other forms, what a bounce quotes; lower case."""
        return re.sub(r"\s+", " ", " ".join(words_of_piece(piece) for piece in self._beside).lower())

    @cached_property
    def form(self) -> dict[str, tuple[str, Box | None]]:
        """AcroForm values of a PDF."""
        return form_values(self.piece.data) if self.piece.type == "application/pdf" else {}

    @cached_property
    def xml(self) -> tuple[Piece, etree._Element] | None:
        """The part's own XML root."""
        return _root_of(self.piece)

    @cached_property
    def embedded_xml(self) -> list[tuple[Piece, etree._Element]]:
        """Roots of XML files embedded in this PDF."""
        found = (_root_of(piece) for piece in self.embedded)
        return [pair for pair in found if pair is not None]

    @property
    def origin(self) -> Origin:
        return self.text.origin


def _root_of(piece: Piece) -> tuple[Piece, etree._Element] | None:
    if piece.type != "application/xml" or piece.fate == "refused":
        return None
    try:
        return piece, parse_xml(piece.data)
    except XmlRefused:
        return None


class Kind(Protocol):
    """One kind of document: a module with these names."""

    NAME: str

    def identify(self, material: Material) -> Claim | None:
        """Is this part mine? Never guesses: no claim is an answer."""

    def extract(self, material: Material, claim: Claim) -> DocumentReading:
        """What it says. Called for a claimed part, and for one that the model or a human called so."""
