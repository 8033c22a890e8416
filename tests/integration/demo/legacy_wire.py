"""The target systems without a browser: one raw TCP connection, so that a test sees resets, ends and reuse."""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlencode, urlsplit

PATIENCE_SECONDS = 15.0
INVOICE_FORM = {
    "mandant": "01",
    "krfrei": "Glaserei Ørsted",
    "renr": "G-1",
    "redat": "02.11.2026",
    "whg": "EUR",
    "netto": "100,00",
    "steuer": "19,00",
    "brutto": "119,00",
    "butext": "AB-wire",
}


@dataclass(frozen=True)
class Answer:
    """Status, headers (lower case) and text of a response."""

    status: int
    headers: dict[str, str]
    text: str


class Wire:
    """One connection; requests go over it one after the other. `ended` says how it ended ("reset", "close")."""

    def __init__(self, url: str, *, charset: str = "cp1252", cookie: str = "") -> None:
        self.charset = charset
        self.cookie = cookie
        self.ended = ""
        parts = urlsplit(url)
        self.address = (str(parts.hostname), int(parts.port or 0))
        self.socket = socket.create_connection(self.address, PATIENCE_SECONDS)
        if parts.scheme == "https":
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            self.socket = context.wrap_socket(self.socket)

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def get(self, path: str) -> Answer | None:
        """The answer, or None if the connection ended instead."""
        return self._exchange(f"GET {path} HTTP/1.1\r\n{self._head()}\r\n".encode())

    def post(self, path: str, fields: dict[str, str]) -> Answer | None:
        """The answer to a form, or None if the connection ended instead."""
        body = urlencode(fields, encoding=self.charset).encode()
        head = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        return self._exchange(f"POST {path} HTTP/1.1\r\n{self._head()}{head}\r\n".encode() + body)

    def log_in(self) -> None:
        """As amtsbote01 of Haushaltskasse."""
        answer = self.post("/hk/anmeldung", {"benutzer": "amtsbote01", "kennwort": "Moorwiek-2026"})
        assert answer is not None and answer.status == 302
        self.cookie = answer.headers["set-cookie"].partition(";")[0]

    def book(self, **changed: str) -> Answer | None:
        """Post a filled capture mask of Haushaltskasse with `aktion=Buchen`."""
        fields = {"vorgang": "mask-1", **INVOICE_FORM, "aktion": "Buchen", **changed}
        return self.post("/hk/vorerfassung", fields)

    def _head(self) -> str:
        cookie = f"Cookie: {self.cookie}\r\n" if self.cookie else ""
        return f"Host: {self.address[0]}\r\n{cookie}"

    def _exchange(self, message: bytes) -> Answer | None:
        try:
            self.socket.sendall(message)
            return self._read()
        except ConnectionResetError:
            self.ended = "reset"
            return None

    def _read(self) -> Answer | None:
        data = b""
        while b"\r\n\r\n" not in data:
            if not (more := self.socket.recv(65536)):
                self.ended = "close"
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        while len(body) < int(headers.get("content-length", 0)):
            body += self.socket.recv(65536)
        return Answer(int(lines[0].split()[1]), headers, body.decode(self.charset))


def receipt_of(answer: Answer | None) -> str:
    """The Belegnummer on a receipt page; fails on any other page."""
    assert answer is not None and answer.status == 200
    match = re.search(r"Belegnummer</td><td><b>(\d{4}-\d{8})</b>", answer.text)
    assert match is not None, answer.text
    return match.group(1)
