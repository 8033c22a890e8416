"""Move within one file system, never over what is there already."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator

_NO_REPLACE = 1
_UNKNOWN_TO_FILE_SYSTEM = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP})
MOST_TRIES = 1000
_libc = ctypes.CDLL(None, use_errno=True)


def move_aside(source: int, name: str, target: int) -> str:
    """Rename an entry of the open folder `source` into the open folder `target`; the name it has there.

    A name that is taken there gets a number. Raises OSError, then nothing was moved.
    """
    for candidate in _names(name):
        try:
            _rename(source, name, target, candidate)
        except FileExistsError:
            continue
        return candidate
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def _rename(source: int, name: str, target: int, candidate: str) -> None:
    """RENAME_NOREPLACE (Linux 3.15); file systems without it (CIFS, NFS) are looked at first.

    There one intake alone writes into the done folder, held by its lease.
    """
    if not hasattr(_libc, "renameat2"):
        number = errno.ENOSYS
    elif _libc.renameat2(source, os.fsencode(name), target, os.fsencode(candidate), _NO_REPLACE) == 0:
        return
    else:
        number = ctypes.get_errno()
    if number not in _UNKNOWN_TO_FILE_SYSTEM:
        raise OSError(number, os.strerror(number))
    try:
        os.stat(candidate, dir_fd=target, follow_symlinks=False)
    except FileNotFoundError:
        os.rename(name, candidate, src_dir_fd=source, dst_dir_fd=target)
    else:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def _names(name: str) -> Iterator[str]:
    """The name itself, then with numbers before its ending, short enough for a file system (255 bytes)."""
    yield name
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    for number in range(2, MOST_TRIES):
        tail = f"-{number}{dot}{ending}"
        room = 255 - len(os.fsencode(tail))
        yield os.fsencode(stem)[: max(room, 1)].decode("utf-8", "ignore") + tail
