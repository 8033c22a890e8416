"""How long an office keeps letters. Without a number nothing is ever erased: the law, not we, says how long."""

from __future__ import annotations

from pydantic import Field

from casework.configuration.located import Located


class Retention(Located):
    """Days since the last case of a letter ended. `processes` names other numbers for single processes.

    `mailbox_days`: days after which the copy in the mailbox goes, while ours stays; None: it goes with ours.
    """

    keep_days: int | None = Field(default=None, ge=1)
    mailbox_days: int | None = Field(default=None, ge=1)
    processes: dict[str, int] = Field(default_factory=dict)

    def days_for(self, process: str) -> int | None:
        """How many days a case of this process is kept; None: for ever."""
        return self.processes.get(process, self.keep_days)

    @property
    def erases(self) -> bool:
        """Is anything ever erased?"""
        return bool(self.keep_days or self.mailbox_days or self.processes)
