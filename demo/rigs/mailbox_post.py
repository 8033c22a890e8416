"""Post for the mailbox rig, put straight into Dovecot's Maildir, and what lies there, looked at without any of ours."""

from __future__ import annotations

import hashlib
import imaplib
import os
import re
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from casework.words.errors import AmtsboteError
from demo.mailserver.dovecot import Dovecot
from demo.rigs.mailbox_letters import letter, with_other_received
from demo.rigs.strikes import arguments, descendants

AGAIN_SHARE, OTHER_RECEIVED_SHARE, SEEN_SHARE = 0.03, 0.02, 0.1
REMEMBERED = 300
QUIET_SECONDS = 10.0
CHUNK = 200


class NotQuiet(AmtsboteError):
    """Dovecot still serves somebody."""


class Inbox:
    """The Maildir of an account, filled as a delivery agent fills it."""

    def __init__(self, server: Dovecot, account: str) -> None:
        self._owner = server.lodging.account
        self.folder = server.lodging.path / "mail" / account
        self._files = 0
        for place in (self.folder, *(self.folder / name for name in ("tmp", "new", "cur"))):
            place.mkdir(mode=0o700, exist_ok=True)
            self._hand_over(place)

    def put(self, raw: bytes, *, seen: bool = False) -> None:
        """Written aside, then renamed into place."""
        self._files += 1
        name = f"{int(time.time())}.M{self._files:06d}P{os.getpid()}.rig"
        draft = self.folder / "tmp" / name
        draft.write_bytes(raw)
        self._hand_over(draft)
        draft.rename(self.folder / "cur" / f"{name}:2,S" if seen else self.folder / "new" / name)

    def waiting(self) -> int:
        """How many mails lie in it, by its files."""
        return sum(len(os.listdir(self.folder / name)) for name in ("new", "cur"))

    def _hand_over(self, path: Path) -> None:
        if not self._owner.is_us:
            os.chown(path, self._owner.uid, self._owner.gid)


class Postman:
    """Delivers `messages` mails in all, some of them twice; `delivered` counts their digests, `said` what was special.

    The first one is large, however few there are.
    """

    def __init__(self, server: Dovecot, account: str, *, messages: int, dice: Random) -> None:
        self._server, self._dice = server, dice
        self._inbox = Inbox(server, account)
        self.left = messages
        self.delivered: Counter[bytes] = Counter()
        self.special: Counter[str] = Counter()
        self._recent: list[bytes] = []
        self._serial = 0

    def deliver(self, count: int) -> None:
        """Put that many more into the inbox, or what is left."""
        for _ in range(min(count, self.left)):
            raw = self._next()
            self.left -= 1
            self._inbox.put(raw, seen=self._dice.random() < SEEN_SHARE)
            self.delivered[hashlib.sha256(raw).digest()] += 1

    def waiting(self) -> int:
        """How many lie in the inbox."""
        return self._inbox.waiting()

    def renumber(self) -> None:
        """A new UIDVALIDITY, as after a restore: with the same UIDs, or with all of them given anew.

        Dovecot must serve nobody: it is waited for.
        """
        self._await_quiet()
        numbers = self._inbox.folder / "dovecot-uidlist"
        if not numbers.exists():
            return
        head, _, rest = numbers.read_text().partition("\n")
        # never one that was there before: that UIDs come again only under another UIDVALIDITY, all IMAP rests on
        head = re.sub(r"\bV(\d+)", lambda found: f"V{int(found.group(1)) + 1}", head, count=1)
        if self._dice.random() < 0.5:
            self.special["uidvalidity_changed"] += 1
        else:
            head, rest = re.sub(r"\bN\d+", "N1", head, count=1), ""
            self.special["uids_given_anew"] += 1
        numbers.write_text(f"{head}\n{rest}")
        for index in self._inbox.folder.glob("dovecot.index*"):
            index.unlink()

    @property
    def renumbered(self) -> int:
        """How often the inbox got a new UIDVALIDITY."""
        return self.special["uidvalidity_changed"] + self.special["uids_given_anew"]

    def _next(self) -> bytes:
        drawn = self._dice.random()
        if self._recent and drawn < AGAIN_SHARE:
            self.special["delivered_twice"] += 1
            return self._dice.choice(self._recent)
        if self._recent and drawn < AGAIN_SHARE + OTHER_RECEIVED_SHARE:
            self.special["delivered_with_other_received"] += 1
            return with_other_received(self._dice.choice(self._recent), self.left)
        self._serial += 1
        raw = letter(self._serial, self._dice, large=self._serial == 1)
        self._recent = [raw, *self._recent[: REMEMBERED - 1]]
        return raw

    def _await_quiet(self) -> None:
        deadline = time.monotonic() + QUIET_SECONDS
        while any(arguments(pid)[:1] == [b"dovecot/imap"] for pid in descendants(self._server.pid or 0)):
            if time.monotonic() > deadline:
                raise NotQuiet("Dovecot still serves somebody; the inbox cannot be renumbered")
            time.sleep(0.02)


def look_into(server: Dovecot, account: str, folder: str) -> Iterator[tuple[int, int, bytes]]:
    """(UIDVALIDITY, UID, digest) of every mail in a folder, by the standard library straight from Dovecot."""
    line = imaplib.IMAP4_SSL(
        server.host, server.port, ssl_context=ssl.create_default_context(cafile=str(server.ca_file))
    )
    try:
        line.login(account, server.password(account))
        if line.select(folder, readonly=True)[0] != "OK":
            return
        validity = int(line.response("UIDVALIDITY")[1][0] or 0)
        uids = line.uid("SEARCH", "ALL")[1][0].split()
        for start in range(0, len(uids), CHUNK):
            for uid, raw in bodies(line, b",".join(uids[start : start + CHUNK]).decode()):
                yield validity, uid, hashlib.sha256(raw).digest()
    finally:
        line.logout()


def bodies(line: imaplib.IMAP4_SSL, uids: str) -> Iterator[tuple[int, bytes]]:
    """(UID, bytes) of these mails, asked for with one command."""
    for answer in line.uid("FETCH", uids, "(UID BODY.PEEK[])")[1]:
        if isinstance(answer, tuple):
            words = answer[0].split()
            yield int(words[words.index(b"(UID") + 1]), answer[1]
