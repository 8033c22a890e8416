"""`amtsbote user`: accounts of people are made, locked and listed by hand; there is no default password."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import click

from amtsbote.output import answer


@click.group()
def user() -> None:
    """Accounts of people."""


@user.command()
@click.argument("name")
@click.option("--role", required=True, help="clerk, second_clerk, officer, manager, auditor or administrator")
@click.option("--office", "offices", multiple=True, required=True, metavar="OFFICE", help="May be given several times.")
def add(name: str, role: str, offices: tuple[str, ...]) -> int:
    """Make an account, or give one a further role.

    The password is AMTSBOTE_USER_PASSWORD, else the secret user-NAME, else it is asked for.
    """
    accounts = _accounts()
    password = accounts.password_for(name, ask=_ask if sys.stdin.isatty() else None)
    accounts.add_user(name, role=role, offices=list(offices), password=password)
    answer({"name": name, "role": role, "offices": offices}, words=lambda: f"{name} is {role} of {', '.join(offices)}")
    return 0


@user.command("remove-role")
@click.argument("name")
@click.option("--role", required=True)
@click.option("--office", required=True)
def remove_role(name: str, role: str, office: str) -> int:
    """Take a role away from an account."""
    _accounts().remove_role(name, role=role, office=office)
    answer({"name": name, "role": role, "office": office}, words=lambda: f"{name} is no longer {role} of {office}")
    return 0


@user.command()
@click.argument("name")
def lock(name: str) -> int:
    """Let nobody sign in with an account any more; who is signed in with it is out at once."""
    _accounts().lock(name)
    answer({"name": name, "locked": True}, words=lambda: f"{name} is locked")
    return 0


@user.command()
@click.argument("name")
def unlock(name: str) -> int:
    """Let them sign in again."""
    _accounts().lock(name, locked=False)
    answer({"name": name, "locked": False}, words=lambda: f"{name} is unlocked")
    return 0


@user.command("list")
def list_accounts() -> int:
    """Every account with its roles."""
    found = _accounts().listed()
    answer(found, words=lambda: "\n".join(_line(account) for account in found) or "there is no account yet")
    return 0


def _line(account: dict[str, Any]) -> str:
    state = "  (locked)" if account["locked"] else ""
    return f"{account['name']}{state}  {', '.join(account['roles']) or 'no role'}"


def _accounts() -> ModuleType:
    from amtsbote.record import open_record

    open_record()
    from casework.actions import accounts

    return accounts


def _ask() -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password
