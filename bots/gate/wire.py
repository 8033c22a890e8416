"""A socket that speaks HTTP/1.1: h11's events with time limits."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import Any

import h11

_CHUNK = 64 * 1024
_LARGEST_HEAD = 128 * 1024


class Closed(OSError):
    """The other side closed the connection where more had to come."""


class Wire:
    """One connection with its h11 state; `role` is `h11.SERVER` towards the browser, `h11.CLIENT` upstream."""

    def __init__(self, sock: socket.socket, role: type[h11.SERVER] | type[h11.CLIENT]) -> None:
        self.sock = sock
        self.http = h11.Connection(role, max_incomplete_event_size=_LARGEST_HEAD)
        self._ended = False

    def next_event(self, *, deadline: float | None = None) -> Any:
        """The next h11 event; waits for bytes until `deadline` (monotonic seconds), then raises `TimeoutError`.

        Raises `Closed` when the peer ends a message half-way, `h11.RemoteProtocolError` on garbled bytes.
        """
        while True:
            try:
                event = self.http.next_event()
            except h11.RemoteProtocolError as error:
                if self.http.their_state is h11.ERROR and self._ended:
                    raise Closed("the connection was closed half-way") from error
                raise
            if event is not h11.NEED_DATA:
                return event
            self._receive(deadline)

    def _receive(self, deadline: float | None) -> None:
        if deadline is not None:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError("no answer in time")
            self.sock.settimeout(remaining)
        data = self.sock.recv(_CHUNK)
        self._ended = not data
        self.http.receive_data(data)

    def send(self, event: Any) -> None:
        """Put one h11 event on the socket."""
        data = self.http.send(event)
        if data:
            self.sock.sendall(data)

    def close(self) -> None:
        """Close without waiting for the other side."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
