from __future__ import annotations

import email
import email.policy

import pytest

from demo.mailserver.headers import Verdict, judge_sender, make_trace, read_from_domain, strip_claims

LETTER = b"From: Portal <noreply@dienste.portal.example>\r\nSubject: Hund\r\n\r\nAuthentication-Results: body stays\r\n"


def test_a_sender_is_vouched_for_in_its_own_domain() -> None:
    verdict = judge_sender(LETTER, mailfrom="bounce@dienste.portal.example", spoken_for=["portal.example"])
    assert verdict == Verdict(
        dkim="pass", dkim_domain="dienste.portal.example", spf="pass", mailfrom="bounce@dienste.portal.example",
        dmarc="pass", from_domain="dienste.portal.example",
    )  # fmt: skip


@pytest.mark.parametrize("spoken_for", [[], ["other.example"], ["al.example"], ["evil-portal.example"]])
def test_nobody_is_vouched_for_in_the_domain_of_others(spoken_for: list[str]) -> None:
    verdict = judge_sender(LETTER, mailfrom="x@evil-portal.example", spoken_for=spoken_for)
    assert (verdict.dkim, verdict.dmarc) == ("none", "fail")


def test_an_allowed_envelope_of_another_domain_proves_nothing_about_the_from() -> None:
    verdict = judge_sender(LETTER, mailfrom="x@evil.example", spoken_for=["evil.example"])
    assert (verdict.dkim, verdict.spf, verdict.dmarc) == ("none", "pass", "fail")


@pytest.mark.parametrize(
    "head",
    [
        b"From: a@portal.example\r\nFrom: b@evil.example\r\n\r\n",
        b"From: a@portal.example, b@evil.example\r\n\r\n",
        b"Subject: nobody\r\n\r\n",
        b"From: no address\r\n\r\n",
    ],
)
def test_a_letter_without_exactly_one_from_is_from_no_domain(head: bytes) -> None:
    assert read_from_domain(head) == ""
    assert judge_sender(head, mailfrom="a@portal.example", spoken_for=["portal.example"]).dmarc == "fail"


def test_claims_from_outside_are_stripped_however_they_are_written() -> None:
    head = (
        b"Received: from far\r\n\tby away\r\n"
        b"Authentication-Results: mx.amt.example;\r\n\tdkim=pass\r\n header.d=portal.example\r\n"
        b"AUTHENTICATION-results :mx.amt.example; dkim=pass\r\n"
        b"Return-Path: <x@y.example>\r\nDelivered-To: z\r\n"
        b"X-Authentication-Results: stays\r\n"
    )
    assert strip_claims(head + LETTER) == (
        b"Received: from far\r\n\tby away\r\nX-Authentication-Results: stays\r\n" + LETTER
    )


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\r\nbody", b"no header at all", b"A: 1\n\nbody\n", LETTER])
def test_a_letter_without_claims_stays_as_it_is(raw: bytes) -> None:
    assert strip_claims(raw) == raw


def test_what_the_gateway_writes_is_read_back_by_a_parser() -> None:
    verdict = judge_sender(LETTER, mailfrom="n@portal.example", spoken_for=["portal.example"])
    trace = make_trace(
        mailfrom="n@portal.example", recipient="post@amt.example", helo="sender.example", gateway="mx.amt.example",
        queue_id="AB12", protocol="ESMTPA",
    )  # fmt: skip
    parsed = email.message_from_bytes(verdict.to_header("mx.amt.example") + trace + LETTER, policy=email.policy.SMTP)
    assert parsed["Authentication-Results"] == (
        "mx.amt.example;\tdkim=pass header.d=dienste.portal.example;\tspf=pass smtp.mailfrom=n@portal.example;"
        "\tdmarc=pass header.from=dienste.portal.example"
    )
    assert parsed["Return-Path"] == "<n@portal.example>"
    assert parsed.defects == []
