"""What a mailbox lacks, said before the first night: capabilities, folders, rights, room."""

from __future__ import annotations

from collections.abc import Iterator

from bots.mailbox.box import Mailbox
from bots.mailbox.responses import Quota
from casework.words.errors import AmtsboteError, TryAgainLater
from casework.words.mailbox import MailboxLack

CAPABILITIES = {
    "IDLE": "new messages are noticed by asking every 15 seconds (NOOP)",
    "MOVE": "messages are copied, marked as deleted and removed (COPY, STORE, EXPUNGE)",
    "UIDPLUS": "the new place of a moved message is not told; with COPY the old one stays, marked as deleted",
    "CONDSTORE": "an unchanged folder is known by UIDNEXT and its number of messages (SELECT)",
}
INBOX_RIGHTS = {"l": "see it", "r": "read it", "w": "set keywords", "t": "mark as deleted", "e": "expunge"}
DONE_RIGHTS = {"l": "see it", "r": "read it", "i": "put messages into it"}
NEARLY_FULL = 0.9


def check_mailbox(box: Mailbox) -> list[MailboxLack]:
    """Everything that is missing for a good run, the fatal first; [] when all is well. Makes the done folder.

    Raises `MailboxUnreachable` when the line breaks meanwhile.
    """
    lacks = [*_capabilities(box)]
    for folder in box.settings.all_folders:
        lacks += _folder(box, folder)
    lacks += _done_folder(box)
    lacks += [lack for quota in box.folders.ask_quota(box.settings.all_folders[0]) for lack in _room(quota)]
    return sorted(lacks, key=lambda lack: not lack.fatal)


def _capabilities(box: Mailbox) -> Iterator[MailboxLack]:
    for name, way in CAPABILITIES.items():
        if name not in box.capabilities:
            yield MailboxLack(f"no_{name.lower()}", f"the server has no {name}: {way}")


def _folder(box: Mailbox, folder: str) -> Iterator[MailboxLack]:
    try:
        box.folders.open(folder)
    except TryAgainLater as error:
        if error.reason != "mailbox_readonly":
            raise
        yield MailboxLack("no_right", f"folder {folder!r} may only be read: grant the account to change it", fatal=True)
    except AmtsboteError as error:
        yield MailboxLack("no_folder", str(error), fatal=True)
        return
    else:
        if not box.folders.keywords_allowed:
            yield MailboxLack(
                "no_keywords", f"folder {folder!r} takes no keywords: a message is known by its place and bytes alone"
            )
    yield from _rights(box, folder, INBOX_RIGHTS)


def _done_folder(box: Mailbox) -> Iterator[MailboxLack]:
    folder = box.settings.done_folder
    try:
        box.folders.ensure_done_folder()
        box.folders.open(folder, readonly=True)
    except AmtsboteError as error:
        text = f"folder {folder!r} is missing and cannot be made, or cannot be opened: {error}"
        yield MailboxLack("no_done_folder", text, fatal=True)
        return
    yield from _rights(box, folder, DONE_RIGHTS)


def _rights(box: Mailbox, folder: str, needed: dict[str, str]) -> Iterator[MailboxLack]:
    rights = box.folders.ask_rights(folder)
    for letter, what in needed.items():
        if rights is not None and letter not in rights:
            text = f"the account may not {what} in folder {folder!r} (right {letter!r}): grant it"
            yield MailboxLack("no_right", text, fatal=True)


def _room(quota: Quota) -> Iterator[MailboxLack]:
    if quota.limit and quota.used >= NEARLY_FULL * quota.limit:
        what = {"STORAGE": "its room", "MESSAGE": "its number of messages"}.get(quota.resource, quota.resource)
        share = 100 * quota.used // quota.limit
        yield MailboxLack(
            "nearly_full",
            f"the mailbox has used {share} % of {what}: raise the quota, or the server refuses new mail soon",
        )
