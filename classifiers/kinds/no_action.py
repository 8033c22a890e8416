"""Nothing to do: newsletters and automatic answers, by what their headers say of themselves."""

from __future__ import annotations

import re

from casework.words.reading import DecidedBy, DocumentReading, FieldReading, Origin, Source
from classifiers.kinds.contract import Claim, Material

NAME = "no_action"

_AUTOMATIC = re.compile(
    r"^(?:automatische antwort|abwesen(?:d|heit)|out of office|auto(?:matic)? ?reply|autom\. antwort"
    r"|undeliver|delivery status|mail delivery"
    r"|unzustellbar|zustellung fehlgeschlagen|returned mail|failure notice)",
    re.I,
)
_UNSUBSCRIBE = re.compile(
    r"newsletter|abbestell|abmelden (?:vom|von diesem)|unsubscribe|austragen|keine weiteren (?:mails|angebote)"
)
_REMEDY = re.compile(
    r"\b(?:(?:wider-? ?|ein-? ?)spr(?:uch(?:e?s)?(?:schreiben)?|üche[ns]?)|klage(?:schrift|n)?|anfechtung"
    r"|(?:dienstaufsichts|sach|fach)?beschwerden?)\b"
)
"""Words of a legal remedy, also parted at the end of a line.

Such post runs against a time limit and is never closed unseen.
"""


def identify(material: Material) -> Claim | None:
    """Only a mail's own body can be no action, and only by headers that its sender set against himself.

    What bytes decide is closed unseen: so header and words have to agree, nothing may hang on the mail, and no form of
    it, nor what it quotes, may speak of a remedy. Everything else stays a rule's guess, which a clerk sees.
    """
    head = material.head
    if not material.is_body or not (head.auto_submitted or head.bulk):
        return None
    agreed = _AUTOMATIC.search(head.subject) if head.auto_submitted else _UNSUBSCRIBE.search(material.lowered)
    remedy = _REMEDY.search(f"{head.subject.lower()} {material.lowered} {material.beside}")
    certain = agreed and not remedy and not material.has_attachments
    return Claim(NAME, DecidedBy.BYTES if certain else DecidedBy.RULE)


def extract(material: Material, claim: Claim) -> DocumentReading:
    """Which of the two it is, as field `why`: `newsletter` or `auto_reply`."""
    why = "auto_reply" if material.head.auto_submitted else "newsletter"
    source = Source(origin=Origin.FORM, where="mail headers", part=material.piece.id)
    return DocumentReading(
        part=material.piece.id,
        kind=NAME,
        confidence=claim.strength,
        decided_by=claim.decided_by,
        fields={"why": FieldReading(value=why, sources=[source])},
        unsure=list(claim.unsure),
    )
