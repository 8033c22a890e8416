"""The gate: a loopback proxy through which one browser context reaches its target system, and nothing else."""

from __future__ import annotations

import base64
import contextlib
import secrets
import socket
import ssl
import threading
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from bots.gate.certificate import ThrowAwayKey
from bots.gate.exchange import Exchange
from bots.gate.guard import Guard, Passage
from bots.gate.upstream import Origin, Upstream
from casework.configuration.masks import RequestSign
from casework.words.work import Departure

_CONNECT_S = 10.0
_STRANGERS = 32
"""Connections at most that have not shown the credential: a browser shows it within a moment, nobody else can."""


class Gate:
    """One listener with one random credential. Use as a context manager, or call `start` and `close`."""

    def __init__(
        self,
        *,
        hosts: Iterable[str],
        commits: Collection[RequestSign],
        harmless: Collection[RequestSign] = (),
        key: ThrowAwayKey | None = None,
        trust: ssl.SSLContext | None = None,
        longest_request_s: float = 60.0,
        relays_websockets: bool = False,
    ) -> None:
        """`hosts` are `host:port` or URLs; `trust` verifies the target system; times in seconds."""
        self.commits = tuple(commits)
        self.harmless = tuple(harmless)
        self.guard = Guard()
        self.key = key or ThrowAwayKey()
        self.relays_websockets = relays_websockets
        self.username = "amtsbote"
        self.password = secrets.token_urlsafe(24)
        self.authorization = b"Basic " + base64.b64encode(f"{self.username}:{self.password}".encode())
        self._hosts = {_host_and_port(host) for host in hosts}
        self._trust = trust or ssl.create_default_context()
        self._longest_request_s = longest_request_s
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._strangers: dict[socket.socket, None] = {}
        self._lock = threading.Lock()

    def start(self) -> None:
        """Listen on a free loopback port."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        threading.Thread(target=self._accept, args=(self._listener,), name="gate", daemon=True).start()

    @property
    def address(self) -> str:
        """`http://127.0.0.1:PORT`, what the browser takes as its proxy."""
        if self._listener is None:
            raise RuntimeError("the gate is not listening: start it first")
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Stop listening and cut every connection."""
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        with self._lock:
            open_now, self._open = self._open, set()
        for sock in open_now:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Gate:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def arm(self, departure: Departure, *, signs: Collection[str]) -> None:
        """Open for one commit with one of these sign names; `departure` is asked before it leaves."""
        self.guard.arm(departure, signs=signs)

    def disarm(self) -> Passage:
        """Close again. From now on a commit that was not forwarded can never leave."""
        return self.guard.disarm()

    def knows(self, host: str, port: int) -> bool:
        """Whether this is a host of the target system."""
        return (host.strip("[]").lower(), port) in self._hosts

    def connect(self, origin: Origin) -> Upstream:
        """A fresh connection to the target system. Raises `Trouble`."""
        return Upstream(origin, trust=self._trust, connect_s=_CONNECT_S, answer_s=self._longest_request_s)

    def let_in(self, sock: socket.socket) -> None:
        """This connection has shown the credential."""
        with self._lock:
            self._strangers.pop(sock, None)

    def replace_socket(self, plain: socket.socket, wrapped: socket.socket) -> None:
        """Remember the TLS socket in place of the plain one it took over."""
        with self._lock:
            self._open.discard(plain)
            self._open.add(wrapped)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(sock)
                self._strangers[sock] = None
                too_long_here = next(iter(self._strangers)) if len(self._strangers) > _STRANGERS else None
            if too_long_here is not None:
                self._turn_away(too_long_here)
            threading.Thread(target=self._serve, args=(sock,), name="gate connection", daemon=True).start()

    def _turn_away(self, stranger: socket.socket) -> None:
        """The oldest goes, not the newest: so who only holds connections never keeps the browser out."""
        self.let_in(stranger)
        with contextlib.suppress(OSError):
            stranger.shutdown(socket.SHUT_RDWR)

    def _serve(self, sock: socket.socket) -> None:
        exchange = Exchange(self, sock)
        try:
            exchange.serve()
        finally:
            with self._lock:
                self._strangers.pop(sock, None)
                self._open = {known for known in self._open if known.fileno() >= 0}


def _host_and_port(host: str) -> tuple[str, int]:
    url = urlsplit(host if "//" in host else f"//{host}")
    if not url.hostname:
        raise ValueError(f"{host!r} names no host")
    return url.hostname.lower(), url.port or (443 if url.scheme == "https" else 80)
