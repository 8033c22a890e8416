"""`amtsbote audit verify`: is the trail unbroken?"""

from __future__ import annotations

import click

from amtsbote.output import answer
from casework.words.errors import AmtsboteError


class NoSuchCase(AmtsboteError):
    """There is no case with this reference."""


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@click.argument("case", default="")
def verify(case: str) -> int:
    """Check the hash chain of one case (its reference), or of all cases and offices; 1 when it is broken."""
    from amtsbote.record import open_record

    open_record()
    from casework.actions import audit as trail
    from casework.configuration import current
    from casework.record.models import Case

    cases = Case.objects.filter(reference=case) if case else Case.objects.all()
    if case and not cases.exists():
        raise NoSuchCase(f"there is no case {case!r}; the console shows the references")
    breaks = [f"case {row.reference}: {words}" for row in cases.iterator() for words in trail.verify(row)]
    if not case:
        breaks += [
            f"office {office}: {words}" for office in current().offices for words in trail.verify(None, office=office)
        ]
    checked = cases.count()
    good = f"{checked} cases: unbroken"
    answer({"cases": checked, "breaks": breaks}, words=lambda: "\n".join(breaks) or good)
    return 1 if breaks else 0
