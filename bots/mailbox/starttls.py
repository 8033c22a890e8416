"""STARTTLS (RFC 3501 §6.2.1, RFC 8314): from the clear into TLS, or not at all.

Whoever sits on the line can take STARTTLS out of the server's words, greet us as already logged in, or slip in lines
that would be read as said under TLS. Each ends here, before any login.
"""

from __future__ import annotations

import socket

from casework.words.errors import ConfigurationError
from casework.words.mailbox import MailboxUnreachable

LONGEST_ANSWER_BYTES = 65536


class StarttlsRefused(ConfigurationError):
    """The plain connection could not be upgraded; no login was sent."""


def ask_for_tls(line: socket.socket, where: str) -> None:
    """Read the greeting, ask for STARTTLS; on return the TLS handshake may begin.

    Raises `StarttlsRefused`, `MailboxUnreachable`, OSError.
    """
    talk = _Talk(line, where)
    greeting = talk.read_line()
    if greeting.upper().startswith(b"* PREAUTH"):
        raise StarttlsRefused(f"{where} greets as logged in before TLS (PREAUTH); no login was sent: use security tls")
    if not greeting.upper().startswith(b"* OK"):
        raise MailboxUnreachable("mailbox_unreachable", f"{where} takes no connections now; tried again later")
    told = b" ".join(talk.ask(b"CAPABILITY")).upper().split()
    if b"STARTTLS" not in told:
        raise StarttlsRefused(
            f"{where} offers no STARTTLS, or somebody on the line took it out; no login was sent: use security tls"
        )
    if not talk.ask(b"STARTTLS")[-1].upper().startswith(b"OK"):
        raise StarttlsRefused(f"{where} refuses STARTTLS; no login was sent: use security tls")
    if talk.unread:
        raise StarttlsRefused(
            f"{where} says more before TLS begins than it may (somebody on the line slips words in); no login was sent"
        )


class _Talk:
    """Lines in the clear, one command at a time."""

    def __init__(self, line: socket.socket, where: str) -> None:
        self._line = line
        self._where = where
        self._number = 0
        self.unread = b""

    def ask(self, command: bytes) -> list[bytes]:
        """The untagged answers, then the tagged one without its tag."""
        self._number += 1
        tag = b"s%d " % self._number
        self._line.sendall(tag + command + b"\r\n")
        answers = []
        while not (answer := self.read_line()).startswith(tag):
            answers.append(answer)
        return [*answers, answer.removeprefix(tag)]

    def read_line(self) -> bytes:
        while b"\n" not in self.unread:
            data = self._line.recv(4096)
            if not data or len(self.unread) > LONGEST_ANSWER_BYTES:
                raise MailboxUnreachable("mailbox_unreachable", f"{self._where} hung up before TLS; tried again later")
            self.unread += data
        line, _, self.unread = self.unread.partition(b"\n")
        return line.rstrip(b"\r")
