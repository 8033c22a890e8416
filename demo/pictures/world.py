"""What the pictures show: a copy of a demo's record, with a second morning's post that was read but not yet decided."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from casework.words.errors import AmtsboteError
from casework.words.mailbox import MailboxPlace
from demo.letters import Letter, morning
from demo.mailserver.headers import judge_sender, read_from_domain
from demo.overlay import AUTHSERV_ID
from demo.world import Folder

ACCOUNT = "posteingang"
FIRST_UID = 100_000
"""Far behind the demo's own mails."""
SEED = 1
"""As the demo's, so that its suppliers are known."""
LETTERS = 30


class NoWorld(AmtsboteError):
    """There is no finished demo in this folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"no finished demo lies in {folder}; run `make demo ONCE=1`, or name one with --demo")


@dataclass(frozen=True)
class PictureWorld:
    """A record of its own: its folder and the passwords of its people."""

    folder: Folder
    passwords: dict[str, str]

    @classmethod
    def copied(cls, demo: Path, to: Path) -> PictureWorld:
        """A copy of a finished demo, which stays as it is. Raises `NoWorld`."""
        if not (demo / "people.json").is_file() or not (demo / "home" / "record").is_dir():
            raise NoWorld(demo)
        for name in ("home", "configs", "secrets"):
            shutil.copytree(
                demo / name, to / name, symlinks=True, ignore=shutil.ignore_patterns("prefect", "run", "log")
            )
        return cls(Folder(to), json.loads((demo / "people.json").read_text(encoding="utf-8")))

    def receive_and_read(self, letters: Sequence[Letter]) -> None:
        """Store the letters as a mailbox would hand them over and read them; nothing is decided or posted."""
        os.environ.update(self.folder.environment())
        from casework.site import open_record

        open_record()
        from casework.actions.intake import record_message
        from flows.shifts import prepare_cases
        from flows.stop import Stop

        for number, letter in enumerate(letters):
            place = MailboxPlace(ACCOUNT, "INBOX", 1, FIRST_UID + number)
            record_message(_with_verdict(letter), office=letter.truth.office, place=place)
        with Stop() as stop:
            prepare_cases(stop=stop, wake=lambda _flow: None, linger=0)


def second_morning(today: date) -> list[Letter]:
    """Another morning's post than the demo of today delivered, from the same suppliers."""
    return morning(seed=SEED, day=today - timedelta(days=1), count=LETTERS)


def _with_verdict(letter: Letter) -> bytes:
    """The letter as the gateway would pass it on."""
    known = [read_from_domain(letter.raw)] if letter.authentic else []
    verdict = judge_sender(letter.raw, mailfrom=letter.envelope_from, spoken_for=known)
    return verdict.to_header(AUTHSERV_ID) + letter.raw
