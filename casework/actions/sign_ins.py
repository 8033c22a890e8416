"""Signing in, slowed down and written down: who guesses a password waits longer after every wrong one.

A try is taken before the password is looked at, by one guarded UPDATE, so that many at once count as many. Rows and
events hold keyed digests of what was typed and where it came from, never the text: people type passwords as names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from casework.actions import audit, clock
from casework.record.models import SignInTries
from casework.words.errors import AmtsboteError
from casework.words.states import Actor

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SALT = "amtsbote.sign-in"
FORGOTTEN = timedelta(hours=1)
"""Who did not try for so long begins anew."""


class TooManyTries(AmtsboteError):
    """Too many wrong passwords; `seconds` says how long to wait."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too many wrong passwords; wait {seconds} seconds, then try again")


@dataclass(frozen=True)
class Patience:
    """How many tries are free, and up to how many seconds the wait after each further one grows."""

    free: int
    longest: int

    def wait(self, tries: int) -> timedelta:
        """2 s after the first that is not free, doubled with each further one."""
        beyond = min(tries - self.free, 20)
        return timedelta(seconds=min(2**beyond, self.longest) if beyond > 0 else 0)


ONE_ACCOUNT = Patience(free=3, longest=900)
"""For one account from one address: nobody elsewhere can lock a colleague out."""
ONE_ADDRESS = Patience(free=50, longest=60)
"""For one address and all the accounts it tries; a whole town hall may stand behind it, so it never waits long."""


def take_try(account: str, address: str) -> None:
    """Count a try that is about to be made. Raises `TooManyTries` when it is too early for one."""
    _take(_key(account, address), ONE_ACCOUNT)
    _take(_key("", address), ONE_ADDRESS)


@transaction.atomic
def succeeded(user: User, address: str) -> None:
    """The password was right: earlier wrong ones from there are forgiven for this account."""
    SignInTries.objects.filter(key=_key(user.get_username(), address)).delete()
    SignInTries.objects.filter(key=_key("", address), tries__gt=0).update(tries=F("tries") - 1)
    audit.write(None, "login", actor=Actor.PERSON, user=user, data=_whence(address))


@transaction.atomic
def failed(account: str, address: str) -> None:
    """The password was wrong, or there is no such account."""
    user = get_user_model().objects.filter(username=account).first()
    audit.write(None, "login_failed", actor=Actor.PERSON, user=user, data=_whence(address))
    SignInTries.objects.filter(last_at__lt=clock.now() - FORGOTTEN).delete()


def _take(key: str, patience: Patience) -> None:
    while True:
        moment = clock.now()
        row = SignInTries.objects.get_or_create(key=key, defaults={"until": moment, "last_at": moment})[0]
        if row.until > moment:
            raise TooManyTries(ceil((row.until - moment).total_seconds()))
        tries = 1 if row.last_at < moment - FORGOTTEN else row.tries + 1
        seen = SignInTries.objects.filter(key=key, tries=row.tries, until=row.until)
        if seen.update(tries=tries, until=moment + patience.wait(tries), last_at=moment):
            return  # otherwise somebody else tried in between, or it was forgiven: look again


def _key(account: str, address: str) -> str:
    return salted_hmac(SALT, f"{account}\n{address}", algorithm="sha256").hexdigest()


def _whence(address: str) -> dict[str, str]:
    """Equal addresses look equal in the trail; which one it is only the web server's own log says."""
    return {"from": salted_hmac(SALT, address, algorithm="sha256").hexdigest()[:16]}
