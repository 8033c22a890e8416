"""Letters that say nearly the same as an earlier one: found by keyed bands of a signature, then compared in full."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db.models import QuerySet

from casework.record.keys import office_key
from casework.record.models import Case, LetterBand, LetterText
from casework.record.store import FileAltered, FileMissing, Store
from casework.words.states import State

FORGOTTEN = ("duplicate", "merged", "withdrawn", "other_office")
"""Cases closed for one of these reasons count as if they had never come."""
MOST_COMPARED = 5
"""So many earlier letters are opened and compared; the newest first."""
log = logging.getLogger("amtsbote.prepare")


def that_count(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Without the cases that were closed as no matter of their own."""
    return cases.exclude(state=State.CLOSED, reason__in=FORGOTTEN)


@dataclass(frozen=True)
class Sketch:
    """The words of a letter in the store, and the keyed bands by which it is found."""

    address: str
    digests: tuple[str, ...]


def sketch(office: str, text: str) -> Sketch | None:
    """Seal the words of a letter, before the record speaks of them; None when too short to be told from others."""
    from casework.checks.likeness import LONGEST_TEXT, bands

    found = bands(text)
    if not found:
        return None
    digests = tuple(_digest(office, number, band) for number, band in enumerate(found))
    return Sketch(Store(office).put(text[:LONGEST_TEXT].encode()), digests)


def remember(case: Case, letter: Sketch | None) -> None:
    """Write down what a case's letter is found by, instead of what was known of it before."""
    LetterText.objects.filter(case=case).delete()
    if letter is None:
        return
    row = LetterText.objects.create(case=case, office=case.office, address=letter.address)
    LetterBand.objects.bulk_create(
        LetterBand(letter=row, office=case.office, digest=digest) for digest in letter.digests
    )


def nearly_same(case: Case) -> Case | None:
    """An earlier case of the office that still counts and whose letter says nearly the same; the newest such."""
    letter = LetterText.objects.filter(case=case).first()
    if letter is None:
        return None
    from casework.checks.likeness import nearly_same as is_nearly_same

    store = Store(case.office)
    text = store.get(letter.address).decode()
    for other in _perhaps_alike(letter):
        try:
            theirs = store.get(other.letter_text.address).decode()
        except (FileMissing, FileAltered) as error:
            # the reconciliation tells of it; the letters that came since must not wait for that
            log.error("case %s is compared with no later letter: %s", other.reference, error)
            continue
        if is_nearly_same(text, theirs):
            return other
    return None


def _perhaps_alike(letter: LetterText) -> QuerySet[Case]:
    digests = letter.bands.values_list("digest", flat=True)
    shared = LetterBand.objects.filter(office=letter.office, digest__in=list(digests), letter__case__lt=letter.case_id)
    earlier = Case.objects.filter(pk__in=shared.values("letter__case"))
    return that_count(earlier).select_related("letter_text").order_by("-pk")[:MOST_COMPARED]


def _digest(office: str, number: int, band: bytes) -> str:
    return office_key(office).digest(b"band %d " % number + band)[:24]
