"""The record as the command needs it: its tables made or brought up to date, Django set up."""

from __future__ import annotations

import sys

from casework import site
from casework.words.errors import AmtsboteError

SETTINGS = "casework.site.settings"


class RecordUnusable(AmtsboteError):
    """The record's database cannot be opened or brought up to date."""


def migrate_command() -> list[str]:
    """Make the record's tables, or bring them up to date; for a process whose folder is the checkout."""
    return [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity", "0", "--settings", SETTINGS]


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
