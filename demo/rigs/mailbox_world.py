"""The office of the mailbox rig and its benchmarks: its mailboxes lie in a Dovecot, behind a proxy or not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from casework.configuration import shipped
from demo.mailserver.dovecot import Dovecot
from demo.rigs.mailbox_worker import OFFICE


def write_configuration(folder: Path, server: Dovecot, *, port: int, ca_file: Path) -> dict[str, str]:
    """An office with the server's accounts beside the shipped pack; the environment that names it and its secrets.

    `port` and `ca_file` are where its mail server answers: the proxy's, or Dovecot's own.
    """
    mailboxes = [
        _mailbox(account, number, server.host, port, ca_file) for number, account in enumerate(server.accounts)
    ]
    file = folder / "configs" / "offices" / f"{OFFICE}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump({"name": "Rig-Amt", "mailboxes": mailboxes}), encoding="utf-8")
    passwords = {f"AMTSBOTE_SECRET_RIG_{number}": server.password(name) for number, name in enumerate(server.accounts)}
    return {"AMTSBOTE_CONFIG": os.pathsep.join([str(shipped()), str(folder / "configs")]), **passwords}


def _mailbox(account: str, number: int, host: str, port: int, ca_file: Path) -> dict[str, Any]:
    place = {"host": host, "port": port, "ca_file": str(ca_file)}
    return {"account": account, "user": account, "secret": f"rig-{number}", **place}
