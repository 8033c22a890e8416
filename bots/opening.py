"""Open a target system by its catalogue, whatever its transport."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from casework.configuration.systems import BrowserSystem, DropSystem, MailSystem
from casework.words.work import Operation


class Session(Protocol):
    """A login, or an open folder, used for a whole batch; a context manager."""

    @property
    def alive(self) -> bool:
        """Whether it can be used for another case; a refused login or a closed session cannot."""

    def operation(self, name: str) -> Operation:
        """The operation of this name; several may be used in turn. Raises `KeyError` for an unknown one."""

    def check(self) -> tuple[str, ...]:
        """What differs between catalogue and system, read-only; empty when nothing does."""

    def close(self) -> None:
        """End it."""

    def __enter__(self) -> Session: ...

    def __exit__(self, *exception: object) -> None: ...


def open_session(
    system: BrowserSystem | DropSystem | MailSystem,
    *,
    secret: Callable[[str], str],
    base_url: str | None = None,
    headed: bool = False,
    step: bool = False,
    pictures: bool = True,
) -> Session:
    """A session in the system; the browser starts and logs in at the first use.

    `secret` gives the password for the catalogue's `secret` (and raises `SecretMissing`); `base_url` replaces the
    catalogue's address. `headed` shows the browser, `step` waits for the return key before each step.
    """
    if isinstance(system, DropSystem):
        from bots.filing import FolderDrop

        return FolderDrop(system)
    if isinstance(system, MailSystem):
        from bots.mailing import Outbox

        return Outbox(system, password=secret(system.secret) if system.account else "")
    # the browser is a heavy import: only those who drive one pay for it
    from bots.catalogue.session import BrowserSession

    if base_url is not None:
        system = system.model_copy(update={"base_url": base_url})
    return BrowserSession(system, password=secret(system.secret), headed=headed, step=step, pictures=pictures)
