"""What a mailbox lacks, said before the first night: capabilities, folders, rights."""

from __future__ import annotations

from bots.mailbox.box import Mailbox
from casework.words.errors import ConfigurationError, LoginRefused, TryAgainLater
from casework.words.mailbox import MailboxLack

CAPABILITIES = {
    "IDLE": "new messages are noticed by asking every few seconds only",
    "MOVE": "messages are copied, then removed",
    "UIDPLUS": "the new place of a moved message is not told, and copied messages cannot be removed one by one",
    "CONDSTORE": "an unchanged mailbox is not recognised at once",
}
INBOX_RIGHTS = {"l": "see it", "r": "read it", "w": "set keywords", "t": "mark as deleted", "e": "expunge"}
DONE_RIGHTS = {"l": "see it", "i": "put messages into it"}


def check_mailbox(box: Mailbox) -> list[MailboxLack]:
    """Everything that is missing for a good run, the fatal first; [] when all is well. Makes the done folder."""
    lacks = [
        MailboxLack(f"no_{name.lower()}", f"the server has no {name}: {effect}")
        for name, effect in CAPABILITIES.items()
        if name not in box.capabilities
    ]
    if not box.keywords_allowed:
        lacks.append(MailboxLack("no_keywords", f"folder {box.settings.folder!r} takes no keywords"))
    lacks += _check_done_folder(box)
    lacks += _check_rights(box, box.settings.folder, INBOX_RIGHTS)
    return sorted(lacks, key=lambda lack: not lack.fatal)


def _check_done_folder(box: Mailbox) -> list[MailboxLack]:
    folder = box.settings.done_folder
    try:
        box.ensure_done_folder()
    except (TryAgainLater, ConfigurationError, LoginRefused) as error:
        return [MailboxLack("no_done_folder", f"folder {folder!r} is missing and cannot be made: {error}", fatal=True)]
    return _check_rights(box, folder, DONE_RIGHTS)


def _check_rights(box: Mailbox, folder: str, needed: dict[str, str]) -> list[MailboxLack]:
    rights = box.ask_rights(folder)
    if rights is None:
        return []
    return [
        MailboxLack("no_right", f"the account may not {what} in folder {folder!r} (right {letter!r})", fatal=True)
        for letter, what in needed.items()
        if letter not in rights
    ]
