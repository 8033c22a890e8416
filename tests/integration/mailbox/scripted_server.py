"""A server on loopback, TLS or STARTTLS, that says what the script says and keeps every byte it was told."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from demo.mailserver.certificates import KeyPair

GREETING = b"* OK [CAPABILITY IMAP4rev1] ready\r\n"


class ScriptedServer:
    """`answer(line) -> bytes | None` is asked for every line a client sends; None hangs up.

    `in_the_clear` is asked instead until it has said OK to STARTTLS; `received_clear` is what it was told.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        pair: KeyPair,
        folder: Path,
        answer: Callable[[bytes], bytes | None],
        *,
        greeting: bytes = GREETING,
        in_the_clear: Callable[[bytes], bytes | None] | None = None,
    ) -> None:
        file = folder / "scripted.pem"
        file.write_bytes(pair.certificate + pair.key)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(file)
        self._answer = answer
        self._greeting = greeting
        self._in_the_clear = in_the_clear
        self._listener = socket.create_server((self.host, 0))
        self._listener.settimeout(0.2)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self.port = int(self._listener.getsockname()[1])
        self.received = b""
        self.received_clear = b""
        self.connections = 0

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                plain, _ = self._listener.accept()
            except TimeoutError:
                continue
            self.connections += 1
            with plain:
                plain.settimeout(5)
                try:
                    if self._in_the_clear is not None and not self._talk_clear(plain, self._in_the_clear):
                        continue
                    with self._context.wrap_socket(plain, server_side=True) as line:
                        self._talk(line)
                except OSError:
                    continue  # the client would not talk to us

    def _talk(self, line: ssl.SSLSocket) -> None:
        line.settimeout(0.2)
        if self._in_the_clear is None:
            line.sendall(self._greeting)
        buffer = b""
        while not self._stop.is_set():
            try:
                data = line.recv(65536)
            except TimeoutError:
                continue
            if not data:
                return
            self.received += data
            buffer += data
            while b"\r\n" in buffer:
                command, _, buffer = buffer.partition(b"\r\n")
                reply = self._answer(command)
                if reply is None:
                    return
                line.sendall(reply)

    def _talk_clear(self, line: socket.socket, answer: Callable[[bytes], bytes | None]) -> bool:
        """True when TLS begins."""
        line.sendall(self._greeting)
        while True:
            data = line.recv(65536)
            if not data:
                return False
            self.received_clear += data
            for command in data.split(b"\r\n")[:-1]:
                reply = answer(command)
                if reply is None:
                    return False
                line.sendall(reply)
                if command.upper().endswith(b" STARTTLS") and b" OK" in reply:
                    return True
