"""What a watched folder lacks, said before the first night."""

from __future__ import annotations

import os
from collections.abc import Iterator

from bots.folders.folder import WatchedFolder
from casework.configuration.doors import FolderSettings
from casework.words.errors import ConfigurationError, TryAgainLater


def check_folder(settings: FolderSettings) -> list[str]:
    """Everything that keeps drops from being taken in or moved; [] when all is well. Makes the done folder."""
    return list(_lacks(settings))


def _lacks(settings: FolderSettings) -> Iterator[str]:
    path = settings.path
    if not path.is_dir():
        yield f"{path} is {'not a folder' if path.exists() else 'missing'}: mount or make it, or correct `path`"
        return
    # a rename takes the right to write into both folders, not into the file
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        yield f"{path} cannot be written: what was read could not be moved away; give the account the right"
        return
    try:
        WatchedFolder.open(settings).close()
    except (ConfigurationError, TryAgainLater) as error:
        yield str(error)
        return
    if not os.access(settings.done_path, os.W_OK | os.X_OK):
        yield f"{settings.done_path} cannot be written: give the account the right, or choose another `done_folder`"
