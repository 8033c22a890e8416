"""A DNS server on loopback for tests: TXT records by name, over UDP; it counts what it was asked."""

from __future__ import annotations

import socket
import threading
from types import TracebackType

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


class DnsServer:
    """`records` maps names to lists of texts; `silent` names are never answered. with DnsServer(…) as server"""

    host = "127.0.0.1"

    def __init__(
        self, records: dict[str, list[str]] | None = None, *, ttl: int = 300, silent: frozenset[str] = frozenset()
    ) -> None:
        self.records, self.ttl, self.silent = records or {}, ttl, silent
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self.host, 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, name="dns", daemon=True)

    def __enter__(self) -> DnsServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
            bell.sendto(b"", (self.host, self.port))
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, asker = self._socket.recvfrom(4096)
            if not data:
                return
            answer = self._answer(dns.message.from_wire(data))
            if answer is not None:
                self._socket.sendto(answer, asker)

    def _answer(self, query: dns.message.Message) -> bytes | None:
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        if name in self.silent:
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        texts = self.records.get(name)
        if texts is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        else:
            quoted = [" ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200)) for text in texts]
            response.answer.append(dns.rrset.from_text_list(question.name, self.ttl, "IN", "TXT", quoted))
        return response.to_wire()
