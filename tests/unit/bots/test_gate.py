"""The parts of the gate that need no network: signs, forms, spool, guard, certificate."""

from __future__ import annotations

import ssl

import pytest
from hypothesis import given, strategies as st

from bots.gate.certificate import ThrowAwayKey
from bots.gate.forms import UnreadableForm, form_fields
from bots.gate.guard import Guard, Held
from bots.gate.signs import candidates, fields_match, is_writing
from bots.gate.spool import Spool
from casework.configuration.masks import RequestSign
from casework.words.work import Permit, Refusal

URLENCODED = "application/x-www-form-urlencoded"


class Journal:
    def __init__(self, verdict: Permit | Refusal | None = None) -> None:
        self.verdict = verdict or Permit()

    def may_leave(self, sign: str, digest: str) -> Permit | Refusal:
        return self.verdict


def multipart(boundary: str, *parts: tuple[str, str, bytes]) -> bytes:
    body = b""
    for name, file, content in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"' + (
            f'; filename="{file}"' if file else ""
        )
        body += head.encode() + b"\r\n\r\n" + content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()


@pytest.mark.parametrize(
    ("method", "target", "expected"),
    [
        ("POST", "/hk/vorerfassung", ["book"]),
        ("POST", "/hk/vorerfassung2?x=1", ["book"]),
        ("GET", "/hk/vorerfassung", []),
        ("POST", "/hk/belege", []),
        ("GET", "/old.cgi?do=book&id=1", ["book_by_get"]),
        ("GET", "/old.cgi?do=show", []),
    ],
)
def test_method_path_and_query_narrow_the_signs(method: str, target: str, expected: list[str]) -> None:
    signs = [
        RequestSign(name="book", path="/hk/vorerfassung*", form={"aktion": "Buchen"}),
        RequestSign(name="book_by_get", method="get", path="/old.cgi", query={"do": "book"}),
    ]
    assert [sign.name for sign in candidates(signs, method=method, target=target)] == expected


def test_form_fields_match_literally_by_wildcard_and_by_absence() -> None:
    fields = {"aktion": ["Prüfen", "Buchen"], "__EVENTTARGET": ["ctl00$tc$btnSpeichern"]}
    assert fields_match({"aktion": "Buchen"}, fields)
    assert fields_match({"__EVENTTARGET": "*$btnSpeichern", "entwurf": None}, fields)
    assert not fields_match({"aktion": "Buch"}, fields)
    assert not fields_match({"aktion": None}, fields)


def test_only_reading_methods_count_as_reading() -> None:
    assert [
        name for name in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "PROPFIND") if is_writing(name)
    ] == [
        "POST",
        "PUT",
        "DELETE",
        "PATCH",
        "PROPFIND",
    ]


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        (URLENCODED, b"aktion=Pr%FCfen&a=1&a=2&b", {"aktion": ["Prüfen"], "a": ["1", "2"], "b": [""]}),
        (URLENCODED + ";charset=UTF-8", "ort=Hütten+Nord".encode(), {"ort": ["Hütten Nord"]}),
        ("", b"x=1", {"x": ["1"]}),
        ("application/json", b'{"action": "Buchen", "cents": 119000}', {"action": ["Buchen"], "cents": ["119000"]}),
        ("text/plain;charset=UTF-8", b"aktion=Buchen", {"aktion": ["Buchen"]}),
    ],
)
def test_forms_of_every_kind_are_read(content_type: str, body: bytes, expected: dict[str, list[str]]) -> None:
    assert form_fields(content_type, "", [body]) == expected


@given(st.binary(max_size=5000), st.integers(min_value=1, max_value=700))
def test_a_multipart_form_is_read_however_it_is_cut(content: bytes, size: int) -> None:
    boundary = "----WebKitFormBoundaryABC"
    if boundary.encode() in content:
        return
    body = multipart(boundary, ("bild", "beleg.pdf", content), ("aktion", "", "Prüfen".encode("cp1252")))
    slices = [body[start : start + size] for start in range(0, len(body), size)]
    fields = form_fields(f"multipart/form-data; boundary={boundary}", "", slices)
    assert fields == {"bild": ["beleg.pdf"], "aktion": ["Prüfen"]}


@pytest.mark.parametrize(
    ("content_type", "encoding", "body"),
    [
        (URLENCODED, "gzip", b"x"),
        ("application/octet-stream", "", b"x"),
        ("application/json", "", b"{"),
        ("application/json", "", b"[1]"),
        ("multipart/form-data", "", b"--x"),
        ("multipart/form-data; boundary=x", "", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1"),
    ],
)
def test_what_cannot_be_judged_says_so(content_type: str, encoding: str, body: bytes) -> None:
    with pytest.raises(UnreadableForm):
        form_fields(content_type, encoding, [body])


def test_a_spool_gives_back_what_it_took_and_nothing_readable_lies_on_disk() -> None:
    secret = b"DE02120300000000202051 "
    with Spool() as spool:
        for _ in range(100_000):
            spool.write(secret)
        assert b"".join(spool.slices()) == secret * 100_000
        assert b"".join(spool.slices()) == secret * 100_000
        assert spool._file is not None
        spool._file.seek(0)
        assert secret not in spool._file.read()
    assert list(spool.slices()) == []


def test_a_guard_lets_one_commit_through_and_keeps_count() -> None:
    guard = Guard()
    with pytest.raises(Held) as not_armed:
        guard.claim("book", "d")
    guard.arm(Journal(), signs=["book"])
    with pytest.raises(Held) as other:
        guard.claim("pay", "d")
    claim = guard.claim("book", "digest")
    with pytest.raises(Held) as second:
        guard.claim("book", "digest")
    assert not guard.passage().forwarded
    claim.ask_departure()
    claim.answered(200)
    passage = guard.disarm()
    assert [held.value.reason for held in (not_armed, other, second)] == [
        "commit_not_armed",
        "other_commit",
        "second_commit",
    ]
    assert (passage.forwarded, passage.status, passage.digest) == (True, 200, "digest")
    assert passage.refused == ("other_commit:pay", "second_commit:book")


def test_a_refused_claim_is_spent_all_the_same() -> None:
    guard = Guard()
    guard.arm(Journal(Refusal("no")), signs=["book"])
    claim = guard.claim("book", "d")
    with pytest.raises(Held):
        claim.ask_departure()
    with pytest.raises(Held):
        guard.claim("book", "d")
    assert not guard.disarm().forwarded


def test_arming_twice_is_a_mistake_of_the_caller() -> None:
    guard = Guard()
    guard.arm(Journal(), signs=["book"])
    with pytest.raises(RuntimeError):
        guard.arm(Journal(), signs=["book"])


def test_every_key_is_new_and_its_contexts_are_kept_per_host() -> None:
    one, other = ThrowAwayKey(), ThrowAwayKey()
    assert one.pin != other.pin
    assert isinstance(one.context("example.org"), ssl.SSLContext)
    assert one.context("example.org") is one.context("example.org")
    assert one.context("127.0.0.1") is not one.context("::1")
