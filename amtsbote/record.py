"""The record as the command needs it: its tables made or brought up to date, Django set up."""

from __future__ import annotations

import os
import sys

from casework import site
from casework.configuration import places
from casework.record import keys
from casework.site.database import SQLITE_NAME
from casework.words.errors import AmtsboteError

SETTINGS = "casework.site.settings"


class RecordUnusable(AmtsboteError):
    """The record's database cannot be opened or brought up to date."""


class RecordMissing(AmtsboteError):
    """Where the record should be there is none, and the command only reads."""


def migrate_command() -> list[str]:
    """Make the record's tables, or bring them up to date; for a process whose folder is the checkout."""
    return [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity", "0", "--settings", SETTINGS]


def open_existing_record() -> None:
    """The same for a command that only reads: a record and its keys are never made for it.

    Raises `RecordMissing`, before anything is written, where AMTSBOTE_HOME or DATABASE_URL lead to none.
    """
    home = places.home()
    url = os.environ.get("DATABASE_URL", "")
    if not (home.keys / keys.MASTER).exists() or not (url or (home.record / SQLITE_NAME).exists()):
        raise RecordMissing(f"there is no record in {home}; look at AMTSBOTE_HOME")
    open_record()


def open_record() -> None:
    """Set Django up and bring the record up to date. Raises `RecordUnusable` with what the database said."""
    try:
        site.open_record()
    except AmtsboteError:
        raise
    except Exception as error:
        said = str(error).strip().splitlines()[:1] or [type(error).__name__]
        raise RecordUnusable(
            f"the record cannot be opened ({said[0]}); look at AMTSBOTE_HOME or DATABASE_URL"
        ) from error
