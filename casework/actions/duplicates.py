"""The same letter once more: the only post that is closed unseen because another case shows it (DESIGN §4)."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from casework.record.models import Case, Message, MessagePart
from casework.words.states import State

OPEN_OR_DONE = (State.NEW, State.REVIEW, State.READY, State.POSTING, State.DONE)
MOST_COMPARED = 20
"""So many earlier letters with the same words are compared part by part; the oldest first."""


def first_of(case: Case) -> Case | None:
    """The first case of the same letter that is open or done; None when this one says or brings anything else.

    The same: sender and how far he is proven, subject, body, main document, and every other part. Words as short as
    "Anbei." come with another file each time, and a stranger who writes in somebody's name hides no letter of his.
    """
    message = case.message
    if not message.body_digest or not message.sender or case.fixed_kind:
        return None
    alike = list(_alike(case).select_related("message")[:MOST_COMPARED])
    brought = _brought({message.pk, *(other.message_id for other in alike)}) if alike else {}
    ours = brought.get(message.pk)
    return next((other for other in alike if brought.get(other.message_id) == ours), None)


def _alike(case: Case) -> QuerySet[Case]:
    """Cases of earlier messages with the same words and the same main document."""
    message = case.message
    earlier = Message.objects.filter(
        office=case.office,
        sender=message.sender,
        sender_proof=message.sender_proof,
        subject=message.subject,
        body_digest=message.body_digest,
        pk__lt=message.pk,
    )
    known = Case.objects.filter(message__in=earlier, state__in=OPEN_OR_DONE).order_by("pk")
    part = message.parts.filter(part=case.part).first()
    if part is None:
        return known.filter(part=case.part)
    same = MessagePart.objects.filter(message=OuterRef("message"), part=OuterRef("part"), digest=part.digest)
    return known.filter(Exists(same))


def _brought(messages: set[int]) -> dict[int, list[str]]:
    """Digests of all that came in each message; the whole of a mail has other Received lines every time."""
    found: dict[int, list[str]] = {}
    parts = MessagePart.objects.filter(message__in=messages).exclude(parent="").order_by("digest")
    for message, digest in parts.values_list("message_id", "digest"):
        found.setdefault(message, []).append(digest)
    return found
