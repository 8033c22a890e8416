from __future__ import annotations

import os
import socket
import subprocess
import sys

from amtsbote.processes import wait_until
from tests.outgoing import OutgoingWatch, _address

# an address for documentation (RFC 5737); a datagram socket is only aimed, nothing is sent
AIM = "import socket, sys; s = socket.socket(type=socket.SOCK_DGRAM); s.connect(('192.0.2.1', 9)); sys.stdin.read()"


def test_a_socket_that_leads_elsewhere_is_seen() -> None:
    with subprocess.Popen([sys.executable, "-c", AIM], stdin=subprocess.PIPE) as leaving:
        with OutgoingWatch(os.getpid()) as watch:
            wait_until(lambda: bool(watch.seen), seconds=20)
        leaving.communicate()
    assert watch.seen == {"udp 192.0.2.1:9"}


def test_loopback_is_no_outside() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        OutgoingWatch(os.getpid()) as watch,
        socket.create_connection(server.getsockname()),
    ):
        assert not wait_until(lambda: bool(watch.seen), seconds=0.3)


def test_addresses_are_read_as_the_kernel_writes_them() -> None:
    assert [str(_address(text)) for text in ("0100007F", "010200C0")] == ["127.0.0.1", "192.0.2.1"]
    assert str(_address("0000000000000000FFFF00000100007F")) == "127.0.0.1"
