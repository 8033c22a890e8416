"""One connection through the faulty proxy: IMAP read line by line and literal by literal on both sides."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from demo.rigs.mailbox_faults import IN_LITERAL, INSTEAD, LOGIN, Fault, Plan

COMMAND = re.compile(rb"([A-Za-z0-9]+) (UID )?([A-Za-z]+)")
LITERAL = re.compile(rb"\{(\d+)\+?\}\r\n\Z")
PIECE = 65536
SLOW_BYTES, SLOW_SECONDS = 300, 0.001
TWICE_BYTES = 200_000
PATIENCE = 5
"""A fault whose command does not come within so many others is given up for another one."""
UNASKED = b"* OK [ALERT] Wartung heute Abend\r\n* 1 FETCH (FLAGS (\\Seen))\r\n"
GARBAGE = b"* 7 FETCH (UID \xff\xfe {nonsense\r\n* \r\n"

Watch = Callable[[str, str], bool]
"""Told (command, moment) at the moments `before`, `sent`, `answered` and `after`; True when the client was killed."""


class HangUp(Exception):
    """The line ends here, on purpose."""


@dataclass
class Pending:
    """A command that waits for its answer, and what is to happen to that."""

    tag: bytes
    name: str
    fault: Fault | None
    heard: int = 0
    struck: bool = False


class FaultyLine:
    """Forwards between a client and the server until one of them, or the plan, ends it."""

    def __init__(
        self,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        plan: Plan,
        watch: Watch,
    ) -> None:
        self._from_client, self._to_client = client
        self._from_server, self._to_server = server
        self._plan = plan
        self._watch = watch
        self._fault: Fault | None = None
        self._waited = 0
        self._pending: deque[Pending] = deque()

    async def run(self) -> None:
        """Until the line ends; both ends are closed without ceremony."""
        ways = [asyncio.create_task(self._commands()), asyncio.create_task(self._answers())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            ended = await asyncio.gather(*ways, return_exceptions=True)
            for writer in (self._to_client, self._to_server):
                writer.transport.abort()
        for error in ended:
            if isinstance(error, Exception) and not isinstance(error, HangUp | OSError | EOFError):
                raise error

    async def _commands(self) -> None:
        inside = False
        while line := await self._from_client.readline():
            found = None if inside else COMMAND.match(line)
            if found:
                await self._command(found.group(1), ((found.group(2) or b"") + found.group(3)).decode().upper(), line)
            else:
                await _send(self._to_server, line)
            literal = LITERAL.search(line)
            inside = literal is not None
            async for piece in _pieces(self._from_client, int(literal.group(1)) if literal else 0):
                await _send(self._to_server, piece)

    async def _command(self, tag: bytes, name: str, line: bytes) -> None:
        self._plan.see(name)
        if self._watch(name, "before"):
            raise HangUp
        fault = self._due(name)
        if fault is not None and fault.name in INSTEAD:
            self._plan.hit(fault)
            await self._refuse(fault.name, tag)
            return
        self._pending.append(Pending(tag, name, fault))
        await _send(self._to_server, line)
        self._watch(name, "sent")

    def _due(self, name: str) -> Fault | None:
        """The fault that is to strike this command, if it does."""
        if self._fault is None or self._waited == PATIENCE:
            self._fault, self._waited = self._plan.draw(), 0
        self._waited += 1
        if self._fault is None or self._fault.command != name:
            return None
        fault, self._fault = self._fault, None
        return fault

    async def _refuse(self, name: str, tag: bytes) -> None:
        """Answer in the server's place, which never hears of the command."""
        if name == "bye":
            await _send(self._to_client, b"* BYE Wartung\r\n")
        if name in ("bye", "drop_before"):
            raise HangUp
        await _send(
            self._to_client, tag + (b" NO [UNAVAILABLE] spaeter\r\n" if name == "refused_no" else b" BAD was?\r\n")
        )

    async def _answers(self) -> None:
        while line := await self._from_server.readline():
            pending = self._pending[0] if self._pending else None
            if pending is not None and line.startswith(pending.tag + b" "):
                self._pending.popleft()
                await self._ended(pending, line)
            elif pending is not None and pending.fault is not None:
                await self._struck(pending, pending.fault, line)
            else:
                await self._pass_on(line)

    async def _ended(self, pending: Pending, line: bytes) -> None:
        """The tagged line: the server has done what it was told."""
        self._watch(pending.name, "answered")
        fault = pending.fault
        await (self._pass_on(line) if fault is None else self._struck_end(pending, fault, line))
        self._watch(pending.name, "after")

    async def _struck_end(self, pending: Pending, fault: Fault, line: bytes) -> None:
        name = fault.name
        if name in IN_LITERAL:
            return await self._pass_on(line)  # there was no literal to strike
        self._note(pending, fault)
        if name in ("drop_unanswered", "drop_in_answer"):
            raise HangUp
        if name == "stall":
            await _for_ever()
        if name == "done_but_no" and pending.name not in LOGIN:
            line = pending.tag + b" NO [SERVERBUG] Internal error\r\n"
        if name == "garbage":
            line = GARBAGE + line
        if name == "unasked_answers":
            line = UNASKED + line
        await (_send_slowly if name == "slow" else _send)(self._to_client, line)
        if name == "drop_after_answer":
            raise HangUp
        return None

    async def _struck(self, pending: Pending, fault: Fault, line: bytes) -> None:
        """An untagged answer, or the server's "+", to a command that is being struck."""
        pending.heard += 1
        if fault.name in ("drop_unanswered", "stall") or (fault.name == "drop_in_answer" and pending.heard > 1):
            self._note(pending, fault)
            await self._rest(line, None)
        elif fault.name in IN_LITERAL and LITERAL.search(line):
            await self._strike_literal(fault, line)
        elif fault.name == "answers_twice" and line.startswith(b"* ") and b"EXPUNGE" not in line:
            whole = await self._whole(line)
            await _send(self._to_client, whole if len(whole) > TWICE_BYTES else whole + whole)
        elif fault.name == "slow":
            await _send_slowly(self._to_client, line)
            await self._rest(line, self._to_client)
        else:
            await self._pass_on(line)

    async def _strike_literal(self, fault: Fault, line: bytes) -> None:
        self._plan.hit(fault)
        size = int(_found(line))
        await _send(self._to_client, line)
        async for piece in _pieces(self._from_server, size // 2):
            await _send(self._to_client, piece)
        if fault.name == "stall_in_literal":
            await _for_ever()
        raise HangUp

    async def _pass_on(self, line: bytes) -> None:
        await _send(self._to_client, line)
        await self._rest(line, self._to_client)

    def _note(self, pending: Pending, fault: Fault) -> None:
        if not pending.struck:
            pending.struck = True
            self._plan.hit(fault)

    async def _whole(self, line: bytes) -> bytes:
        """The answer with its literals, in memory."""
        kept = [line]
        while literal := LITERAL.search(kept[-1]):
            kept += [piece async for piece in _pieces(self._from_server, int(literal.group(1)))]
            kept.append(await self._from_server.readline())
        return b"".join(kept)

    async def _rest(self, line: bytes, to: asyncio.StreamWriter | None) -> None:
        """The literals after a line and the lines that go on after them."""
        while literal := LITERAL.search(line):
            async for piece in _pieces(self._from_server, int(literal.group(1))):
                if to is not None:
                    await _send(to, piece)
            line = await self._from_server.readline()
            if to is not None:
                await _send(to, line)


def _found(line: bytes) -> bytes:
    found = LITERAL.search(line)
    return found.group(1) if found else b"0"


async def _pieces(reader: asyncio.StreamReader, size: int) -> AsyncIterator[bytes]:
    while size:
        piece = await reader.read(min(size, PIECE))
        if not piece:
            raise EOFError
        size -= len(piece)
        yield piece


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


async def _send_slowly(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Byte by byte at first; then the rest, so that it ends."""
    for position in range(min(len(data), SLOW_BYTES)):
        await _send(writer, data[position : position + 1])
        await asyncio.sleep(SLOW_SECONDS)
    await _send(writer, data[SLOW_BYTES:])


async def _for_ever() -> None:
    """Hold the line; it ends when the client gives up."""
    await asyncio.Event().wait()
