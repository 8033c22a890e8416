"""How patiently an office's post is taken in, and when it is compared with the record."""

from __future__ import annotations

from datetime import time

from pydantic import Field

from casework.configuration.located import Located


class IntakeSettings(Located):
    """`tries`: so often a message is asked for, over about two hours, before a clerk is told that it does not come.

    `reconcile_at` is the time of day of the daily reconciliation. `store_seconds`: so long each of them decrypts files
    of the store; what is left comes the next day.
    """

    tries: int = Field(default=8, ge=2, le=16)
    reconcile_at: time = time(3, 10)
    store_seconds: int = Field(default=600, ge=1)
