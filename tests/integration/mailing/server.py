"""A real SMTP server on loopback that takes letters, refuses, hangs up, or has its STARTTLS struck out."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from demo.mailserver.certificates import KeyPair

USER, PASSWORD = "post@amt.example", "geheim-und-gruen-4711"


@dataclass
class Script:
    """What the server does; `letters` are those it took, `said` every command it heard."""

    rcpt: str = "250 OK"
    data: str = "250 2.0.0 OK queued as 4AE81C"
    before_data: str = ""
    mechanisms: tuple[str, ...] = ("PLAIN", "LOGIN")
    drop: str = ""
    """`rcpt`, `data` (before 354) or `dot` (after the final dot, letter taken): hang up there."""
    at: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What else happens there, at `rcpt` or `dot`."""
    letters: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    said: list[bytes] = field(default_factory=list)
    connections: int = 0


class ScriptedSMTP(SMTP):
    """aiosmtpd that listens to its script."""

    def __init__(self, script: Script, *arguments: Any, **options: Any) -> None:
        self._script = script
        super().__init__(*arguments, **options)

    def connection_made(self, transport: Any) -> None:
        if self.transport is None:
            self._script.connections += 1
        super().connection_made(transport)

    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802 - aiosmtpd names its commands so
        self._script.at.get("rcpt", _nothing)()
        if self._script.drop == "rcpt":
            _cut(self)
            return
        await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self._script.drop == "data":
            _cut(self)
            return
        if self._script.before_data:
            await self.push(self._script.before_data)
            return
        await super().smtp_DATA(arg)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        self._script.said.append(b"AUTH " + arg.encode())
        await super().smtp_AUTH(arg)


class MailServer:
    """The running server; `with MailServer(pair, script=Script(), folder=…) as server: server.port`."""

    host = "127.0.0.1"
    _needs_starttls = True

    def __init__(self, pair: KeyPair, *, script: Script, folder: Path, starttls: bool = True, port: int = 0) -> None:
        self.script = script
        self.port = port
        self._starttls = starttls
        self._context = _context(pair, folder)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp", daemon=True)

    def __enter__(self) -> MailServer:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names its hooks so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.script.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.script.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content or b""
        if self.script.data.startswith("2"):
            self.script.letters.append(content.encode() if isinstance(content, str) else content)
            self.script.recipients.append(list(envelope.rcpt_tos))
        self.script.at.get("dot", _nothing)()
        if self.script.drop == "dot":
            _cut(server)
        return self.script.data

    def _check_login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False)

    def _protocol(self) -> SMTP:
        return ScriptedSMTP(
            self.script, self, hostname="mx.amt.example", loop=self._loop, authenticator=self._check_login,
            tls_context=self._context if self._starttls and self._needs_starttls else None,
            auth_required=self._starttls and self._needs_starttls,
            require_starttls=False, auth_require_tls=self._needs_starttls,
            auth_exclude_mechanism={"PLAIN", "LOGIN"} - set(self.script.mechanisms),
        )  # fmt: skip

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._protocol, self.host, self.port)

    async def _hang_up(self) -> None:
        self._server.close()
        await self._server.wait_closed()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _nothing() -> None:
    """What usually happens beside."""


def _cut(server: SMTP) -> None:
    """Hang up in the middle of a word."""
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


def _context(pair: KeyPair, folder: Path) -> ssl.SSLContext:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "server.pem").write_bytes(pair.certificate + pair.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


class TlsMailServer(MailServer):
    """The same with TLS from the first byte (submissions, port 465)."""

    _needs_starttls = False

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._protocol, self.host, self.port, ssl=self._context)
