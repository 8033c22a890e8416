"""Who connects to the outside: the sockets of a process and all below it, looked at while they live."""

from __future__ import annotations

import ipaddress
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from amtsbote.processes import descendants

LOOK_SECONDS = 0.05
TABLES = ("tcp", "tcp6", "udp", "udp6")
# Chromium asks the kernel whether there is a way into IPv6 by binding a datagram socket to this far end for an
# instant; it sends nothing through it, and no switch turns the question off
ROUTE_QUESTION = "udp6 2001:4860:4860::8888:443"


class OutgoingWatch:
    """Collects the far ends, other than loopback, that the process `pid` and its descendants speak to."""

    def __init__(self, pid: int) -> None:
        self.seen: set[str] = set()
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            foreign = dict(_foreign())
            if foreign:
                mine = {inode for pid in (self._pid, *descendants(self._pid)) for inode in _inodes(pid)}
                self.seen |= {end for inode, end in foreign.items() if inode in mine} - {ROUTE_QUESTION}


def _foreign() -> Iterator[tuple[str, str]]:
    """Inode and far end of every socket of this machine that leads elsewhere."""
    for table in TABLES:
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            columns = line.split()
            host, port = columns[2].split(":")
            address = _address(host)
            if int(port, 16) and not (address.is_loopback or address.is_unspecified):
                yield columns[9], f"{table} {address}:{int(port, 16)}"


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The kernel writes addresses as hexadecimal words in the machine's byte order."""
    raw = b"".join(socket.htonl(int(text[at : at + 8], 16)).to_bytes(4, "big") for at in range(0, len(text), 8))
    address = ipaddress.ip_address(raw)
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def _inodes(pid: int) -> Iterator[str]:
    folder = f"/proc/{pid}/fd"
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        try:
            target = os.readlink(f"{folder}/{name}")
        except OSError:
            continue
        if target.startswith("socket:["):
            yield target[8:-1]
