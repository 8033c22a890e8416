"""What lies in a folder, looked at without following anything out of it: every entry a drop, or refused with a reason.

A drop is a file, or a folder of files. Its number is made of its inode and of size and time of what it holds: the same
after a crash and after it was moved, another one for a second drop of the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bots.folders.packing import zip_size

MOST_FILES = 1000
DEEPEST = 6
LARGEST = 2_000_000_000
"""Bytes of one drop: what a plain zip file can hold without extensions."""
OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
OPEN_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
OF_THE_SYSTEM = frozenset({"thumbs.db", "desktop.ini", "lost+found", "$recycle.bin", "system volume information"})


@dataclass(frozen=True, order=True, slots=True)
class Member:
    """A file of a drop: path below the drop ('' for a drop that is a file), bytes, nanoseconds, inode."""

    path: str
    size: int
    changed_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Drop:
    """One entry of the folder. `name` as the file system has it; `touched` when anything in it last changed (seconds).

    `members` in the order of their paths; none: an empty folder.
    """

    name: str
    is_folder: bool
    inode: int
    touched: float
    members: tuple[Member, ...]

    @property
    def uid(self) -> int:
        """63 bits from inode, sizes and times; never 0."""
        facts = [str(self.inode), *(f"{member.path}/{member.size}/{member.changed_ns}" for member in self.members)]
        digest = hashlib.blake2b("\n".join(facts).encode("utf-8", "surrogateescape"), digest_size=8).digest()
        return (int.from_bytes(digest, "big") >> 1) or 1

    @property
    def shown(self) -> str:
        """The name as people and logs may see it; a folder drop arrives as a zip of its files."""
        name = shown(self.name)
        return f"{name}.zip" if self.is_folder else name

    @property
    def size(self) -> int:
        """Bytes of the message that will come of it."""
        if not self.is_folder:
            return self.members[0].size
        return zip_size([(member.path, member.size) for member in self.members])

    @property
    def received(self) -> datetime:
        """When the last of its files was written."""
        newest = max((member.changed_ns for member in self.members), default=int(self.touched * 1e9))
        return datetime.fromtimestamp(newest / 1e9, UTC)

    def holds(self, name: str) -> bool:
        """Is a file of that name in it, at its top?"""
        return any(member.path.lower() == name.lower() for member in self.members)


@dataclass
class Contents:
    """All entries of a folder: drops by name, and what is refused by name with the reason as half a sentence."""

    drops: dict[str, Drop] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """An entry that is not taken in; the text completes the sentence "… is left where it lies: it …"."""


def shown(name: str) -> str:
    """A file name for people, logs and the record: printable, NFC, at most 150 characters."""
    text = os.fsencode(name).decode("utf-8", "replace")
    printable = "".join(character if character.isprintable() else "�" for character in text)
    return unicodedata.normalize("NFC", printable)[-150:]


def contents(folder: int, *, leave: frozenset[str] = frozenset()) -> Contents:
    """Everything in the open `folder` but hidden names, what belongs to the system, and the names in `leave`."""
    found = Contents()
    for name in sorted(os.listdir(folder)):
        if name.startswith((".", "~$")) or name.lower() in OF_THE_SYSTEM or name in leave:
            continue
        try:
            found.drops[name] = look_at(folder, name)
        except FileNotFoundError:
            continue
        except Refused as refused:
            found.refused[name] = str(refused)
        except OSError as error:
            found.refused[name] = f"cannot be read ({(error.strerror or 'unknown error').lower()})"
    return found


def look_at(folder: int, name: str) -> Drop:
    """The drop of that name in an open folder. Raises `Refused` for what is never followed, OSError as it comes."""
    _check_name(name)
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if not stat.S_ISDIR(status.st_mode):
        member = _file(folder, name, path="", status=status)
        return Drop(name, False, member.inode, max(status.st_mtime, status.st_ctime), (member,))
    handle = os.open(name, OPEN_FOLDER, dir_fd=folder)
    try:
        status, looked = os.fstat(handle), _Looked()
        members = tuple(sorted(_files(handle, "", looked, DEEPEST)))
    finally:
        os.close(handle)
    if sum(member.size for member in members) > LARGEST:
        raise Refused("holds more than 2 GB")
    return Drop(name, True, status.st_ino, max(looked.touched, status.st_mtime, status.st_ctime), members)


@dataclass
class _Looked:
    """What was seen of a drop so far: the last change, and how many entries on all levels."""

    touched: float = 0.0
    entries: int = 0


def _files(folder: int, above: str, looked: _Looked, left: int) -> Iterator[Member]:
    if not left:
        raise Refused(f"has folders more than {DEEPEST} deep")
    names = sorted(os.listdir(folder))
    looked.entries += len(names)
    if looked.entries > MOST_FILES:
        raise Refused(f"holds more than {MOST_FILES} files")
    for name in names:
        _check_name(name)
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        looked.touched = max(looked.touched, status.st_mtime, status.st_ctime)
        if not stat.S_ISDIR(status.st_mode):
            yield _file(folder, name, path=f"{above}{name}", status=status)
            continue
        handle = os.open(name, OPEN_FOLDER, dir_fd=folder)
        try:
            yield from _files(handle, f"{above}{name}/", looked, left - 1)
        finally:
            os.close(handle)


def _file(folder: int, name: str, *, path: str, status: os.stat_result) -> Member:
    if stat.S_ISLNK(status.st_mode):
        raise Refused("is or holds a symbolic link, which may lead anywhere")
    if not stat.S_ISREG(status.st_mode):
        raise Refused("is or holds something that is no file (a socket, pipe or device)")
    if status.st_size > LARGEST:
        raise Refused("is larger than 2 GB")
    os.close(os.open(name, OPEN_FILE, dir_fd=folder))
    return Member(path, status.st_size, status.st_mtime_ns, status.st_ino)


def _check_name(name: str) -> None:
    text = os.fsencode(name).decode("utf-8", "replace")
    if any(unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"} for character in text) or "\\" in text:
        raise Refused("has or holds a name with control characters or backslashes")
