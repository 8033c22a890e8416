"""Sessions in target systems under a login slot: a lease in the record that all workers and `amtsbote post` share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bots.opening import Session, open_session
from casework.actions import leases
from casework.configuration import secrets
from casework.configuration.configuration import Configuration
from casework.configuration.offices import Login
from casework.words.errors import ConfigurationError, TryAgainLater

LOGIN_SECONDS = 900
SHIFT_SECONDS = 8 * 3600
"""A working day; the shift of a process that died is free at once."""


class LoginsBusy(TryAgainLater):
    """Other workers have all the logins of a system; they carry its cases."""

    def __init__(self, system: str) -> None:
        super().__init__("logins_busy", f"every login of {system} is in use by another worker; try again later")


class HeldSession:
    """A session with its login slot."""

    def __init__(
        self,
        configuration: Configuration,
        office: str,
        system: str,
        *,
        user: str | None = None,
        base_url: str | None = None,
        headed: bool = False,
        step: bool = False,
    ) -> None:
        """`user` picks one of the office's logins; the rest as in `open_session`. Raises `LoginsBusy`."""
        self._lease, self._token, login = _slot(configuration, office, system, user)
        try:
            catalogue = configuration.system_for(office, system, login=login)
            self.session: Session = open_session(
                catalogue, secret=secrets.secret, base_url=base_url, headed=headed, step=step
            )
        except BaseException:
            leases.release(self._lease, self._token)
            raise

    def __enter__(self) -> Session:
        return self.session

    def __exit__(self, *exception: object) -> None:
        self.close()

    def alive(self) -> bool:
        """Still ours, with time enough for another case."""
        return leases.renew(self._lease, self._token, seconds=LOGIN_SECONDS) and self.session.alive

    def close(self) -> None:
        """End the session and give the slot back."""
        try:
            self.session.close()
        finally:
            leases.release(self._lease, self._token)


@contextmanager
def shift_of(office: str | None) -> Iterator[bool]:
    """Hold an office's shift for the block: False when another run does, which has its logins too."""
    if office is None:
        yield True
        return
    leases.free_dead()
    with leases.held(f"transfer:{office}", office=office, seconds=SHIFT_SECONDS) as token:
        yield token is not None


def _slot(configuration: Configuration, office: str, system: str, user: str | None) -> tuple[str, int, Login | None]:
    for login in _logins(configuration, office, system, user):
        name = f"login:{system}:{login.user if login else office}"
        token = leases.acquire(name, office=office, seconds=LOGIN_SECONDS)
        if token is not None:
            return name, token, login
    raise LoginsBusy(system)


def _logins(configuration: Configuration, office: str, system: str, user: str | None) -> tuple[Login | None, ...]:
    overlay = configuration.office(office).systems.get(system)
    logins = tuple(overlay.all_logins) if overlay else ()
    if user is None:
        return logins or (None,)
    wanted = tuple(login for login in logins if login.user == user)
    if not wanted:
        known = ", ".join(login.user for login in logins) or "none"
        raise ConfigurationError(f"{office} has no login {user!r} for {system}; known are {known}")
    return wanted
