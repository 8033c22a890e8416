"""What is kept of the doors: when a folder was last looked at, and how it stood when nothing was left in it."""

from __future__ import annotations

from collections.abc import Sequence

from casework.actions import clock
from casework.record.models import KnownFolder
from casework.words.mailbox import FolderMark


def mark_of(office: str, account: str, folder: str) -> FolderMark | None:
    """How the folder stood when everything in it had been recorded and moved; None while something is left."""
    row = KnownFolder.objects.filter(office=office, account=account, folder=folder).first()
    if row is None or row.uidvalidity is None or row.uidnext is None or row.messages is None:
        return None
    return FolderMark(folder, row.uidvalidity, row.uidnext, row.messages, row.highestmodseq)


def looked(office: str, account: str, mark: FolderMark, *, waiting: int, notes: Sequence[str]) -> None:
    """A look was worked off; `waiting` messages could not be taken in. Without any, its mark is kept."""
    settled = mark if waiting == 0 else None
    KnownFolder.objects.update_or_create(
        office=office,
        account=account,
        folder=mark.folder,
        defaults={
            "looked_at": clock.now(),
            "waiting": waiting,
            "notes": list(notes),
            "uidvalidity": settled.uidvalidity if settled else None,
            "uidnext": settled.uidnext if settled else None,
            "messages": settled.messages if settled else None,
            "highestmodseq": settled.highestmodseq if settled else None,
        },
    )


def forget_mark(office: str, account: str, folder: str) -> None:
    """Something lies there that nobody took in, whatever its mark says: the next look lists the folder."""
    KnownFolder.objects.filter(office=office, account=account, folder=folder).update(uidvalidity=None)


def looked_again(office: str, account: str, folder: str) -> None:
    """The folder stands as it stood."""
    KnownFolder.objects.filter(office=office, account=account, folder=folder).update(looked_at=clock.now())
