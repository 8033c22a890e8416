"""A mail server's evil twin: takes IMAPS with a certificate of its own authority, and passes on to Dovecot, or not.

with FaultyProxy(dovecot, folder, plan) as proxy:
    proxy.host, proxy.port, proxy.ca_file
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from demo.mailserver.certificates import Authority
from demo.mailserver.dovecot import HOST, Dovecot
from demo.rigs.mailbox_faults import Plan
from demo.rigs.mailbox_line import FaultyLine

LONGEST_LINE = 8 * 1024 * 1024


@dataclass
class WireFate:
    """Calls `strike` at the `passing`-th time (from 1) that `command` is at that moment (see `mailbox_line.Watch`)."""

    command: str
    moment: str
    passing: int
    strike: Callable[[], object]


class FaultyProxy:
    """Runs in a thread of its own; `commands` counts what clients gave, `fate` is the wire fate in force.

    `broken` are its own errors: with one of them a run proves nothing.
    """

    host = HOST

    def __init__(self, server: Dovecot, folder: Path, plan: Plan) -> None:
        self._server = server
        self._plan = plan
        self.ca_file = folder / "proxy-ca.pem"
        self._own = _own_certificate(folder, self.ca_file)
        self._theirs = ssl.create_default_context(cafile=str(server.ca_file))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="faulty proxy", daemon=True)
        self.port = 0
        self.commands: Counter[str] = Counter()
        self.connections = 0
        self.fate: WireFate | None = None
        self.broken: list[Exception] = []

    def __enter__(self) -> FaultyProxy:
        self._thread.start()
        self._listener = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port = int(self._listener.sockets[0].getsockname()[1])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, HOST, 0, ssl=self._own, limit=LONGEST_LINE)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            server = await asyncio.open_connection(
                self._server.host, self._server.port, ssl=self._theirs, limit=LONGEST_LINE
            )
        except OSError:
            writer.transport.abort()
            return
        try:
            await FaultyLine((reader, writer), server, self._plan, self._watch).run()
        except asyncio.CancelledError:
            return  # the proxy closes; asyncio would print it otherwise
        except Exception as error:
            self.broken.append(error)

    def _watch(self, command: str, moment: str) -> bool:
        self.commands[command] += moment == "before"
        fate = self.fate
        if fate is None or (fate.command, fate.moment) != (command, moment):
            return False
        fate.passing -= 1
        if fate.passing > 0:
            return False
        self.fate = None
        fate.strike()
        return True

    async def _hang_up(self) -> None:
        self._listener.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def _own_certificate(folder: Path, ca_file: Path) -> ssl.SSLContext:
    authority = Authority.create("Rig CA")
    ca_file.write_bytes(authority.pem)
    pair = authority.issue()
    file = folder / "proxy.pem"
    file.write_bytes(pair.certificate + pair.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
