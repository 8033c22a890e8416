"""ClamAV through its socket: bytes go there in pieces (INSTREAM), one line of verdict comes back (clamd(8)).

`AMTSBOTE_CLAMAV` names the socket: a path, or host:port on this machine. Without it nothing is asked; then only the
signature of EICAR is known here. Only the house has the socket; the children that open files have none.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
from enum import StrEnum

from casework.words.errors import ConfigurationError, TryAgainLater

SETTING = "AMTSBOTE_CLAMAV"
SECONDS = 120.0
"""How long clamd may be silent."""
_PIECE = 1 << 16
_LONGEST_ANSWER = 4096


class Verdict(StrEnum):
    """What the scanner says of bytes; all but `clean` are reason codes."""

    CLEAN = "clean"
    MALWARE = "malware"
    TOO_LARGE = "too_large"
    UNSCANNED = "not_scanned"


class Scanner:
    """One clamd. Each question is a connection of its own: nothing is left behind when either side ends."""

    def __init__(self, place: str, *, seconds: float = SECONDS) -> None:
        """`place` is a path or host:port. Raises ConfigurationError when the host is not this machine."""
        self.place, self._seconds = place, seconds
        self._address = _address(place)

    @classmethod
    def of_house(cls) -> Scanner | None:
        """The scanner of the environment; None when there is none. Raises ConfigurationError."""
        place = os.environ.get(SETTING, "")
        return cls(place) if place else None

    def version(self) -> str:
        """What clamd calls itself, with the day of its signatures. Raises TryAgainLater."""
        return self._ask(b"zVERSION\0", None)

    def scan(self, data: bytes) -> Verdict:
        """The verdict on these bytes. Raises TryAgainLater when there is none: what was not scanned is not opened.

        A scanner that answers others but has no verdict on this letter will never have one: that is `UNSCANNED`.
        """
        try:
            answer = self._ask(b"zINSTREAM\0", data)
        except TryAgainLater as away:
            if isinstance(away.__cause__, TimeoutError) and self._answers():
                return Verdict.UNSCANNED
            raise
        if answer == "stream: OK":
            return Verdict.CLEAN
        if answer.endswith(" FOUND"):
            return Verdict.MALWARE
        if "size limit exceeded" in answer:
            return Verdict.TOO_LARGE
        if answer.endswith(" ERROR") and self._answers():
            return Verdict.UNSCANNED
        # it hung up: over this very letter, perhaps, so this does not go on for ever
        raise TryAgainLater("not_scanned", f"the virus scanner at {self.place} gave no verdict; look at its log")

    def _answers(self) -> bool:
        try:
            return bool(self.version())
        except TryAgainLater:
            return False

    def _ask(self, command: bytes, data: bytes | None) -> str:
        family = socket.AF_UNIX if isinstance(self._address, str) else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_STREAM) as line:
                line.settimeout(self._seconds)
                line.connect(self._address)
                line.sendall(command)
                if data is not None:
                    _send(line, data)
                return _answer(line)
        except OSError as error:
            said = error.strerror or "no answer in time"
            message = f"the virus scanner at {self.place} does not answer ({said}); start clamd, or mend {SETTING}"
            raise TryAgainLater("virus_scanner_away", message) from error


def _send(line: socket.socket, data: bytes) -> None:
    try:
        for place in range(0, len(data), _PIECE):
            piece = data[place : place + _PIECE]
            line.sendall(struct.pack(">I", len(piece)) + piece)
        line.sendall(struct.pack(">I", 0))
    except (BrokenPipeError, ConnectionResetError):
        return  # clamd stops listening when it has seen too much; its answer is there to be read


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < _LONGEST_ANSWER:
        piece = line.recv(_LONGEST_ANSWER)
        if not piece:
            break
        said += piece
    return said.rstrip(b"\0\n").decode("utf-8", "replace").strip()


def _address(place: str) -> str | tuple[str, int]:
    if place.startswith("/"):
        return place
    host, _, port = place.rpartition(":")
    try:
        if port.isdecimal() and ipaddress.IPv4Address("127.0.0.1" if host == "localhost" else host).is_loopback:
            return ("127.0.0.1" if host == "localhost" else host, int(port))
    except ipaddress.AddressValueError:
        port = ""
    raise ConfigurationError(
        f"{SETTING}={place} is no socket of this machine; give a path like /run/clamav/clamd.ctl, or 127.0.0.1:3310"
    )
