"""Opening a watched folder, its done folder and the files in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from bots.folders.drops import OPEN_FILE, OPEN_FOLDER
from bots.folders.packing import SLICE
from casework.configuration.doors import FolderSettings
from casework.words.errors import ConfigurationError, TryAgainLater

PROBE = ".amtsbote-clock"


def open_folder(settings: FolderSettings, path: Path) -> int:
    """A handle on the folder; raises `TryAgainLater` when it is out of reach."""
    try:
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise out_of_reach(settings, path, error) from error


def folder_number(folder: int) -> int:
    """The inode of an open folder in 63 bits: what a place carries as UIDVALIDITY."""
    return os.fstat(folder).st_ino & (2**63 - 1)


def check_same(settings: FolderSettings, folder: int) -> None:
    """Is what we hold open still what the path leads to? A share mounted over it meanwhile is another folder.

    Raises `TryAgainLater`; whoever holds the folder opens it anew.
    """
    try:
        there = os.stat(settings.path)
    except OSError as error:
        raise out_of_reach(settings, settings.path, error) from error
    if not os.path.samestat(there, os.fstat(folder)):
        raise TryAgainLater(
            "folder_unreachable", f"folder {settings.name!r} was made or mounted anew at {settings.path}; opened again"
        )


def make_done_folder(settings: FolderSettings) -> None:
    """Make the done folder when it is missing; raises `ConfigurationError`."""
    try:
        settings.done_path.mkdir(exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"{settings.origin}: done_folder {settings.done_path} of folder {settings.name!r} cannot be made "
            f"({error.strerror}); make it, or give the account the right to write there"
        ) from error


def clock_behind(done: int) -> float:
    """Seconds by which the file system's clock is behind ours: a file server's may be off by minutes."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        handle = os.open(PROBE, flags, 0o600, dir_fd=done)
    except OSError:
        # then nothing can be moved either, which is told when it is tried; what is quiet is seen by watching alone
        return float("inf")
    try:
        os.write(handle, b".")
        return time.time() - os.fstat(handle).st_mtime
    finally:
        os.close(handle)
        os.unlink(PROBE, dir_fd=done)


def read_below(folder: int, path: str) -> Iterator[bytes]:
    """A file below the open folder in pieces; no part of its path is followed out of it."""
    *above, name = path.split("/")
    with contextlib.ExitStack() as opened:
        for step in above:
            folder = os.open(step, OPEN_FOLDER, dir_fd=folder)
            opened.callback(os.close, folder)
        handle = os.open(name, OPEN_FILE, dir_fd=folder)
        opened.callback(os.close, handle)
        while piece := os.read(handle, SLICE):
            yield piece


def delete_below(folder: int, name: str) -> None:
    """Delete a file, or a folder with all that is in it; no link is followed. Durable when it returns."""
    if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        shutil.rmtree(name, dir_fd=folder)
    else:
        os.unlink(name, dir_fd=folder)
    os.fsync(folder)


def out_of_reach(settings: FolderSettings, path: Path, error: OSError) -> TryAgainLater:
    """A share that is not mounted, or a disk that fails: a wrong moment."""
    return TryAgainLater(
        "folder_unreachable",
        f"{path} of folder {settings.name!r} is out of reach ({(error.strerror or 'unknown error').lower()}): "
        "mount or make it; tried again later",
    )
