"""What the mail server of a demo world serves: the file `mailserver.json` in its folder."""

from __future__ import annotations

import ctypes
import json
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from casework.words.errors import AmtsboteError
from demo.mailserver.gateway import GatewayRules
from demo.mailserver.listening import HOST
from demo.mailserver.passwords import Passwords

PLAN = "mailserver.json"
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class MailserverPlan:
    """`{"authserv_id": …, "mailboxes": {address: account}, "senders": {login: [domain, …]}, "writers": {login:
    address}}`; the writers send answers from their address."""

    rules: GatewayRules
    writers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def make(
        cls,
        *,
        authserv_id: str,
        mailboxes: Mapping[str, str],
        senders: Mapping[str, tuple[str, ...]],
        writers: Mapping[str, str] | None = None,
    ) -> MailserverPlan:
        """A plan from its parts; addresses are compared without regard to case."""
        lower = {address.lower(): account for address, account in mailboxes.items()}
        return cls(GatewayRules(authserv_id=authserv_id, mailboxes=lower, senders=dict(senders)), dict(writers or {}))

    @classmethod
    def read(cls, folder: Path) -> MailserverPlan:
        """The plan that `write` left in the folder."""
        path = folder / PLAN
        try:
            plan = json.loads(path.read_text())
            senders = {login: tuple(domains) for login, domains in plan["senders"].items()}
            return cls.make(
                authserv_id=plan["authserv_id"], mailboxes=plan["mailboxes"], senders=senders, writers=plan["writers"]
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise AmtsboteError(f"{path}: cannot be read as plan of the mail server ({error!r})") from None

    def write(self, folder: Path) -> None:
        """Write the plan for `python -m demo.mailserver --folder …`."""
        folder.mkdir(parents=True, exist_ok=True)
        plan = {
            "authserv_id": self.rules.authserv_id,
            "mailboxes": dict(self.rules.mailboxes),
            "senders": {login: list(domains) for login, domains in self.rules.senders.items()},
            "writers": dict(self.writers),
        }
        (folder / PLAN).write_text(json.dumps(plan, indent=1))

    @property
    def accounts(self) -> tuple[str, ...]:
        """The Dovecot accounts, in the order first named."""
        return tuple(dict.fromkeys(self.rules.mailboxes.values()))

    def make_passwords(self, folder: Path) -> dict[str, str]:
        """Passwords of the accounts, the sending logins and the writers, made when missing (`passwords.json`)."""
        return Passwords(folder / "passwords.json").make((*self.accounts, *self.rules.senders, *self.writers))

    def known_port(self, folder: Path, server: str) -> int:
        """The port this SMTP server had last time when it is free, else 0."""
        try:
            port = int(json.loads((folder / f"{server}.json").read_text()))
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((HOST, port))
        except (OSError, ValueError):
            return 0
        return port

    def remember_port(self, folder: Path, server: str, port: int) -> None:
        """Keep the port for the next start."""
        (folder / f"{server}.json").write_text(json.dumps(port))


def die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the thread that started us ends, however it ends."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
