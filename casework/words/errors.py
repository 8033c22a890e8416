"""Errors of the house. Their message says what happened and what to do about it.

Two families matter to the flows: `NeedsReview` (wrong data: a clerk's turn, never retried) and
`TryAgainLater` (wrong moment: retried with back-off). Anything else is unexpected and loud.
"""

from __future__ import annotations


class AmtsboteError(Exception):
    """Base of all our errors; the message is one sentence for people."""


class ConfigurationError(AmtsboteError):
    """The configuration is wrong; `problems` are lines of the form `file:line: message`."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class SecretMissing(ConfigurationError):
    """A secret that the configuration names was not given to this process."""

    def __init__(self, name: str, *, unreadable: str = "") -> None:
        """`unreadable` is the file it should stand in, with why it cannot be read."""
        variable = f"AMTSBOTE_SECRET_{name.upper().replace('-', '_')}"
        remedy = f"set {variable} or {variable}_FILE, or give it as a credential"
        if unreadable:
            remedy = f"its file cannot be read ({unreadable}); mend {variable}_FILE or the file's rights"
        super().__init__(f"secret {name!r} is missing: {remedy}")


class NeedsReview(AmtsboteError):
    """Wrong data: a clerk has to look. `reason` is a code of `casework.words.reasons`."""

    def __init__(self, reason: str, message: str = "") -> None:
        self.reason = reason
        super().__init__(message or reason)


class TryAgainLater(AmtsboteError):
    """Wrong moment: the same work may succeed later. `reason` is a short code for people and books."""

    def __init__(self, reason: str, message: str = "") -> None:
        self.reason = reason
        super().__init__(message or reason)


class LoginRefused(AmtsboteError):
    """A system refused a login. No second try is made: it would lock the account."""


class MasksChanged(TryAgainLater):
    """The contract check found masks that differ from the catalogue; an officer has to look before a bot goes on."""

    def __init__(self, system: str, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("system_paused", f"masks of {system} differ from the catalogue: {'; '.join(problems)}")


class NothingLeft(TryAgainLater):
    """The commit failed, and the living gate proves that nothing of it was forwarded."""


class Rejected(AmtsboteError):
    """The target system answered the commit with a sign that refuses it.

    `proves_not_done`: the catalogue says that this sign means nothing was stored (a lock dialog).
    `try_again`: the same entry may succeed later (the lock goes away), so no clerk is needed yet.
    """

    def __init__(self, sign: str, *, proves_not_done: bool, try_again: bool = False, message: str = "") -> None:
        self.sign = sign
        self.proves_not_done = proves_not_done
        self.try_again = try_again
        super().__init__(message or f"the target system refused: {sign}")


class OutcomeUnknown(AmtsboteError):
    """The commit left, and nobody knows whether it took effect; only `find` or a human can tell."""


class StoreError(AmtsboteError):
    """The store of originals could not read or write a file."""


class LeaseLost(AmtsboteError):
    """Another worker holds the lease now; this one must stop without writing."""
