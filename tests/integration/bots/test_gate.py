"""The gate on bare sockets: who may use it, what it proves, how it treats the target system."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bots.gate import Gate, exchange
from casework.configuration.masks import RequestSign
from casework.words.work import Permit, Refusal
from tests.integration.bots import certificates
from tests.integration.bots.raw_server import RawServer

BOOK = RequestSign(name="book", path="/*", form={"action": "Buchen"})
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Journal:
    def __init__(self, verdict: Permit | Refusal | Exception | None = None) -> None:
        self.verdict = verdict or Permit()
        self.asked: list[tuple[str, str]] = []

    def may_leave(self, sign: str, digest: str) -> Permit | Refusal:
        self.asked.append((sign, digest))
        if isinstance(self.verdict, Exception):
            raise self.verdict
        return self.verdict


@pytest.fixture
def server() -> Iterator[RawServer]:
    server = RawServer({})
    yield server
    server.close()


@pytest.fixture
def gate(server: RawServer) -> Iterator[Gate]:
    with Gate(hosts=[server.url], commits=[BOOK], longest_request_s=3) as gate:
        yield gate


class Asked:
    """An answer as the client read it."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.reason = response.headers.get("X-Amtsbote-Gate")
        self.body = response.read()


def ask(
    gate: Gate,
    url: str,
    *,
    method: str = "GET",
    body: bytes | Iterator[bytes] | None = None,
    headers: dict[str, str] | None = None,
    credential: str | None = None,
) -> Asked:
    host, port = gate.address.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=20)
    token = base64.b64encode((credential or f"{gate.username}:{gate.password}").encode()).decode()
    try:
        connection.request(method, url, body=body, headers={"Proxy-Authorization": f"Basic {token}", **(headers or {})})
        return Asked(connection.getresponse())
    finally:
        connection.close()


def _strangers(gate: Gate, number: int, *, says: bytes = b"") -> list[socket.socket]:
    host, port = gate.address.removeprefix("http://").split(":")
    found = [socket.create_connection((host, int(port)), timeout=20) for _ in range(number)]
    for sock in found:
        sock.sendall(says)
    return found


def _connections() -> int:
    return sum(thread.name == "gate connection" for thread in threading.enumerate())


def test_who_holds_many_connections_without_the_credential_neither_piles_up_nor_keeps_the_browser_out(
    gate: Gate, server: RawServer
) -> None:
    crowd = _strangers(gate, 300)
    assert ask(gate, server.url + "/").status == 200
    # the oldest are closed by us: reading tells when, without waiting for the clock
    assert [sock.recv(1) for sock in crowd[:260]] == [b""] * 260
    assert _connections() <= 40
    for sock in crowd:
        sock.close()


@pytest.mark.parametrize("says", [b"", b"GET http://x/ HTTP/1.1\r\nX: "])
def test_who_never_shows_the_credential_is_cut_off(gate: Gate, monkeypatch: pytest.MonkeyPatch, says: bytes) -> None:
    monkeypatch.setattr(exchange, "STRANGER_S", 0.2)
    (stranger,) = _strangers(gate, 1, says=says)
    assert stranger.recv(1) == b""
    stranger.close()


def test_the_browser_may_be_silent_as_long_as_it_likes(
    gate: Gate, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "STRANGER_S", 0.2)
    host, port = gate.address.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=20)
    head = {"Proxy-Authorization": gate.authorization.decode()}
    statuses = []
    for pause in (0, 0.6):
        threading.Event().wait(pause)
        connection.request("GET", server.url + "/", headers=head)
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()
    assert statuses == [200, 200]


def test_without_the_credential_nobody_acts_as_the_office(gate: Gate, server: RawServer) -> None:
    answer = ask(gate, server.url + "/", credential="amtsbote:guessed")
    assert (answer.status, answer.reason) == (407, "proxy_credential")
    assert server.seen == []


def test_an_ordinary_read_passes_unchanged(gate: Gate, server: RawServer) -> None:
    answer = ask(gate, server.url + "/page?a=1%20b", headers={"Cookie": "session=1"})
    assert (answer.status, answer.body) == (200, b"<h1>GET /page</h1>")
    assert server.seen[0].target == "/page?a=1%20b"
    assert server.seen[0].headers["cookie"] == "session=1"
    assert "proxy-authorization" not in server.seen[0].headers


def test_a_head_request_gets_no_body(gate: Gate, server: RawServer) -> None:
    assert ask(gate, "http://127.0.0.1:1/", method="HEAD").status == 403


def test_the_proxy_credential_never_reaches_the_system_through_a_tunnel_to_elsewhere(gate: Gate) -> None:
    host, port = gate.address.removeprefix("http://").split(":")
    token = base64.b64encode(f"{gate.username}:{gate.password}".encode()).decode()
    with socket.create_connection((host, int(port))) as sock:
        sock.sendall(
            f"CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic {token}\r\n\r\n".encode()
        )
        assert sock.recv(1024).startswith(b"HTTP/1.1 403 ")


def test_the_journal_is_asked_with_the_digest_before_the_commit_leaves(gate: Gate, server: RawServer) -> None:
    journal = Journal()
    gate.arm(journal, signs=["book"])
    answer = ask(gate, server.url + "/ok", method="POST", body=b"action=Buchen&x=1", headers=FORM)
    passage = gate.disarm()
    assert answer.status == 200
    assert journal.asked == [("book", passage.digest)]
    assert len(passage.digest) == 64
    assert passage.forwarded and passage.status == 200


def test_when_sent_cannot_be_written_nothing_leaves(
    gate: Gate, server: RawServer, caplog: pytest.LogCaptureFixture
) -> None:
    gate.arm(Journal(OSError("disk full")), signs=["book"])
    answer = ask(gate, server.url + "/ok", method="POST", body=b"action=Buchen", headers=FORM)
    passage = gate.disarm()
    assert (answer.status, answer.reason) == (403, "journal_failed")
    assert not passage.forwarded
    assert server.seen == []
    assert "the journal could not be written" in caplog.text


def test_a_disarmed_gate_lets_nothing_leave_even_if_the_journal_answers_late(gate: Gate, server: RawServer) -> None:
    asked, go_on = threading.Event(), threading.Event()

    class Slow:
        def may_leave(self, sign: str, digest: str) -> Permit | Refusal:
            asked.set()
            go_on.wait(10)
            return Permit()

    gate.arm(Slow(), signs=["book"])
    answers: list[Asked] = []
    client = threading.Thread(
        target=lambda: answers.append(ask(gate, server.url + "/ok", method="POST", body=b"action=Buchen", headers=FORM))
    )
    client.start()
    assert asked.wait(10)
    passage = gate.disarm()
    go_on.set()
    client.join(10)
    assert not passage.forwarded
    assert answers[0].reason == "commit_not_armed"
    assert server.seen == []


def test_an_unreachable_system_is_found_out_before_the_journal_is_asked(server: RawServer) -> None:
    server.close()
    with Gate(hosts=[server.url], commits=[BOOK]) as gate:
        journal = Journal()
        gate.arm(journal, signs=["book"])
        answer = ask(gate, server.url + "/ok", method="POST", body=b"action=Buchen", headers=FORM)
        passage = gate.disarm()
    assert (answer.status, answer.reason) == (504, "unreachable")
    assert journal.asked == []
    assert not passage.forwarded


def test_a_chunked_commit_is_recognised_and_sent_once(gate: Gate, server: RawServer) -> None:
    gate.arm(Journal(), signs=["book"])
    ask(gate, server.url + "/ok", method="POST", body=iter([b"acti", b"on=Buch", b"en"]), headers=FORM)
    assert gate.disarm().forwarded
    assert [seen.body for seen in server.seen] == [b"action=Buchen"]


def test_a_form_that_cannot_be_judged_is_held_back(gate: Gate, server: RawServer) -> None:
    answer = ask(
        gate, server.url + "/ok", method="POST", body=b"\x1f\x8b...", headers={**FORM, "Content-Encoding": "gzip"}
    )
    assert (answer.status, answer.reason) == (403, "unreadable_form")
    assert server.seen == []


def test_an_unlisted_writing_request_passes_only_while_no_commit_is_awaited(server: RawServer) -> None:
    narrow = RequestSign(name="book", path="/book", form={"action": "Buchen"})
    with Gate(hosts=[server.url], commits=[narrow]) as gate:
        assert ask(gate, server.url + "/login", method="POST", body=b"user=a", headers=FORM).status == 200
        gate.arm(Journal(), signs=["book"])
        answer = ask(gate, server.url + "/login", method="POST", body=b"user=a", headers=FORM)
        assert (answer.status, answer.reason) == (403, "unlisted")
        assert gate.disarm().refused == ("unlisted:POST /login (form: user)",)
    assert server.counted("POST") == {"/login": 1}


@pytest.mark.parametrize(
    ("headers", "body", "told"),
    [
        (FORM, b"name=Petersen&next=1&%20Petersen%20=2", " (form: name, next, …)"),
        ({"Content-Type": "application/octet-stream"}, b"Petersen", " (no form that can be read)"),
        ({"Content-Type": "text/plain"}, b"Petersen was here", " (form: …)"),
        (FORM, b"", ""),
    ],
)
def test_what_is_held_back_is_named_by_its_fields_and_never_by_their_values(
    server: RawServer, headers: dict[str, str], body: bytes, told: str
) -> None:
    with Gate(hosts=[server.url], commits=[RequestSign(name="book", path="/book")]) as gate:
        gate.arm(Journal(), signs=["book"])
        ask(gate, server.url + "/other", method="POST", body=body, headers=headers)
        assert gate.disarm().refused == (f"unlisted:POST /other{told}",)
    assert server.seen == []


def test_a_large_upload_streams_through_without_being_held(server: RawServer) -> None:
    with Gate(hosts=[server.url], commits=[]) as gate:
        parts = (b"x" * 1024 * 1024 for _ in range(100))
        size = str(100 * 1024 * 1024)
        answer = ask(gate, server.url + "/up", method="PUT", body=parts, headers={"Content-Length": size})
    assert answer.status == 200
    assert len(server.seen[0].body) == 100 * 1024 * 1024


def test_an_ordinary_request_that_breaks_is_answered_not_repeated(gate: Gate, server: RawServer) -> None:
    answer = ask(gate, server.url + "/reset", method="POST", body=b"action=Pruefen", headers=FORM)
    assert (answer.status, answer.reason) == (504, "reset")
    assert server.counted("POST") == {"/reset": 1}


def test_a_websocket_is_refused_by_default(gate: Gate, server: RawServer) -> None:
    answer = ask(gate, server.url + "/ws", headers={"Connection": "Upgrade", "Upgrade": "websocket"})
    assert (answer.status, answer.reason) == (403, "websocket")


def test_a_websocket_is_relayed_where_the_catalogue_says_so() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def echo() -> None:
        sock, _ = listener.accept()
        while not sock.recv(4096).endswith(b"\r\n\r\n"):
            pass
        sock.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        sock.sendall(sock.recv(100).upper())
        sock.close()

    thread = threading.Thread(target=echo)
    thread.start()
    where = f"127.0.0.1:{listener.getsockname()[1]}"
    with Gate(hosts=[where], commits=[], relays_websockets=True) as gate:
        host, port = gate.address.removeprefix("http://").split(":")
        token = base64.b64encode(f"{gate.username}:{gate.password}".encode()).decode()
        with socket.create_connection((host, int(port))) as sock:
            sock.sendall(
                f"CONNECT {where} HTTP/1.1\r\nHost: {where}\r\nProxy-Authorization: Basic {token}\r\n\r\n".encode()
            )
            assert b"200" in sock.recv(1024)
            sock.sendall(
                f"GET / HTTP/1.1\r\nHost: {where}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n".encode()
            )
            assert b"101" in sock.recv(1024)
            sock.sendall(b"hello")
            assert sock.recv(1024) == b"HELLO"
    thread.join(10)
    listener.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return certificates.make(tmp_path_factory.mktemp("ca"))


def _through_tunnel(gate: Gate, server: RawServer, path: str) -> Asked:
    host, port = gate.address.removeprefix("http://").split(":")
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=10)
    token = base64.b64encode(f"{gate.username}:{gate.password}".encode()).decode()
    connection.set_tunnel("127.0.0.1", server.port, headers={"Proxy-Authorization": f"Basic {token}"})
    try:
        connection.request("POST", path, body=b"action=Buchen", headers=FORM)
        return Asked(connection.getresponse())
    finally:
        connection.close()


def test_a_commit_over_tls_is_read_and_sent_once_to_a_verified_system(
    certificate: tuple[Path, ssl.SSLContext],
) -> None:
    path, tls = certificate
    server = RawServer({}, tls=tls)
    try:
        trust = ssl.create_default_context(cafile=str(path))
        with Gate(hosts=[server.url], commits=[BOOK], trust=trust) as gate:
            gate.arm(Journal(), signs=["book"])
            assert _through_tunnel(gate, server, "/ok").status == 200
            assert gate.disarm().forwarded
        assert server.counted("POST") == {"/ok": 1}
    finally:
        server.close()


def test_a_system_with_a_foreign_certificate_gets_nothing(certificate: tuple[Path, ssl.SSLContext]) -> None:
    server = RawServer({}, tls=certificate[1])
    try:
        with Gate(hosts=[server.url], commits=[BOOK]) as gate:
            journal = Journal()
            gate.arm(journal, signs=["book"])
            answer = _through_tunnel(gate, server, "/ok")
            assert (answer.status, answer.reason) == (504, "untrusted")
            assert not gate.disarm().forwarded
            assert journal.asked == []
        assert server.seen == []
    finally:
        server.close()
