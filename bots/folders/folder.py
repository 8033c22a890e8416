"""A watched folder as a door: what has been dropped and is whole, its bytes, and out of the way when recorded.

Drops are known by folder, the folder's inode (as UIDVALIDITY) and their own number (as UID, see `drops`). A rename
changes none of these, so a process that was killed between record and move finds the same drop under the same number.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import time
from collections.abc import Iterable, Iterator

from bots.folders.completeness import Completeness
from bots.folders.drops import Contents, Drop, Refused, contents, look_at, shown
from bots.folders.moving import move_aside
from bots.folders.opening import (
    check_same,
    clock_behind,
    delete_below,
    folder_number,
    make_done_folder,
    open_folder,
    out_of_reach,
    read_below,
)
from bots.folders.packing import zip_pieces
from casework.configuration.doors import FolderSettings
from casework.words.errors import ConfigurationError
from casework.words.mailbox import Arrival, FolderMark, Look, MailboxPlace, MessageGone

POLL_SECONDS = 5.0
log = logging.getLogger("amtsbote.intake")


class WatchedFolder:
    """An open watched folder, used by one thread.

    `notes` tells, anew at every look, what waits too long, is refused or cannot be moved.
    """

    def __init__(self, settings: FolderSettings, folder: int, done: int, *, back: bool) -> None:
        self.settings, self.notes = settings, list[str]()
        self._inbox, self._done, self._back = folder, done, back
        self._done_name = str(settings.done_folder)
        self._folders = {settings.folder: folder, self._done_name: done}
        self._completeness = Completeness(settings, behind=clock_behind(done))
        inside = settings.done_path.is_relative_to(settings.path)
        self._leave = frozenset(settings.done_path.relative_to(settings.path).parts[:1]) if inside else frozenset()
        self._names: dict[MailboxPlace, str] = {}
        self._unmoved: dict[int, str] = {}
        self._mark: FolderMark | None = None

    @classmethod
    def open(cls, settings: FolderSettings, *, back: bool = False) -> WatchedFolder:
        """Open the folder and its done folder, which is made when missing.

        `back`: the other way round, so that `look` shows the done folder and `done` puts drops back where they came in.
        Raises `TryAgainLater` when the folder is out of reach, `ConfigurationError` when nothing can be moved.
        """
        with contextlib.ExitStack() as opened:
            folder = open_folder(settings, settings.path)
            opened.callback(os.close, folder)
            make_done_folder(settings)
            done = open_folder(settings, settings.done_path)
            opened.callback(os.close, done)
            if os.fstat(folder).st_dev != os.fstat(done).st_dev:
                raise ConfigurationError(
                    f"{settings.origin}: done_folder {settings.done_path} of folder {settings.name!r} is on another "
                    "file system: nothing could be moved there in one step; choose one beside the drops"
                )
            door = cls(settings, folder, done, back=back)
            opened.pop_all()
        return door

    def close(self) -> None:
        """Let go of the folders; never raises."""
        for handle in self._folders.values():
            with contextlib.suppress(OSError):
                os.close(handle)
        self._folders = {}

    def look(self, folder: str, known: FolderMark | None = None) -> Look:
        """The drops that are whole, oldest first; none when nothing changed since `known`.

        What was recorded and could not be moved is always among them, `stored`.
        """
        if self._back:
            return self.taken(known)
        whole = self._whole()
        mark = self._mark = self._mark_of(folder, whole)
        if mark == known and not self._unmoved:
            return Look(mark)
        arrivals = [self._arrival(folder, mark.uidvalidity, drop) for drop in whole]
        return Look(mark, tuple(sorted(arrivals, key=lambda each: (each.received, each.place))))

    def taken(self, known: FolderMark | None = None) -> Look:
        """What lies in the done folder, companions left out; none when nothing changed since `known`."""
        name = self._done_name
        found = self._contents(self._done)
        drops = [drop for drop in found.drops.values() if not self._completeness.is_marker(drop.name)]
        mark = self._mark_of(name, drops)
        if mark == known:
            return Look(mark)
        return Look(mark, tuple(self._arrival(name, mark.uidvalidity, drop) for drop in drops))

    def fetch_many(self, arrivals: Iterable[Arrival]) -> Iterator[tuple[Arrival, bytes]]:
        """The drops in the order given; those that are gone or were changed meanwhile are left out."""
        for arrival in arrivals:
            try:
                yield arrival, b"".join(self.pieces(arrival.place))
            except MessageGone as gone:
                log.info("%s", gone)

    def pieces(self, place: MailboxPlace) -> Iterator[bytes]:
        """One drop in pieces: the file, or the zip of a folder's files. Raises `MessageGone` when it is another now."""
        folder, drop = self._drop_at(place)
        try:
            if drop.is_folder:
                paths = [member.path for member in drop.members]
                yield from zip_pieces(paths, lambda path: read_below(folder, f"{drop.name}/{path}"))
            else:
                yield from read_below(folder, drop.name)
        except OSError as error:
            raise _gone(place, f"cannot be read ({error.strerror})") from error
        if self._now(folder, drop.name) != drop:
            raise _gone(place, "was changed while it was read")

    def done(self, places: Iterable[MailboxPlace]) -> dict[MailboxPlace, MailboxPlace | None]:
        """Move recorded drops, with their companions, into the done folder; never over what is there.

        The new place of each; None for a drop that is gone. Drops that cannot be moved are missing from the answer,
        told in `notes` and shown again by `look`.
        """
        moved: dict[MailboxPlace, MailboxPlace | None] = {}
        for place in places:
            try:
                folder, drop = self._drop_at(place)
            except MessageGone:
                moved[place] = None
                continue
            if self._move(folder, drop):
                moved[place] = self._place_after(drop)
        return moved

    def remove(self, place: MailboxPlace) -> None:
        """Delete one drop of the done folder for good, with its companion; the caller has compared its bytes.

        Raises `MessageGone`, and `TryAgainLater` when the account may not.
        """
        folder, drop = self._drop_at(place)
        if folder != self._done:
            raise _gone(place, "lies in no done folder, and only there is anything deleted")
        names = [drop.name, drop.name + (self.settings.complete_when.marker or "")]
        try:
            for name in dict.fromkeys(names):
                if self._has(folder, name):
                    delete_below(folder, name)
        except OSError as error:
            raise out_of_reach(self.settings, self.settings.done_path, error) from error

    def idle(self, seconds: float) -> bool:
        """Look every few seconds; True as soon as other drops are whole than at the last look."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, POLL_SECONDS))
            if self._mark is None or self._mark_of(self._mark.folder, self._whole()) != self._mark:
                return True
        return False

    # looking ------------------------------------------------------------------

    def _whole(self) -> list[Drop]:
        """The drops that are whole now; says in `notes` what is refused, overdue or stuck."""
        check_same(self.settings, self._inbox)
        found = self._contents(self._inbox)
        self._completeness.forget_others({*found.drops, *found.refused})
        self._put_away_markers(found)
        whole, said = [], []
        for drop in found.drops.values():
            lack = self._lack(drop, found)
            if lack is None:
                whole.append(drop)
            elif lack and self._completeness.is_overdue(drop.name, drop.touched):
                said.append(
                    f"{shown(drop.name)!r} in folder {self.settings.name!r} waits: {lack}; complete or remove it"
                )
        for name, reason in found.refused.items():
            said.append(f"{shown(name)!r} in folder {self.settings.name!r} is left where it lies: it {reason}")
        self._unmoved = {uid: why for uid, why in self._unmoved.items() if uid in {drop.uid for drop in whole}}
        self._say([*said, *self._unmoved.values()])
        return whole

    def _lack(self, drop: Drop, found: Contents) -> str | None:
        """What a drop lacks; None: nothing. A companion lacks its drop only when it lies alone."""
        if self._completeness.is_marker(drop.name):
            marker = self.settings.complete_when.marker or ""
            return "" if drop.name.removesuffix(marker) in found.drops else "there is no file that it belongs to"
        try:
            return self._completeness.lack(drop, found.drops, self._inbox) or None
        except OSError as error:
            return f"it cannot be read ({error.strerror})"

    def _put_away_markers(self, found: Contents) -> None:
        """Companions whose drop was moved by a process that died before it moved them too."""
        marker = self.settings.complete_when.marker or ""
        for name in [name for name in found.drops if self._completeness.is_marker(name)]:
            main = name.removesuffix(marker)
            if main not in found.drops and main not in found.refused and self._has(self._done, main):
                self._move_marker(self._inbox, name)
                del found.drops[name]

    def _contents(self, folder: int) -> Contents:
        try:
            return contents(folder, leave=self._leave)
        except OSError as error:
            raise out_of_reach(self.settings, self.settings.path, error) from error

    def _mark_of(self, folder: str, drops: Iterable[Drop]) -> FolderMark:
        """How the folder stands: its inode, how many drops are whole, digests of which and of what is said about it."""
        uids = sorted(drop.uid for drop in drops)
        validity = folder_number(self._folders[folder])
        return FolderMark(folder, validity, _number(uids), messages=len(uids), highestmodseq=_number(self.notes))

    def _arrival(self, folder: str, validity: int, drop: Drop) -> Arrival:
        place = MailboxPlace(self.settings.name, folder, validity, drop.uid)
        self._names[place] = drop.name
        return Arrival(place, drop.size, received=drop.received, stored=drop.uid in self._unmoved, name=drop.shown)

    def _say(self, sentences: list[str]) -> None:
        for sentence in sentences:
            if sentence not in self.notes:
                log.warning("%s", sentence)
        self.notes[:] = sentences

    # reading and moving -------------------------------------------------------

    def _drop_at(self, place: MailboxPlace) -> tuple[int, Drop]:
        """The drop that a place names, with the open folder it lies in; raises `MessageGone`."""
        folder = self._folders.get(place.folder)
        if folder is None or folder_number(folder) != place.uidvalidity:
            raise _gone(place, "lies in a folder that was made anew")
        known = self._now(folder, self._names.get(place, ""))
        if known is not None and known.uid == place.uid:
            return folder, known
        found = next((drop for drop in self._contents(folder).drops.values() if drop.uid == place.uid), None)
        if found is None:
            raise _gone(place, "is no longer there or was changed")
        self._names[place] = found.name
        return folder, found

    @staticmethod
    def _now(folder: int, name: str) -> Drop | None:
        try:
            return look_at(folder, name) if name else None
        except (OSError, Refused):
            return None

    def _move(self, folder: int, drop: Drop) -> bool:
        try:
            name = move_aside(folder, drop.name, self._inbox if self._back else self._done)
        except OSError as error:
            self._unmoved[drop.uid] = (
                f"{shown(drop.name)!r} in folder {self.settings.name!r} is recorded and cannot be moved to "
                f"{self.settings.done_folder} ({error.strerror}): give the account the right to rename there"
            )
            self._say([*self.notes, self._unmoved[drop.uid]])
            return False
        self._names[self._place_after(drop)] = name
        self._unmoved.pop(drop.uid, None)
        if self.settings.complete_when.marker is not None:
            self._move_marker(folder, drop.name + self.settings.complete_when.marker)
        return True

    def _move_marker(self, folder: int, marker: str) -> None:
        """A companion follows its drop; one that stays is older than the next drop of its name, and says nothing."""
        try:
            move_aside(folder, marker, self._inbox if self._back else self._done)
        except FileNotFoundError:
            return
        except OSError as error:
            log.warning("marker %r of folder %r stays where it lies (%s)", shown(marker), self.settings.name, error)

    def _place_after(self, drop: Drop) -> MailboxPlace:
        """Where a drop lies once it was moved: its number stays."""
        name, handle = (self.settings.folder, self._inbox) if self._back else (self._done_name, self._done)
        return MailboxPlace(self.settings.name, name, folder_number(handle), drop.uid)

    @staticmethod
    def _has(folder: int, name: str) -> bool:
        try:
            os.stat(name, dir_fd=folder, follow_symlinks=False)
        except OSError:
            return False
        return True


def _gone(place: MailboxPlace, what: str) -> MessageGone:
    return MessageGone(f"drop {place.uid} in folder {place.folder!r} of {place.account!r} {what}")


def _number(facts: object) -> int:
    """63 bits that change with the facts."""
    return int.from_bytes(hashlib.blake2b(repr(facts).encode(), digest_size=8).digest(), "big") >> 1
