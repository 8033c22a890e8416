"""The offices' outgoing mail server: SMTP submission on loopback with STARTTLS, a login per office, and the citizens
as a folder.

What it takes leaves the house: each letter lies as one `.eml` where a citizen would read it.
"""

from __future__ import annotations

import os
import secrets
import ssl
from collections.abc import Collection, Mapping
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from demo.mailserver.certificates import Authority
from demo.mailserver.headers import make_trace
from demo.mailserver.listening import Listener, content_of

LARGEST_ANSWER = 8 * 1024 * 1024


class Outgoing(Listener):
    """The running server: `writers` maps logins to the one address each may write from, `own` are the addresses of the
    offices, to which no answer goes. Letters taken lie below `folder`, a file for each recipient.
    """

    def __init__(
        self,
        folder: Path,
        *,
        hostname: str,
        writers: Mapping[str, str],
        passwords: Mapping[str, str],
        own: Collection[str],
        port: int = 0,
    ) -> None:
        logins = {login: passwords[login] for login in writers}
        super().__init__("outgoing mail server", logins=logins, port=port)
        self._writers = {login: address.lower() for login, address in writers.items()}
        self._own = {address.lower() for address in own} | set(self._writers.values())
        self._hostname = hostname
        self._citizens = folder / "citizens"
        self._citizens.mkdir(parents=True, exist_ok=True)
        self.ca_file = folder.resolve() / "outgoing-ca.pem"
        self._tls = _certified(self.ca_file, folder / "outgoing-server.pem")

    async def handle_MAIL(  # noqa: N802 - aiosmtpd names its hooks so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.lower() != self._writers[str(session.auth_data)]:
            return "553 5.7.1 this login writes from another address"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.lower() in self._own:
            return "554 5.4.6 mail loop: this is an address of the offices themselves"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        queue_id = secrets.token_hex(6).upper()
        for number, recipient in enumerate(envelope.rcpt_tos, start=1):
            trace = make_trace(
                mailfrom=envelope.mail_from or "", recipient=recipient, helo=str(session.host_name or "unknown"),
                gateway=self._hostname, queue_id=queue_id, protocol="ESMTPSA",
            )  # fmt: skip
            self._hand_over(f"{queue_id}-{number}", trace + content_of(envelope))
        return f"250 2.0.0 OK queued as {queue_id}"

    def _hand_over(self, name: str, letter: bytes) -> None:
        """Whole or not at all: whoever counts the letters sees no half one."""
        new = self._citizens / f".{name}"
        new.write_bytes(letter)
        os.replace(new, self._citizens / f"{name}.eml")

    def _make_protocol(self) -> SMTP:
        return SMTP(
            self, hostname=self._hostname, data_size_limit=LARGEST_ANSWER, tls_context=self._tls,
            require_starttls=True, authenticator=self._check_login, auth_required=True, loop=self._loop,
        )  # fmt: skip


def _certified(ca_file: Path, own: Path) -> ssl.SSLContext:
    """A certificate of a throw-away authority, new at each start; `ca_file` is what a client has to trust."""
    authority = Authority.create()
    pair = authority.issue()
    ca_file.write_bytes(authority.pem)
    own.touch(mode=0o600)
    own.write_bytes(pair.certificate + pair.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    return context
