"""`amtsbote backup` and `amtsbote erase`: what is kept, and what is let go."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from amtsbote.commands.audit import NoSuchCase
from amtsbote.output import answer


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def backup(folder: Path) -> int:
    """Copy record, store and evidence into a folder while everything runs, then read all of it back.

    The master key and the list of erasures (both in the folder `keys` of AMTSBOTE_HOME) are not in it: keep them apart,
    without the key the backup is unreadable. A folder with an earlier backup is brought up to date.
    """
    from amtsbote.record import open_existing_record

    open_existing_record()
    from casework.actions.backup import back_up

    result = back_up(folder)
    answer(
        asdict(result),
        words=lambda: f"{result.messages} messages, {result.files} files, {result.copied} of them new: all read back",
    )
    return 0


@click.command()
@click.argument("references", nargs=-1, required=True, metavar="CASE...")
@click.option("--yes", is_flag=True, help="Do it. Without this the command only says what would go.")
def erase(references: tuple[str, ...], yes: bool) -> int:
    """Erase the letters of these cases with all that was read of them, also from the mailbox; the books stay.

    Every case of a letter goes with it and must have ended; the letter must lie in a verified backup. 1 when something
    is left to be done: it is tried again every day.
    """
    from amtsbote.record import open_existing_record

    open_existing_record()
    from casework.actions import erasing
    from casework.record.models import Case, Message

    found = Case.objects.filter(reference__in=references)
    missing = sorted(set(references) - set(found.values_list("reference", flat=True)))
    if missing:
        raise NoSuchCase(f"there is no case {', '.join(missing)}; the console shows the references")
    messages = list(Message.objects.filter(cases__in=found).distinct().order_by("pk"))
    for message in messages:
        erasing.check_erasable(message)
    cases = sorted(Case.objects.filter(message__in=messages).values_list("reference", flat=True))
    elsewhere = sorted({case for message in messages for case in erasing.elsewhere(message)} - set(cases))
    content: dict[str, Any] = {
        "letters": len(messages), "cases": cases, "elsewhere": elsewhere, "erased": yes, "left": 0
    }  # fmt: skip
    if yes:
        from flows.stations import erasing as station

        orders = [erasing.erase(message, why=erasing.ORDER) for message in messages]
        station.finish(orders)
        content["left"] = sum(not order.finished for order in orders)
    answer(content, words=lambda: _words(content))
    return 1 if content["left"] else 0


def _words(content: dict[str, Any]) -> str:
    cases = ", ".join(content["cases"])
    if content["elsewhere"]:
        cases += (
            f" (another office holds the same letter with case {', '.join(content['elsewhere'])}: name that one, too)"
        )
    if not content["erased"]:
        return f"{content['letters']} letters would be erased, with cases {cases}; add --yes to do it"
    left = f"; of {content['left']} something is left, which is tried again tomorrow" if content["left"] else ""
    return f"{content['letters']} letters erased, with cases {cases}{left}"
