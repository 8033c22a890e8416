"""imaplib2, made safe and quick: TLS as Python's `ssl` does it, STARTTLS before imaplib2 speaks, literals left whole.

imaplib2 by itself verifies no certificate, prints its last commands when something fails, and lets three threads hand
over every line.
"""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
import warnings
from typing import Any

import imaplib2

from bots.mailbox.splitting import ResponseSplitter
from bots.mailbox.starttls import ask_for_tls

CONNECT_SECONDS = 20
POLL_MILLISECONDS = 1000
KEEPALIVE = {socket.TCP_KEEPIDLE: 60, socket.TCP_KEEPINTVL: 20, socket.TCP_KEEPCNT: 3}
"""Seconds of silence, seconds between questions, questions: a dead line is noticed after two minutes even in IDLE."""
LITERAL_BYTES = 1024 * 1024
LIFE = b"+ the line lives"
LIFE_SECONDS = 0.5
UPGRADED = b"* OK the greeting was read before TLS\r\n"


class VerifiedImap(imaplib2.IMAP4_SSL):  # type: ignore[misc]
    """imaplib2 with TLS as Python's `ssl` does it: chain, validity and host name are verified before a byte is sent.

    `starttls`: the connection begins in the clear and is upgraded; nothing but that is said before.
    """

    sock: ssl.SSLSocket

    def __init__(self, host: str, port: int, *, context: ssl.SSLContext, timeout: float, starttls: bool) -> None:
        self._context = context
        self._seconds = timeout
        self._starttls = starttls
        self._tls_lock = threading.Lock()
        self._poll = select.poll()
        self._life_told = 0.0
        self._first_asked = threading.Event()
        super().__init__(host, port, identifier=f"imap {host}", timeout=timeout)

    def open_socket(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=min(CONNECT_SECONDS, self._seconds))

    def ssl_wrap_socket(self) -> None:
        plain: socket.socket = self.sock
        try:
            if self._starttls:
                ask_for_tls(plain, f"{self.host}:{self.port}")
            self.sock = self._context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise
        self.sock.settimeout(0)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in KEEPALIVE.items():
            self.sock.setsockopt(socket.IPPROTO_TCP, option, value)
        self.read_fd = self.sock.fileno()

    def shutdown(self) -> None:
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            self._log(4, "the server hung up first")
        finally:
            self.sock.close()

    @property
    def preauthenticated(self) -> bool:
        """Did the server greet us as somebody whom nobody asked for a password?"""
        return bool(self.state != imaplib2.imaplib2.NONAUTH)

    def _request_push(self, tag: Any = None, name: str | None = None, **kw: Any) -> Any:
        """A request made while the handler thread ends would wait for ever; it is told at once."""
        request = super()._request_push(tag=tag, name=name, **kw)
        self._first_asked.set()
        if self.Terminate and not request.ready.is_set():
            request.abort(self.abort, "connection closed")
        return request

    def send(self, data: bytes) -> None:
        """One thread at a time has the socket: OpenSSL's objects are not made for two (Python locks from 3.13 on).

        And none waits with it: a reader that waited for the next letter would keep the writer from asking for it.
        """
        if self.idle_rqb is None:
            self.idle_timeout = None  # imaplib2 sets it before the server has said that it idles
        self.inq.put(LIFE)  # from now on an answer is due: the handler counts its seconds anew
        rest = memoryview(data)
        deadline = time.monotonic() + self._seconds
        while rest:
            try:
                with self._tls_lock:
                    rest = rest[self.sock.send(rest) :]
            except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
                if time.monotonic() > deadline:
                    raise TimeoutError from None
                select.select([], [self.read_fd], [], 1)

    def _reader(self) -> None:
        """imaplib2's reading thread, which here understands what it reads as well.

        imaplib2 hands every line to a handler thread. Without that hand-over, and with literals left whole, letters of
        50 kB come several times faster; the handler is only told that the line lives, for its time-outs.
        """
        threading.current_thread().name = f"{self.identifier}reader"
        splitter = ResponseSplitter()
        self._poll.register(self.read_fd, select.POLLIN)
        self._first_asked.wait(self._seconds)  # until then nobody takes the greeting
        try:
            if self._starttls:
                self._understand(UPGRADED)
            while not self.Terminate:
                self._read_some(splitter)
            self.inq.put(None)
        except Exception as error:  # the thread ends; the handler tells whoever waits for an answer
            self.inq.put((self.abort, f"socket error: {type(error).__name__}"))

    def _read_some(self, splitter: ResponseSplitter) -> None:
        if splitter.literal_left >= self.read_size:
            self._read_literal(splitter)
            return
        buffer = bytearray(self.read_size)
        size = self._receive(memoryview(buffer))
        for piece in splitter.feed(bytes(buffer[:size])):
            self._understand(piece)

    def _read_literal(self, splitter: ResponseSplitter) -> None:
        """The literal, or a large part of it, in one piece."""
        piece = memoryview(bytearray(min(splitter.literal_left, LITERAL_BYTES)))
        filled = 0
        while filled < len(piece) and not self.Terminate:
            size = self._receive(piece[filled:])
            if size:
                filled += size
                self._tell_life()
        splitter.pass_by(filled)
        self._understand(bytes(piece[:filled]))

    def _receive(self, buffer: memoryview) -> int:
        """So many bytes came; 0 after a second without any. Readable is not enough: it may be for TLS's own sake."""
        try:
            with self._tls_lock:
                size = self.sock.recv_into(buffer)
        except ssl.SSLWantReadError:
            self._poll.poll(POLL_MILLISECONDS)
            return 0
        if not size:
            raise ConnectionResetError
        return size

    def _understand(self, piece: bytes) -> None:
        self._tell_life()
        super()._put_response(piece)

    def _tell_life(self) -> None:
        now = time.monotonic()
        if now - self._life_told > LIFE_SECONDS:
            self._life_told = now
            self.inq.put(LIFE)

    def _put_response(self, resp: bytes) -> None:
        """The handler's: nothing but signs of life comes to it."""
        if resp is not LIFE:
            super()._put_response(resp)

    def _append_untagged(self, typ: str, dat: Any) -> None:
        """As imaplib2 does it, which describes every answer for a log that nobody keeps: half of all the time."""
        with self.commands_lock:
            if not self.untagged_responses or self.untagged_responses[-1][0] != typ:
                self.untagged_responses.append([typ, []])
            self.untagged_responses[-1][1].append(b"" if dat is None else dat)

    def _get_untagged_response(self, name: str, leave: bool = False) -> list[Any] | None:
        with self.commands_lock:
            for index, (kind, data) in enumerate(self.untagged_responses):
                if kind == name:
                    if not leave:
                        del self.untagged_responses[index]
                    return list(data)
        return None

    def _untagged_response(self, typ: str, dat: Any, name: str) -> tuple[str, Any]:
        if typ == "NO":
            return typ, dat
        data: list[Any] = []
        while more := self._get_untagged_response(name):
            data += more
        return typ, data or [None]

    def _print_log(self) -> None:
        """imaplib2 prints its last commands, password included, when something fails; never here."""


def silence_imaplib2() -> None:
    """Ignore the DeprecationWarnings of imaplib2's own module (setDaemon, currentThread), nobody else's.

    Called for every connection, because test runners reset the filters and warnings as errors would kill its threads.
    """
    warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"imaplib2\.imaplib2\Z")
