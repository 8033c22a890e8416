"""Nothing to do: newsletters and automatic answers, by what their headers say of themselves."""

from __future__ import annotations

import re

from casework.words.reading import DecidedBy, DocumentReading, FieldReading, Origin, Source
from classifiers.kinds.contract import Claim, Material

NAME = "no_action"
CHECKS: tuple[str, ...] = ()

_AUTOMATIC = re.compile(
    r"^(?:automatische antwort|abwesenheit|out of office|auto(?:matic)? ?reply|autom\. antwort"
    r"|undeliver|delivery status|mail delivery"
    r"|unzustellbar|zustellung fehlgeschlagen|returned mail|failure notice)",
    re.I,
)
_UNSUBSCRIBE = re.compile(
    r"newsletter|abbestell|abmelden (?:vom|von diesem)|unsubscribe|austragen|keine weiteren (?:mails|angebote)"
)


def identify(material: Material) -> Claim | None:
    """Only a mail's own body can be no action, and only by headers that its sender set against himself."""
    if not material.is_body:
        return None
    head = material.head
    if head.auto_submitted and (_AUTOMATIC.search(head.subject) or not head.bulk):
        return Claim(NAME, DecidedBy.BYTES)
    if head.bulk:
        return Claim(NAME, DecidedBy.BYTES if _UNSUBSCRIBE.search(material.lowered) else DecidedBy.RULE, 1.0)
    return None


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
