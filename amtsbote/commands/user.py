"""`amtsbote user add`: accounts of people are made by hand; there is no default password."""

from __future__ import annotations

import sys

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
    from amtsbote.record import open_record

    open_record()
    from casework.actions import accounts

    password = accounts.password_for(name, ask=_ask if sys.stdin.isatty() else None)
    accounts.add_user(name, role=role, offices=list(offices), password=password)
    answer({"name": name, "role": role, "offices": offices}, words=lambda: f"{name} is {role} of {', '.join(offices)}")
    return 0


def _ask() -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password
