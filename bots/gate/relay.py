"""Relay a WebSocket: after the switch, bytes go both ways unread."""

from __future__ import annotations

import contextlib
import select
import socket

import h11

from bots.gate.upstream import Upstream
from bots.gate.wire import Wire

_CHUNK = 64 * 1024
_DROPPED = frozenset({b"proxy-authorization", b"proxy-connection"})


def relay(browser: Wire, upstream: Upstream, request: h11.Request, target: str) -> None:
    """Pass the upgrade request on and, once the system switches protocols, copy until one side ends."""
    headers = [item for item in request.headers.raw_items() if item[0].lower() not in _DROPPED]
    response = upstream.ask(
        h11.Request(method=request.method, target=target.encode("latin-1"), headers=headers), iter(())
    )
    browser.next_event()
    if response.status_code != 101:
        browser.send(h11.Response(status_code=502, headers=[(b"Content-Length", b"0")]))
        browser.send(h11.EndOfMessage())
        return
    browser.send(h11.InformationalResponse(status_code=101, headers=list(response.headers.raw_items())))
    early, _ = upstream.wire.http.trailing_data
    if early:
        browser.sock.sendall(early)
    _copy_both_ways(browser.sock, upstream.wire.sock)


def _copy_both_ways(one: socket.socket, other: socket.socket) -> None:
    for sock in (one, other):
        sock.settimeout(None)
    with contextlib.suppress(OSError, ValueError):
        while True:
            for sock in _readable(one, other):
                data = sock.recv(_CHUNK)
                if not data:
                    return
                (other if sock is one else one).sendall(data)


def _readable(*socks: socket.socket) -> list[socket.socket]:
    """Those with bytes to read; a TLS socket may hold decrypted bytes that the kernel no longer shows."""
    pending = [sock for sock in socks if getattr(sock, "pending", int)()]
    return pending or select.select(socks, [], [])[0]
