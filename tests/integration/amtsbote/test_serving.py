from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

PROGRAM = """
import sys
from amtsbote import serving
serving.HEAD_SECONDS, serving.REQUEST_SECONDS, serving.THREADS = 1.0, 2.0, 4
def application(surroundings, start):
    body = surroundings["wsgi.input"].read()
    start("200 OK", [("Content-Length", "2")])
    return [b"ok"]
serving.Console(lambda: application, bind=sys.argv[1]).run()
"""
HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: x\r\nX: "
HALF_A_BODY = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        number: int = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-c", PROGRAM, f"127.0.0.1:{number}"])
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and server.poll() is None:
            try:
                if _asks(number):
                    break
            except ConnectionRefusedError:
                time.sleep(0.05)
        yield number
    finally:
        server.terminate()
        server.wait(20)


def _asks(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return sock.recv(100).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("half", [HALF_A_HEAD, HALF_A_BODY])
def test_slow_senders_hold_no_thread_for_long(port: int, half: bytes) -> None:
    slow = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(8)]
    for sock in slow:
        sock.sendall(half)
    started = time.monotonic()
    assert _asks(port)
    assert time.monotonic() - started < 15
    for sock in slow:
        sock.close()
