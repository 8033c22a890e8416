"""A TCP proxy on loopback that cuts the line after a number of bytes from the server."""

from __future__ import annotations

import select
import socket
import threading
from types import TracebackType


class CuttingProxy:
    """Forwards to (host, port); `cut_after` bytes from the server, each connection is cut (None: never)."""

    host = "127.0.0.1"

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server((self.host, 0))
        self._listener.settimeout(0.1)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._listen)]
        self.port = int(self._listener.getsockname()[1])
        self.cut_after: int | None = None
        self.cuts = 0

    def __enter__(self) -> CuttingProxy:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=self._forward, args=(client, self.cut_after))
            self._threads.append(thread)
            thread.start()

    def _forward(self, client: socket.socket, left: int | None) -> None:
        with client, socket.create_connection(self._target) as server:
            while not self._stop.is_set():
                for source in select.select([client, server], [], [], 0.1)[0]:
                    size = 65536 if left is None or source is client else left
                    data = self._read(source, size)
                    if not data:
                        return
                    if source is server and left is not None:
                        left -= len(data)
                    (server if source is client else client).sendall(data)
                    if left == 0:
                        self.cuts += 1
                        return

    def _read(self, source: socket.socket, size: int) -> bytes:
        try:
            return source.recv(size)
        except ConnectionError:
            return b""
