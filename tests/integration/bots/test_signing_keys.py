"""Public keys come from a DNS server on loopback; the reader's child checks with them and asks nobody itself."""

from __future__ import annotations

import time
from math import inf
from pathlib import Path
from typing import Any

import pytest

from bots import signing_keys
from bots.signing_keys import SigningKeyBook
from casework.configuration.senders import DkimSettings
from casework.words.reading import ReadingContext
from casework.words.sender import ProvedBy, SenderOutcome
from classifiers import Reader
from tests.integration.bots.dns_server import DnsServer
from tests.unit.classifiers.readers.signing import letter, make_key, sign

NAME = "s1._domainkey.firma.example"


def book(server: DnsServer) -> SigningKeyBook:
    return SigningKeyBook(DkimSettings(resolver=server.host, port=server.port))


def test_a_key_is_asked_for_once_as_long_as_it_holds() -> None:
    record = make_key(2048).record
    with DnsServer({NAME: [record]}) as server:
        keys = book(server)
        assert [dict(keys.look_up([NAME])) for _ in range(3)] == [{NAME: record}] * 3
        assert (server.asked, dict(keys.known())) == ([NAME], {NAME: record})


def test_a_key_is_asked_for_again_when_it_has_run_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with DnsServer({NAME: ["v=DKIM1; p=AAAA"]}, ttl=60) as server:
        keys = book(server)
        keys.look_up([NAME])
        now = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: now + 61)
        assert dict(keys.known()) == {}
        keys.look_up([NAME])
        assert server.asked == [NAME, NAME]


def test_no_key_two_keys_and_names_that_are_none_are_empty() -> None:
    with DnsServer({NAME: ["v=DKIM1; p=AAAA", "v=DKIM1; p=BBBB"]}) as server:
        names = [NAME, "x._domainkey.firma.example", "evil.example", "a b._domainkey.firma.example"]
        assert dict(book(server).look_up(names)) == dict.fromkeys(names, "")
        assert server.asked == [NAME, "x._domainkey.firma.example"]


def test_a_silent_server_costs_no_more_than_its_time_and_is_left_alone_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_keys, "SECONDS", 0.5)
    names = [f"s{number}._domainkey.firma.example" for number in range(4)]
    with DnsServer(silent=frozenset(names)) as server:
        keys, began = book(server), time.monotonic()
        assert dict(keys.look_up(names)) == dict.fromkeys(names, "")
        assert time.monotonic() - began < 2
        asked = len(server.asked)
        keys.look_up(names)
        assert len(server.asked) == asked


def test_keys_of_files_are_never_asked_for(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text("v=DKIM1;\n p=AAAA\n", encoding="ascii")
    keys = SigningKeyBook(DkimSettings(keys={NAME: tmp_path / "key.txt"}))

    assert dict(keys.look_up([NAME, "other._domainkey.firma.example"])) == {
        NAME: "v=DKIM1; p=AAAA",
        "other._domainkey.firma.example": "",
    }


class Counting(Reader):
    """A reader that remembers what it asked its children."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__()

    def __enter__(self) -> Counting:
        return self

    def _ask(self, head: dict[str, Any], body: bytes, *, seconds: float = inf) -> tuple[dict[str, Any], bytes]:
        self.asked.append(head["verb"])
        return super()._ask(head, body, seconds=seconds)


def test_the_child_names_the_key_the_parent_asks_and_the_child_checks() -> None:
    key = make_key(2048)
    whole, altered = sign(letter(), key), sign(letter(), key).replace(b"Anbei", b"Nicht anbei")
    context = ReadingContext(authserv_id="mx.amt.example")
    passed = b"Authentication-Results: mx.amt.example; dmarc=pass header.from=firma.example\r\n"
    with DnsServer({NAME: [key.record]}) as server, Counting() as reader:
        keys = book(server)
        verdicts = [
            reader.read(mail, "message.eml", context, keys=keys).head.verdict
            for mail in (whole, whole, passed + altered)
        ]
        assert [(found.outcome, found.proved_by) for found in verdicts if found] == [
            (SenderOutcome.PROVEN, ProvedBy.SIGNATURE),
            (SenderOutcome.PROVEN, ProvedBy.SIGNATURE),
            (SenderOutcome.CONTRADICTED, None),
        ]
        assert (server.asked, reader.asked) == ([NAME], ["read"] * 4)
        unchecked = reader.read(whole, "message.eml", context).head.verdict
        assert unchecked is not None and (unchecked.outcome, unchecked.methods) == (SenderOutcome.UNPROVEN, ())
