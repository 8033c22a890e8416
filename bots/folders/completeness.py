"""Is a drop whole? The rules of `complete_when`, and since when each drop has been waiting."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping

from bots.folders.drops import OPEN_FILE, Drop
from bots.folders.packing import has_zip_end
from casework.configuration.doors import FolderSettings

ZIP_SIGNS = (b"PK\x03\x04", b"PK\x05\x06")
ZIP_TAIL = 22 + 65535
CLOCK_SLACK = 2.0
"""Seconds: the coarsest clock of a file system (FAT)."""


class Completeness:
    """Remembers how each drop looked. `behind`: seconds by which the file system's clock is behind ours."""

    def __init__(self, settings: FolderSettings, *, behind: float = 0.0) -> None:
        self._settings, self._rules = settings, settings.complete_when
        self._behind = behind
        self._first_seen: dict[str, float] = {}
        self._unchanged: dict[str, tuple[int, float]] = {}

    def forget_others(self, names: Collection[str]) -> None:
        """Keep in mind only what is still there."""
        for memory in (self._first_seen, self._unchanged):
            for name in set(memory) - set(names):
                del memory[name]

    def is_temporary(self, name: str) -> bool:
        """Is the name one that writers use until they are done?"""
        return name.lower().endswith(self._rules.temporary)

    def is_marker(self, name: str) -> bool:
        """Is this a companion that says that its drop is whole?"""
        return self._rules.marker is not None and name.endswith(self._rules.marker) and name != self._rules.marker

    def lack(self, drop: Drop, there: Mapping[str, Drop], folder: int) -> str:
        """What the drop still lacks, completing "… waits: "; '' when it is whole. `there`: every entry by its name."""
        self._note(drop)
        if self.is_temporary(drop.name):
            return "its name says that it is still being written"
        if not any(member.size for member in drop.members):
            return "it is empty"
        if any(self.is_temporary(member.path) for member in drop.members):
            return "a file in it is still being written, as its name says"
        return (
            self._form_lack(drop) or self._marker_lack(drop, there) or self._quiet_lack(drop) or self._end(drop, folder)
        )

    def is_overdue(self, name: str, touched: float) -> bool:
        """Has it been waiting longer than the office allows?"""
        seen = time.monotonic() - self._first_seen.setdefault(name, time.monotonic())
        return max(seen, self._age(touched)) > self._settings.overdue_after

    def _note(self, drop: Drop) -> None:
        moment = time.monotonic()
        self._first_seen.setdefault(drop.name, moment)
        if self._unchanged.get(drop.name, (0, 0.0))[0] != drop.uid:
            self._unchanged[drop.name] = (drop.uid, moment)

    def _age(self, touched: float) -> float:
        """Seconds since then, by the clock that wrote it."""
        return time.time() - self._behind - touched

    def _form_lack(self, drop: Drop) -> str:
        if drop.is_folder:
            lacking = [name for name in self._settings.contained if not drop.holds(name)]
            return f"{', '.join(lacking)} is not in it" if lacking else ""
        if self._settings.form != "files" and not drop.name.lower().endswith(".zip"):
            return "a folder or a .zip is expected here"
        return ""

    def _marker_lack(self, drop: Drop, there: Mapping[str, Drop]) -> str:
        if self._rules.marker is None:
            return ""
        marker = there.get(drop.name + self._rules.marker)
        if marker is None:
            return (
                f"{drop.shown.removesuffix('.zip') if drop.is_folder else drop.shown}{self._rules.marker} is not there"
            )
        newest = max(member.changed_ns for member in drop.members)
        written = max((member.changed_ns for member in marker.members), default=0)
        # a marker left over from an earlier drop of this name says nothing about this one
        return "its marker is older than it" if written + CLOCK_SLACK * 1e9 < newest else ""

    def _quiet_lack(self, drop: Drop) -> str:
        """Seen unchanged that long, or last touched that long ago by the file system's own clock."""
        quiet = self._rules.quiet_seconds
        seen = time.monotonic() - self._unchanged[drop.name][1]
        return "" if max(seen, self._age(drop.touched)) >= quiet else "it may still be written"

    def _end(self, drop: Drop, folder: int) -> str:
        if drop.is_folder or not self._rules.zip_end:
            return ""
        handle = os.open(drop.name, OPEN_FILE, dir_fd=folder)
        try:
            size = os.fstat(handle).st_size
            if not drop.name.lower().endswith(".zip") and os.pread(handle, 4, 0) not in ZIP_SIGNS:
                return ""
            tail = os.pread(handle, ZIP_TAIL, max(size - ZIP_TAIL, 0))
        finally:
            os.close(handle)
        return "" if has_zip_end(tail, size) else "the end of the zip file is missing"
