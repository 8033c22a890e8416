"""The doors of an office: which way in an account is, how it is opened, which of its folders are taken in."""

from __future__ import annotations

from bots.folders import WatchedFolder
from bots.mailbox import Mailbox
from casework.actions.force import current
from casework.configuration import secrets
from casework.configuration.doors import FolderSettings
from casework.configuration.mailboxes import MailboxSettings
from casework.words.errors import ConfigurationError
from casework.words.mailbox import Door


def accounts(office: str) -> tuple[str, ...]:
    """The accounts of an office that have a door, in the order written: mailboxes, then watched folders."""
    return tuple(door.account for door in current().office(office).doors)


def folders(office: str, account: str) -> tuple[str, ...]:
    """The folders of this door that are taken in."""
    return _settings(office, account).all_folders


def open_door(office: str, account: str) -> Door:
    """Open a door of the office. Raises `ConfigurationError` for one that it does not have, and what doors raise."""
    settings = _settings(office, account)
    if isinstance(settings, FolderSettings):
        return WatchedFolder.open(settings)
    return Mailbox.open(settings, secrets.secret(settings.secret_name))


def open_way_back(office: str, account: str) -> Door:
    """The same door the other way round: what it gets `done` goes from the done folder back to where post comes in."""
    settings = _settings(office, account)
    if isinstance(settings, FolderSettings):
        return WatchedFolder.open(settings, back=True)
    turned = {"folder": settings.done_folder, "folders": (), "done_folder": settings.all_folders[0]}
    return Mailbox.open(settings.model_copy(update=turned), secrets.secret(settings.secret_name))


def _settings(office: str, account: str) -> MailboxSettings | FolderSettings:
    found = next((door for door in current().office(office).doors if door.account == account), None)
    if found is None:
        raise ConfigurationError(f"office {office} has no mailbox or folder {account!r}; see its file in offices/")
    return found
