"""A scripted clamd on a unix socket: the real one would fetch its signatures from outside."""

from __future__ import annotations

import socket
import struct
import threading
from pathlib import Path
from typing import IO

from tests.hostile import EICAR


class ScriptedClamd:
    """Speaks INSTREAM and VERSION on a unix socket; finds EICAR anywhere, and takes no more than `most` bytes."""

    def __init__(self, place: Path, most: int = 1 << 20) -> None:
        self.place, self.most, self.seen = place, most, 0
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(place))
        self._door.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            line, _ = self._door.accept()
            with line, line.makefile("rwb") as stream:
                command = _until_nul(stream)
                if not command:
                    return
                stream.write(self._answer(command, stream) + b"\0")
                stream.flush()

    def _answer(self, command: bytes, stream: IO[bytes]) -> bytes:
        if command == b"zVERSION":
            return b"ClamAV 1.0.3/27000/Mon Nov  2 09:00:00 2026"
        data = b""
        while size := struct.unpack(">I", stream.read(4))[0]:
            data += stream.read(size)
            if len(data) > self.most:
                return b"INSTREAM size limit exceeded. ERROR"
        self.seen = len(data)
        if data.startswith(b"ERROR"):
            return b"stream: Can't allocate memory ERROR"
        return b"stream: Eicar-Signature FOUND" if EICAR in data else b"stream: OK"

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX) as last:
            last.connect(str(self.place))
        self._thread.join()
        self._door.close()


def _until_nul(stream: object) -> bytes:
    said = b""
    while (byte := stream.read(1)) not in (b"", b"\0"):
        said += byte
    return said
