"""Accounts of people: made by hand, with a role in an office; there is no default password."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from casework.actions import audit
from casework.actions.force import current
from casework.configuration import secrets
from casework.record.models import Membership, Role
from casework.words.errors import AmtsboteError, SecretMissing
from casework.words.states import Actor

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NAME = re.compile(r"[a-z][a-z0-9._-]{1,59}")


class AccountRefused(AmtsboteError):
    """An account cannot be made as asked; the message says what to change."""


def password_for(name: str, *, ask: Callable[[], str] | None = None) -> str:
    """The new password of an account: `AMTSBOTE_USER_PASSWORD`, else the secret `user-NAME`, else asked for.

    Raises `AccountRefused` when there is nobody to ask.
    """
    given = os.environ.get("AMTSBOTE_USER_PASSWORD")
    if given:
        return given
    secret_name = "user-" + re.sub(r"[^a-z0-9]+", "-", name)
    try:
        return secrets.secret(secret_name)
    except SecretMissing as error:
        if ask is None:
            sentence = f"give a password for {name}: AMTSBOTE_USER_PASSWORD or the secret {secret_name!r}"
            raise AccountRefused(sentence) from error
    return ask()


@transaction.atomic
def add_user(name: str, *, role: str, offices: list[str], password: str | None = None) -> User:
    """Make an account, or give an existing one a further role; a new one needs `password`, which replaces an old one.

    Raises `AccountRefused` for an unknown role or office, an unfit name or a weak password.
    """
    _check(name, role, offices)
    people = get_user_model()
    user = people.objects.filter(username=name).first()
    if user is None:
        if not password:
            raise AccountRefused(f"{name} is new: give a password")
        user = people(username=name)
    if password:
        _set_password(user, password)
    for office in offices:
        made = Membership.objects.get_or_create(user=user, office=office, role=role)[1]
        data = {"account": user.pk, "role": role, "new": made}
        audit.write(None, "role_given", actor=Actor.OFFICER, office=office, data=data)
    return user


@transaction.atomic
def remove_role(name: str, *, role: str, office: str) -> None:
    """Take a role away; what the person did stays on the trail. Raises `AccountRefused` when they do not have it."""
    user = _known(name)
    if not Membership.objects.filter(user=user, office=office, role=role).delete()[0]:
        raise AccountRefused(f"{name} is not {role} of {office}; `amtsbote user list` shows who is what")
    data = {"account": user.pk, "role": role}
    audit.write(None, "role_taken", actor=Actor.OFFICER, office=office, data=data)


@transaction.atomic
def lock(name: str, *, locked: bool = True) -> None:
    """Let nobody sign in with this account, or let them again; who is signed in with it is out at the next page."""
    user = _known(name)
    user.is_active = not locked
    user.save(update_fields=["is_active"])
    code = "account_locked" if locked else "account_unlocked"
    audit.write(None, code, actor=Actor.OFFICER, data={"account": user.pk})


def listed() -> list[dict[str, object]]:
    """Every account by name: whether it is locked, and its roles as `role@office`."""
    people = get_user_model().objects.prefetch_related("memberships").order_by("username")
    return [
        {
            "name": user.get_username(),
            "locked": not user.is_active,
            "roles": sorted(str(membership) for membership in user.memberships.all()),
        }
        for user in people
    ]


def _known(name: str) -> User:
    user = get_user_model().objects.filter(username=name).first()
    if user is None:
        raise AccountRefused(f"there is no account {name!r}; `amtsbote user list` shows all")
    return user


def _check(name: str, role: str, offices: list[str]) -> None:
    if not NAME.fullmatch(name):
        raise AccountRefused(f"{name!r} is no account name: use small letters, digits, dot, hyphen, at least two signs")
    if role not in Role.values:
        raise AccountRefused(f"there is no role {role!r}; roles are {', '.join(Role.values)}")
    if not offices:
        raise AccountRefused("an account needs an office: give --office")
    known = current().offices
    for office in offices:
        if office not in known:
            raise AccountRefused(f"there is no office {office!r}; known are {', '.join(sorted(known)) or 'none'}")


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise AccountRefused(f"the password is too weak: {' '.join(error.messages)}") from error
    user.set_password(password)
    user.save()
