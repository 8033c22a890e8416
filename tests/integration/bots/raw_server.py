"""A server on bare sockets that misbehaves as told and counts what it read to the end."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Seen:
    """One request as the server read it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = field(repr=False)


class RawServer:
    """Answers by path: `/reset`, `/close`, `/408` … after reading the whole request; anything else from `pages`."""

    def __init__(self, pages: dict[str, str], *, tls: ssl.SSLContext | None = None) -> None:
        self.pages = pages
        self.seen: list[Seen] = []
        self.connections = 0
        self.released = threading.Event()
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def counted(self, method: str) -> Counter[str]:
        """How often each path was read with this method."""
        return Counter(seen.target.partition("?")[0] for seen in self.seen if seen.method == method)

    def close(self) -> None:
        self.released.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(sock)
            self.connections += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            if self._tls:
                sock = self._tls.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            stream = sock.makefile("rb")
            while self._one(sock, stream):
                pass
        sock.close()

    def _one(self, sock: socket.socket, stream) -> bool:  # type: ignore[no-untyped-def]
        line = stream.readline().decode("latin-1").split()
        if len(line) != 3:
            return False
        headers: dict[str, str] = {}
        while (raw := stream.readline().decode("latin-1").strip()) != "":
            name, _, value = raw.partition(":")
            headers[name.lower()] = value.strip()
        body = _read_body(stream, headers)
        self.seen.append(Seen(line[0], line[1], headers, body))
        return self._answer(sock, line[0], line[1].partition("?")[0])

    def _answer(self, sock: socket.socket, method: str, path: str) -> bool:
        if path == "/reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if path == "/close":
            return False
        if path == "/silent":
            self.released.wait(30)
            return False
        if path == "/cut":
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
            return False
        if path in ("/408", "/421", "/425"):
            return _send(sock, f"{path[1:]} Whatever", "again?")
        if path in ("/307", "/302", "/308"):
            return _send(sock, f"{path[1:]} Moved", "", location="/target")
        if path == "/slow":
            self.released.wait(1.5)
        return _send(sock, "200 OK", self.pages.get(path, f"<h1>{method} {path}</h1>"))


def _read_body(stream, headers: dict[str, str]) -> bytes:  # type: ignore[no-untyped-def]
    if "chunked" not in headers.get("transfer-encoding", ""):
        return stream.read(int(headers.get("content-length", "0")))
    body = b""
    while size := int(stream.readline(), 16):
        body += stream.read(size)
        stream.readline()
    stream.readline()
    return body


def _send(sock: socket.socket, status: str, page: str, *, location: str = "") -> bool:
    data = page.encode()
    extra = f"Location: {location}\r\n" if location else ""
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(data)}\r\n{extra}\r\n"
    sock.sendall(head.encode() + data)
    return True
