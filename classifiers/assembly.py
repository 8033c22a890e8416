"""From the pieces of a message to its documents: kinds claim pieces, the rest gets a fate (DESIGN §4, §7)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from casework.words.reading import DecidedBy, DocumentReading, Fate, FileReading, ReadingContext, ReadStatus
from classifiers.kinds.contract import Claim, Kind, Material
from classifiers.kinds.registry import KINDS
from classifiers.readers.content import IMAGES
from classifiers.readers.documents import plain_text
from classifiers.readers.envelopes import WARNINGS
from classifiers.readers.hazards import HAZARDS
from classifiers.readers.limits import Limits
from classifiers.readers.markup import text_of_html
from classifiers.readers.parts import Piece, Role, Unpacked
from classifiers.readers.sender import judge_sender
from classifiers.readers.smime import MailKey
from classifiers.readers.unpack import unpack
from classifiers.twins import join_twins

CLAIMABLE = frozenset({"application/pdf", "application/xml", *IMAGES})
QUOTED_BY_REPORTS = frozenset({
    "message/delivery-status", "message/disposition-notification", "message/feedback-report", "message/global",
    "message/global-delivery-status", "message/global-headers", "message/rfc822", "text/rfc822-headers",
})  # fmt: skip
"""What a bounce says and quotes (RFC 6522): the only parts of one that are not new post."""
SIGNATURES = frozenset({"signature", "signature_intact", "signature_broken"})
FIXED_BY_UNPACKING = frozenset(
    {*SIGNATURES, "container", "alternative_text", "external_body", "mail_partial", "companion", "outside_parts"}
)
"""Parts kept for one of these reasons are no letters, whatever they are made of."""
WORDS = frozenset({"text/plain", "text/html", "message/rfc822"})
"""Parts whose words are looked at where they only stand beside the body."""
ODD = {"type_disagrees": "type_disagrees", "damaged": "mail_damaged"}
"""What unpacking noted of a part → the reason it is kept for, and that keeps its documents from passing alone."""
UNKNOWN = "unknown"
NO_ACTION = "no_action"
SIGNATURE_PICTURE = 20_000
"""Attached pictures smaller than this (bytes) are logos of a signature, never a scanned letter."""
LONGEST_SAID = 20_000
"""Characters of a document that are handed on to be compared with other letters."""


class Reading:
    """One message or file while it is read."""

    def __init__(
        self,
        raw: bytes,
        name: str,
        context: ReadingContext,
        limits: Limits,
        guessed: Mapping[str, tuple[str, float]],
        keys: Mapping[str, str] | None = None,
        mail_keys: tuple[MailKey, ...] = (),
    ) -> None:
        self.context, self.limits, self.guessed = context, limits, guessed
        self.unpacked: Unpacked = unpack(raw, name, limits=limits, mail_keys=mail_keys)
        self._judge_sender(raw, keys)
        self.materials: dict[str, Material] = {}
        self.body: Piece | None = None
        self.texts: dict[str, str] = {}
        """Texts of unclaimed documents, for the model: part id → text."""

    def _judge_sender(self, raw: bytes, keys: Mapping[str, str] | None) -> None:
        """Only the mail itself has a sender: what lies in a file, or in another mail, is a copy."""
        if self.unpacked.root.type == "message/rfc822":
            verdict = judge_sender(raw, self.context, keys)
            self.unpacked.head = self.unpacked.head.model_copy(update={"verdict": verdict})

    def _is_form_sender(self) -> bool:
        """Is this a proven sender of form mail, or a folder that only the online service can write?"""
        if self.context.trusted_sender:
            return True
        verdict, known = self.unpacked.head.verdict, {address.lower() for address in self.context.form_senders}
        return verdict is not None and verdict.is_proven and verdict.address in known

    def _is_upload(self, piece: Piece) -> bool:
        """Did a citizen hand this to the online service, in whatever he packed it?"""
        parent = self.unpacked.piece(piece.parent) if piece.parent else None
        return "upload" in piece.notes or (parent is not None and self._is_upload(parent))

    def read(self) -> FileReading:
        """Assemble the whole reading."""
        self._fill_body()
        documents = self._read_attachments()
        documents = join_twins(documents, self.materials)
        documents += self._read_body(claimed=bool(documents))
        documents += self._read_fixed({document.part for document in documents})
        if not documents:
            documents = [self._unknown()]
        self._warn(documents)
        self._settle_fates(documents)
        for document in documents:
            document.text = self._said(document)
        root = self.unpacked.root
        return FileReading(
            path=root.name or "",
            status=_status(root),
            reason=root.reason if root.fate is Fate.REFUSED else self._reason(documents),
            head=self.unpacked.head,
            documents=documents,
            parts=[piece.as_part() for piece in self.unpacked.pieces],
        )

    def _reason(self, documents: list[DocumentReading]) -> str:
        """Why nothing could be read, when that is so; else empty."""
        only = documents[0] if len(documents) == 1 and documents[0].kind == UNKNOWN else None
        return only.unsure[0] if only is not None and only.unsure and only.unsure[0] != "unknown_kind" else ""

    def _warn(self, documents: list[DocumentReading]) -> None:
        """What was found beside the documents and keeps all of them from passing alone."""
        codes = ["too_many_parts"] if "too_many_parts" in self.unpacked.root.notes else []
        codes += self.unpacked.root.notes.get(WARNINGS, "").split()
        met = {code for piece in self.unpacked.pieces for code in (piece.reason, piece.notes.get("hazard", ""))}
        codes += sorted(met & {*HAZARDS, "too_large", "signature_broken"})
        for document in documents:
            mine = [*codes, *self._doubts(document), *(["too_many_pages"] if self._has_unseen_pages(document) else [])]
            document.unsure.extend(code for code in mine if code not in document.unsure)

    def _doubts(self, document: DocumentReading) -> list[str]:
        """What was odd about the parts a document is made of, and about what they came in."""
        notes: set[str] = set()
        for part in (document.part, *document.parts):
            piece = self.unpacked.piece(part)
            while piece is not None:
                notes |= piece.notes.keys()
                piece = self.unpacked.piece(piece.parent) if piece.parent else None
        return [code for note, code in ODD.items() if note in notes]

    def _has_unseen_pages(self, document: DocumentReading) -> bool:
        """Did we leave pages unread, or read a value where no clerk is shown the page?"""
        texts = [self.materials[part].text for part in (document.part, *document.parts) if self._was_looked_at(part)]
        sources = [source for field in document.fields.values() for source in field.sources]
        pages = [source.box.page for source in sources if source.box is not None]
        return any(text.left_out for text in texts) or max(pages, default=0) > self.limits.shown_pages

    def _was_looked_at(self, part: str) -> bool:
        return part in self.materials and "text" in self.materials[part].__dict__

    def _said(self, document: DocumentReading) -> str:
        """The words of a document, as far as they were read anyway."""
        read = [part for part in (document.part, *document.parts) if self._was_looked_at(part)]
        return "\n".join(self.materials[part].text.whole for part in read)[:LONGEST_SAID]

    # the body ---------------------------------------------------------------

    def _bodies(self) -> list[Piece]:
        """Texts of the message itself, also where a signature or winmail.dat was wrapped around them."""
        return [
            piece
            for piece in self.unpacked.pieces
            if piece.role is Role.BODY and piece.fate is not Fate.REFUSED and piece.reason not in FIXED_BY_UNPACKING
        ]

    def _fill_body(self) -> None:
        """One body leads (plain text before HTML); its twins in a multipart/alternative are kept as such."""
        bodies = self._bodies()
        plain = [piece for piece in bodies if piece.type.startswith("text/") and piece.type != "text/html"]
        chosen = plain or bodies
        self.body = chosen[0] if chosen else None
        for piece in bodies:
            same = self.body is not None and piece.notes.get("group") == self.body.notes.get("group")
            piece.keep("cover_letter" if piece is self.body else "alternative_text" if same else "attachment")
        if self.body is not None:
            text = plain_text(self.body)
            shown = text_of_html(text) if self.body.type == "text/html" else text
            self.unpacked.head = self.unpacked.head.model_copy(update={"body": shown.strip()})

    def _read_body(self, *, claimed: bool) -> list[DocumentReading]:
        """The body opens a case only as proved form mail, or when nothing else is claimed."""
        if self.body is None:
            return []
        material = self._material(self.body)
        if claimed and not material.form_sender:
            return []
        claims = self._claims(material)
        if claimed:
            claims = [claim for claim in claims if claim.decided_by is DecidedBy.FORM]
        elif any(self._may_be_main(piece) and piece.type not in IMAGES for piece in self.unpacked.pieces):
            # a letter nobody recognised hangs on the mail: it is not "nothing to do"
            claims = [claim for claim in claims if claim.kind != NO_ACTION]
        return self._documents(material, claims)

    # attachments ------------------------------------------------------------

    def _read_attachments(self) -> list[DocumentReading]:
        documents: list[DocumentReading] = []
        for piece in self.unpacked.pieces:
            if self._may_be_main(piece):
                material = self._material(piece)
                documents += self._documents(material, self._claims(material))
        return documents

    def _may_be_main(self, piece: Piece) -> bool:
        if piece.fate is Fate.REFUSED or piece.type not in CLAIMABLE or piece.role in {Role.EMBEDDED, Role.INLINE}:
            return False
        if "report" in piece.notes or self._inside_report(piece) or piece.reason in FIXED_BY_UNPACKING:
            return False
        return not (piece.type in IMAGES and piece.role is Role.ATTACHMENT and len(piece.data) < SIGNATURE_PICTURE)

    def _is_attachment(self, piece: Piece) -> bool:
        """Could a person have put a letter there? Pictures, office files, archives and what was refused included."""
        if piece.role is Role.ROOT or piece is self.body or piece.type == "application/x-empty":
            return False
        if piece.reason in SIGNATURES or "wrapper" in piece.notes:
            return False
        if "report" in piece.notes and piece.notes["declared"] in QUOTED_BY_REPORTS:
            return False
        if self._inside_report(piece):
            return piece.type not in WORDS and len(piece.data) >= SIGNATURE_PICTURE
        if piece.role is Role.BODY:
            return not self._is_twin(piece)
        return piece.role is not Role.INLINE or len(piece.data) >= SIGNATURE_PICTURE

    def _is_twin(self, piece: Piece) -> bool:
        """The same text as the body in another form (multipart/alternative)."""
        group = piece.notes.get("group", "0")
        return group != "0" and self.body is not None and group == self.body.notes.get("group")

    def _is_beside(self, piece: Piece) -> bool:
        """Words that stand for the body in another form, or that a bounce quotes."""
        if piece is self.body or piece.type not in WORDS or piece.fate is Fate.REFUSED:
            return False
        return self._is_twin(piece) or "report" in piece.notes or self._inside_report(piece)

    def _inside_report(self, piece: Piece) -> bool:
        """What a bounce quotes is not new post."""
        parent = self.unpacked.piece(piece.parent) if piece.parent else None
        return parent is not None and ("report" in parent.notes or self._inside_report(parent))

    def _material(self, piece: Piece) -> Material:
        if piece.id not in self.materials:
            embedded = [child for child in self.unpacked.children(piece.id) if child.role is Role.EMBEDDED]
            self.materials[piece.id] = Material(
                piece,
                self.unpacked.head,
                embedded,
                self.limits,
                form_sender=self._is_form_sender() and not self._is_upload(piece),
                has_attachments=any(self._is_attachment(other) for other in self.unpacked.pieces),
                beside=[other for other in self.unpacked.pieces if self._is_beside(other)],
            )
        return self.materials[piece.id]

    def _claims(self, material: Material) -> list[Claim]:
        fixed = self.context.fixed_kinds.get(material.piece.id)
        if fixed:
            return [Claim(fixed, DecidedBy.RULE)]
        claims = [claim for kind in KINDS.values() if (claim := kind.identify(material)) is not None]
        if any(claim.kind != NO_ACTION for claim in claims):
            # an online service may call its own mail automatic: what is a letter is never "nothing to do"
            claims = [claim for claim in claims if claim.kind != NO_ACTION]
        proved = [claim for claim in claims if claim.decided_by in {DecidedBy.BYTES, DecidedBy.FORM}]
        claims = proved or claims
        guess = self.guessed.get(material.piece.id)
        return claims if claims or guess is None else [Claim(guess[0], DecidedBy.MODEL, guess[1])]

    def _documents(self, material: Material, claims: list[Claim]) -> list[DocumentReading]:
        """One claim is read; two make a question for a clerk; none, nothing."""
        if not claims:
            return []
        if len(claims) > 1:
            material.piece.use("main_document")
            return [DocumentReading(part=material.piece.id, kind=UNKNOWN, confidence=0.0, unsure=["two_kinds"])]
        kind: Kind | None = KINDS.get(claims[0].kind)
        if kind is None:
            return [DocumentReading(part=material.piece.id, kind=claims[0].kind, decided_by=claims[0].decided_by)]
        return [kind.extract(material, claims[0])]

    def _read_fixed(self, done: set[str]) -> list[DocumentReading]:
        """Parts a human fixed a kind for although no kind would look at them."""
        found: list[DocumentReading] = []
        for part in self.context.fixed_kinds:
            piece = self.unpacked.piece(part)
            if piece is not None and part not in done and piece.fate is not Fate.REFUSED and piece is not self.body:
                found += self._documents(self._material(piece), self._claims(self._material(piece)))
        return found

    # the rest ---------------------------------------------------------------

    def _unknown(self) -> DocumentReading:
        """Nothing claimed: the case stays one, of unknown kind, with the plainest reason there is."""
        lead = self._lead()
        reason = self._why_unknown(lead)
        guess = self.guessed.get(lead.id)
        if guess is not None and guess[0] in KINDS and lead.fate is not Fate.REFUSED:
            return KINDS[guess[0]].extract(self._material(lead), Claim(guess[0], DecidedBy.MODEL, guess[1]))
        if reason == "unknown_kind":
            self.texts[lead.id] = f"{self.unpacked.head.subject}\n{self._text_for_model(lead)}"
        return DocumentReading(part=lead.id, kind=UNKNOWN, confidence=0.0, unsure=[reason])

    def _lead(self) -> Piece:
        """The piece that stands for an unclaimed message: a letter, what was refused, the body, the whole."""
        letters = [
            piece for piece in self.unpacked.pieces if self._may_be_main(piece) and piece.type == "application/pdf"
        ]
        refused = [
            piece for piece in self.unpacked.pieces if piece.fate is Fate.REFUSED and piece.reason != "empty_part"
        ]
        body = [self.body] if self.body is not None and self.unpacked.head.body else []
        return (letters or refused or body or [self.unpacked.root])[0]

    def _why_unknown(self, lead: Piece) -> str:
        root = self.unpacked.root
        if lead.fate is Fate.REFUSED:
            return lead.reason
        if lead is root and root.type == "message/rfc822":
            return "empty_message" if not self._has_content() else "unknown_kind"
        if lead is root and self.unpacked.head.body:
            return "unknown_kind"  # a submission that is nothing but data was read, by its envelope
        text = self._material(lead).text
        return text.reason if text.reason and not text.lines else "unknown_kind"

    def _has_content(self) -> bool:
        return any(piece.type != "application/x-empty" for piece in self.unpacked.pieces[1:])

    def text(self) -> str:
        """The text a model learns from and judges by: subject, body, and the words of the leading letter."""
        self._fill_body()
        return f"{self.unpacked.head.subject}\n{self._text_for_model(self._lead())}"

    def _text_for_model(self, lead: Piece) -> str:
        text = self._material(lead).text.whole if lead is not self.unpacked.root else ""
        body = self.unpacked.head.body
        return text if text == body else f"{body}\n{text}"

    def _settle_fates(self, documents: list[DocumentReading]) -> None:
        """Every piece ends used, kept or refused, with a reason."""
        by_id = {piece.id: piece for piece in self.unpacked.pieces}
        self._mark_unreadable()
        for document in documents:
            main = by_id[document.part]
            if main.fate is not Fate.REFUSED and (document.kind != UNKNOWN or "two_kinds" in document.unsure):
                main.use("main_document")
            for other in document.parts:
                if by_id[other].fate is not Fate.REFUSED:
                    by_id[other].use("embedded_invoice" if by_id[other].role is Role.EMBEDDED else "same_matter")
        for piece in self.unpacked.pieces:
            odd = next((code for note, code in ODD.items() if note in piece.notes), "")
            if odd and piece.fate is Fate.KEPT and piece.reason in {"attachment", "container", "type_unsupported"}:
                piece.keep(odd)
            elif piece.role is Role.INLINE and piece.fate is Fate.KEPT:
                piece.keep("inline_image")

    def _mark_unreadable(self) -> None:
        """A part whose text could not be opened at all is refused with that reason."""
        for part, material in self.materials.items():
            reason = material.__dict__["text"].reason if "text" in material.__dict__ else ""
            piece = self.unpacked.piece(part)
            if piece is not None and reason in {"pdf_damaged", "pdf_encrypted"}:
                piece.refuse(reason)


def _status(root: Piece) -> ReadStatus:
    if root.fate is not Fate.REFUSED:
        return ReadStatus.READ
    broken = re.search(r"damaged|encrypted|empty|crashed", root.reason)
    return ReadStatus.UNREADABLE if broken else ReadStatus.REFUSED
