"""A threaded HTTP/1.1 server with keep-alive whose sockets the faults can reach (reset, close, 408)."""

from __future__ import annotations

import itertools
import os
import socket
import socketserver
import ssl
import struct
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Protocol

from demo.targets.messages import Request, Response


class Application(Protocol):
    """A function from request to response whose pages have one character set."""

    charset: str

    def __call__(self, request: Request, /) -> Response:
        """Answer one request."""


IDLE_SECONDS = 75.0
_LINGER_ZERO = struct.pack("ii", 1, 0)


class HangUpError(Exception):
    """The request gets no answer: the connection ends by `how` ("reset" sends RST, "close" sends FIN)."""

    def __init__(self, how: str) -> None:
        super().__init__(f"the connection ends by {how}")
        self.how = how


class TargetServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Serves one application on `host:port`; with a certificate by TLS. Port 0 takes a free port."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], application: Application, *, tls: ssl.SSLContext | None) -> None:
        self.application = application
        self.tls = tls
        self.numbers = itertools.count(1)
        super().__init__(address, _Connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Broken connections are everyday; anything else is printed by the base class."""
        import sys

        if not isinstance(sys.exc_info()[1], ConnectionError | ssl.SSLError | TimeoutError):
            super().handle_error(request, client_address)


def tls_context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """Server side TLS with `certificate` (PEM; may contain the key)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Microsoft-IIS/6.0"
    sys_version = ""
    timeout = IDLE_SECONDS
    server: TargetServer

    def setup(self) -> None:
        if self.server.tls is not None:
            self.request.settimeout(self.timeout)
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.number = next(self.server.numbers)
        self.index = 0
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:
        """No access log: requests carry personal data, `received_posts` counts what matters."""

    def _serve(self) -> None:
        self.index += 1
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        request = Request.read(
            self.command,
            self.path,
            {name.lower(): value for name, value in self.headers.items()},
            body,
            charset=self.server.application.charset,
            connection=self.number,
            index=self.index,
        )
        try:
            self._answer(self.server.application(request))
        except HangUpError as end:
            self._hang_up(end.how)

    def _answer(self, response: Response) -> None:
        charset = self.server.application.charset
        content = response.content(charset)
        self.send_response(response.status)
        suffix = "" if isinstance(response.body, bytes) else f"; charset={charset}"
        self.send_header("Content-Type", response.content_type + suffix)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-cache, no-store")
        for name, value in response.headers:
            self.send_header(name, value)
            if name == "Connection" and value == "close":
                self.close_connection = True
        self.end_headers()
        self.wfile.write(content)

    def _hang_up(self, how: str) -> None:
        self.close_connection = True
        if how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        # detach: rfile and wfile still hold the socket, only closing the descriptor ends it now
        os.close(self.connection.detach())
