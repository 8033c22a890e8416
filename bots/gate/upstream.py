"""The gate's own connections to the target system: verified, HTTP/1.1, time-limited."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import h11

from bots.gate.wire import Closed, Wire

_HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-connection proxy-authorization te trailer transfer-encoding upgrade expect".split()
)
_REPEATED_BY_BROWSERS = frozenset({408, 421, 425})


class Trouble(Exception):
    """No usable answer; `kind` is one of `unreachable untrusted reset closed timeout garbled status_408 …`."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


@dataclass(frozen=True)
class Origin:
    """A host of the target system."""

    host: str
    port: int
    tls: bool


class Upstream:
    """One connection to an origin. A method raises `Trouble` and never sends anything a second time."""

    def __init__(self, origin: Origin, *, trust: ssl.SSLContext, connect_s: float, answer_s: float) -> None:
        self.origin = origin
        self._answer_s = answer_s
        try:
            sock = socket.create_connection((origin.host, origin.port), timeout=connect_s)
        except OSError as error:
            raise Trouble("unreachable") from error
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if origin.tls:
            try:
                sock = trust.wrap_socket(sock, server_hostname=origin.host)
            except ssl.SSLCertVerificationError as error:
                sock.close()
                raise Trouble("untrusted") from error
            except OSError as error:
                sock.close()
                raise Trouble("unreachable") from error
        self.wire = Wire(sock, h11.CLIENT)
        self.asked = 0

    @property
    def reusable(self) -> bool:
        """Whether another request may go over this connection: kept alive, and nothing arrived unasked."""
        if self.wire.http.our_state is not h11.IDLE:
            return False
        try:
            return not select.select([self.wire.sock], [], [], 0)[0]
        except (OSError, ValueError):
            return False

    def ask(self, request: h11.Request, body: Iterable[bytes]) -> h11.Response:
        """Send one request and wait for the head of the answer."""
        self.asked += 1
        deadline = time.monotonic() + self._answer_s
        with _named_trouble():
            self.wire.sock.settimeout(self._answer_s)
            # a server may answer before it has read everything: its answer counts, our broken pipe does not
            with contextlib.suppress(ConnectionError):
                self._send(request, body)
            event = self.wire.next_event(deadline=deadline)
            while isinstance(event, h11.InformationalResponse) and event.status_code != 101:
                event = self.wire.next_event(deadline=deadline)
        if not isinstance(event, h11.Response | h11.InformationalResponse):
            raise Trouble("closed")
        if event.status_code in _REPEATED_BY_BROWSERS or event.status_code == 407:
            raise Trouble(f"status_{event.status_code}")
        return event  # type: ignore[return-value]

    def _send(self, request: h11.Request, body: Iterable[bytes]) -> None:
        self.wire.send(request)
        for data in body:
            self.wire.send(h11.Data(data=data))
        self.wire.send(h11.EndOfMessage())

    def body(self) -> Iterator[bytes]:
        """The body of the answer, as it arrives."""
        with _named_trouble():
            while True:
                event = self.wire.next_event(deadline=time.monotonic() + self._answer_s)
                if isinstance(event, h11.Data):
                    yield bytes(event.data)
                else:
                    break
        if self.wire.http.our_state is h11.DONE and self.wire.http.their_state is h11.DONE:
            self.wire.http.start_next_cycle()

    def close(self) -> None:
        """Give the connection up."""
        self.wire.close()


@contextlib.contextmanager
def _named_trouble() -> Iterator[None]:
    """Turn what sockets and h11 raise into `Trouble`."""
    try:
        yield
    except TimeoutError as error:
        raise Trouble("timeout") from error
    except Closed as error:
        raise Trouble("closed") from error
    except OSError as error:
        raise Trouble("reset") from error
    except h11.RemoteProtocolError as error:
        raise Trouble("garbled") from error


def forwarded_headers(headers: Any, *, body_of_known_size: int | None = None) -> list[tuple[bytes, bytes]]:
    """The end-to-end headers, in their own spelling; `body_of_known_size` replaces the framing."""
    named_by_connection = {
        token.strip().lower() for name, value in headers if name.lower() == b"connection" for token in value.split(b",")
    }
    kept = [
        (name, value)
        for name, value in headers.raw_items()
        if name.lower() not in _HOP_BY_HOP and name.lower() not in named_by_connection - {b"close", b"keep-alive"}
    ]
    if body_of_known_size is not None:
        kept = [item for item in kept if item[0].lower() != b"content-length"]
        kept.append((b"Content-Length", str(body_of_known_size).encode()))
    return kept


def rebuilt(request: h11.Request, target: str, size: int | None) -> h11.Request:
    """The request as it goes upstream: origin form, end-to-end headers, our own framing."""
    headers = forwarded_headers(request.headers, body_of_known_size=size)
    chunked = any(name == b"transfer-encoding" for name, _ in request.headers)
    if size is None and chunked:
        headers.append((b"Transfer-Encoding", b"chunked"))
    return h11.Request(method=request.method, target=target.encode("latin-1"), headers=headers)
