"""What the demo's two SMTP servers share: a port on loopback, served on a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from casework.words.errors import AmtsboteError

HOST = "127.0.0.1"


class CannotListen(AmtsboteError):
    """An SMTP server of the demo could not start."""


class Listener(ABC):
    """An SMTP server; `logins` maps who may log in to their passwords. `with server: server.host, server.port`."""

    host = HOST

    def __init__(self, name: str, *, logins: Mapping[str, str], port: int = 0) -> None:
        self.name = name
        self.port = port
        self._logins = dict(logins)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)

    @abstractmethod
    def _make_protocol(self) -> SMTP:
        """One conversation; it runs in `self._loop`."""

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        except OSError as error:
            self._end_loop()
            raise CannotListen(f"the {self.name} cannot listen on {HOST}:{self.port}: {error.strerror}") from None
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result()
        self._end_loop()

    def _check_login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        login = data.login.decode("utf-8", "replace")
        password = self._logins.get(login)
        known = password is not None and secrets.compare_digest(data.password, password.encode())
        return AuthResult(success=known, handled=False, auth_data=login if known else None)

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._make_protocol, host=HOST, port=self.port)

    async def _hang_up(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*others, return_exceptions=True), 2)

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def content_of(envelope: Envelope) -> bytes:
    """The letter as it came over the wire."""
    content = envelope.content or b""
    return content.encode() if isinstance(content, str) else content
