"""`amtsbote audit verify`: is the trail unbroken, and does the record say what the trail tells?"""

from __future__ import annotations

from typing import Any

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
@click.option("--files", is_flag=True, help="Open every file of the store, too: each must be there and unaltered.")
def verify(case: str, files: bool) -> int:
    """Check the trail of one case (its reference), or of all cases and offices; 1 when something does not agree.

    Hash chains, then the rows beside them: states, fields, decisions, attempts, receipts, evidence. Of all cases the
    answer also names the root, one digest over the last events of all chains, to be written down elsewhere.
    """
    from amtsbote.record import open_existing_record

    if case and files:
        raise click.UsageError("--files looks at the whole store; leave the case away")
    open_existing_record()
    from casework.actions import verification
    from casework.record.models import Case

    if case:
        one = Case.objects.filter(reference=case).first()
        if one is None:
            raise NoSuchCase(f"there is no case {case!r}; the console shows the references")
        content: dict[str, Any] = {
            "cases": 1,
            "breaks": [f"case {case}: {said}" for said in verification.verify_case(one)],
        }
    else:
        content = {"cases": Case.objects.count(), "offices": len(verification.offices())}
        content |= {"breaks": list(verification.verify_all()), "root": verification.root()}
    if files:
        opened = list(verification.verify_files())
        content["files"] = len(opened)
        content["breaks"] += [words for words in opened if words]
    answer(content, words=lambda: _words(content))
    return 1 if content["breaks"] else 0


def _words(content: dict[str, Any]) -> str:
    looked_at = [f"{content['cases']} cases"]
    looked_at += [f"{content[name]} {name}" for name in ("offices", "files") if name in content]
    lines = content["breaks"] or [f"{', '.join(looked_at)}: unbroken"]
    return "\n".join([*lines, f"root {content['root']}"] if "root" in content else lines)
