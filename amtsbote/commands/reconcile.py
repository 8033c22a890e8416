"""`amtsbote reconcile`: mailbox, record and store of the offices compared, now."""

from __future__ import annotations

from typing import Any

import click

from amtsbote.commands import options
from amtsbote.output import answer
from amtsbote.record import open_record


@click.command()
@options.office
@click.option(
    "--move-back",
    is_flag=True,
    help="Put what lies in a done folder and is not in the record back into the inbox folder.",
)
def reconcile(office: str | None, move_back: bool) -> int:
    """Compare mailboxes, record and store; 1 when something does not agree."""
    from casework.configuration import current

    known = current().offices
    if office is not None and office not in known:
        raise click.UsageError(f"there is no office {office!r}; known are {', '.join(sorted(known)) or 'none'}")
    open_record()
    from flows.stations import reconcile as station

    chosen = [office] if office is not None else list(known)
    rounds = [_as_json(row) for each in chosen for row in station.reconcile(each, move_back=move_back)]
    zero = bool(rounds) and not any(row["trouble"] or row["found"] for row in rounds)
    answer({"zero": zero, "rounds": rounds}, words=lambda: "\n".join(map(_words, rounds)))
    return 0 if zero else 1


def _as_json(row: Any) -> dict[str, Any]:
    return {
        "office": row.office,
        "account": row.account,
        "began_at": row.began_at.isoformat(timespec="seconds"),
        "seconds": round((row.ended_at - row.began_at).total_seconds(), 1),
        "compared": row.compared,
        "of": row.of,
        "trouble": row.trouble,
        "found": [
            {
                "code": item.code,
                "message": item.message_id,
                "address": item.address,
                "folder": item.folder,
                "uidvalidity": item.uidvalidity,
                "uid": item.uid,
            }
            for item in row.discrepancies.all()
        ],
    }


def _words(row: dict[str, Any]) -> str:
    from casework.words.reasons import reason

    what = f"{row['account']} of {row['office']}" if row["account"] else f"store of {row['office']}"
    head = f"{what}: {row['compared']} of {row['of']} compared in {row['seconds']} s"
    if row["trouble"]:
        return f"{head}; not whole: {row['trouble']}"
    lines = [f"  {_where(item)}: {reason(item['code']).en}" for item in row["found"]]
    return "\n".join([head, *lines]) if lines else f"{head}; all there"


def _where(item: dict[str, Any]) -> str:
    if item["uid"] is not None:
        return f"{item['folder']} {item['uid']}"
    return f"message {item['message']}" if item["message"] else item["address"][:12]
