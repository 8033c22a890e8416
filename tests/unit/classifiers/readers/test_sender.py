"""Only the pinned gateway's own, aligned pass proves a sender."""

from __future__ import annotations

import pytest

from classifiers.readers.mail import parse_mail
from classifiers.readers.sender import prove_sender

OURS = "mx.amt.example"


def proof(*lines: str, sender: str = "form@online.example", ours: str | None = OURS) -> str:
    return prove_sender(parse_mail("\r\n".join([*lines, f"From: {sender}", "", "x"]).encode()), ours)


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        ("dmarc=pass header.from=online.example", "pass"),
        ("dmarc=pass (p=reject) header.from=online.example; spf=fail", "pass"),
        ("dkim=pass header.d=online.example", "pass"),
        ("dkim=pass header.d=example.net", "none"),
        ("dkim=pass header.i=@online.example", "pass"),
        ("dkim=pass header.d=example", "none"),
        ("spf=pass smtp.mailfrom=online.example", "none"),
        ("dmarc=fail header.from=online.example; dkim=pass header.d=online.example", "fail"),
        ("dkim=fail header.d=online.example", "fail"),
        ("dmarc=pass header.from=other.example", "none"),
        ("none", "none"),
    ],
)
def test_verdict_of_the_pinned_gateway(result: str, verdict: str) -> None:
    assert proof(f"Authentication-Results: {OURS}; {result}") == verdict


def test_a_signature_of_a_parent_domain_is_no_proof_of_from() -> None:
    assert (
        proof(f"Authentication-Results: {OURS}; dkim=pass header.d=online.example", sender="a@sub.online.example")
        == "none"
    )
    assert proof(f"Authentication-Results: {OURS}; dkim=pass header.d=x.online.example") == "none"


@pytest.mark.parametrize(
    "result",
    [
        "spf=pass smtp.mailfrom==?utf-8?q?x=3B_dmarc=3Dpass_header.from=3Donline.example_y?=@evil.example; dmarc=none",
        "spf=pass smtp.mailfrom==?utf-8?q?x=3B_dkim=3Dpass_header.d=3Donline.example_y?=@evil.example; dmarc=none",
        'spf=pass smtp.mailfrom="x; dmarc=pass header.from=online.example y"@evil.example',
        'spf=pass smtp.mailfrom="x; dmarc=pass header.from=online.example y"@evil.example; dmarc=none',
        'spf=pass smtp.mailfrom="x\\"; dmarc=pass header.from=online.example; x=\\""@evil.example',
        'spf=pass (domain of "x) ; dmarc=pass header.from=online.example; x=("@evil.example is ours) smtp.helo=x',
        "spf=pass (a (b) smtp.mailfrom=x@evil.example); dmarc=pass header.from=online.example (",
        "spf=pass (domain of x) y) smtp.mailfrom=x@evil.example; dmarc=pass header.from=online.example",
        "dmarc=none header.from=online.example; dmarc=pass header.from=online.example",
        "dmarc=pass header.from=evil.example header.from=online.example",
        "spf=pass smtp.mailfrom=x@evil.example header.from=online.example; dmarc=pass",
        'spf=pass smtp.mailfrom=a"b@evil.example; dmarc=pass header.from=online.example; x=y"',
        'dmarc=pass header.from="online.example',
        "dmarc=pass header.from==?utf-8?q?online.example?=",
        "dmarc=pass header.from=online.example.",
        "dmarc pass header.from=online.example",
    ],
)
def test_what_strangers_write_into_the_gateways_header_proves_nothing(result: str) -> None:
    assert proof(f"Authentication-Results: {OURS}; {result}") == "none"


def test_a_fail_cannot_be_hidden_between_two_foreign_values() -> None:
    folded = (
        "spf=pass smtp.mailfrom==?utf-8?q?x=3B_dmarc=3Dpass_header.from=3Donline.example_y_=28?=@evil.example;\r\n"
        "\tdmarc=fail header.from=online.example;\r\n\tdkim=pass header.i==?utf-8?q?=29?=@evil.example"
    )

    assert proof(f"Authentication-Results: {OURS};\r\n\t{folded}") == "fail"


@pytest.mark.parametrize(
    "value",
    [
        f"{OURS} 1; dmarc/1=pass (p=none (nested)) header.from=online.example",
        f'"{OURS}"; dkim=fail reason="no; key"; dmarc=pass header.from="online.example"',
        f"(comment) {OURS} ;\r\n\tdkim=pass header.d=a.example;\r\n\tdkim=pass header.d=b.example;\r\n"
        "\tspf=pass smtp.mailfrom=<>;\r\n\tdmarc=pass header.from=online.example",
        f"{OURS}; spf=pass smtp.mailfrom=prvs=1=a@online.example; dmarc = pass action=none header.from=Online.Example;",
    ],
)
def test_what_real_gateways_write_is_understood(value: str) -> None:
    assert proof(f"Authentication-Results: {value}") == "pass"


def test_two_values_of_one_gateway_are_read_together() -> None:
    signed = f"Authentication-Results: {OURS}; dkim=pass header.d=online.example"
    passed = f"Authentication-Results: {OURS}; dmarc=pass header.from=online.example"

    assert proof(signed, passed) == "pass"
    assert proof(passed, passed) == "none"


def test_a_forged_value_below_the_only_received_line_does_not_count() -> None:
    forged = f"Authentication-Results: {OURS}; dmarc=pass header.from=online.example"
    mail = parse_mail("\r\n".join(["Received: by mx", forged, "From: form@online.example", "", "x"]).encode())

    assert prove_sender(mail, OURS) == "foreign"


def test_another_gateway_proves_nothing() -> None:
    assert proof("Authentication-Results: mx.evil.example; dmarc=pass header.from=online.example") == "foreign"
    assert proof(f"Authentication-Results: {OURS}; dmarc=pass header.from=online.example", ours=None) == "foreign"
    assert proof() == "none"


def test_a_copy_from_outside_below_the_gateways_own_does_not_count() -> None:
    own = f"Authentication-Results: {OURS}; dmarc=fail header.from=online.example"
    forged = f"Authentication-Results: {OURS}; dmarc=pass header.from=online.example"

    assert proof(own, "Received: from mx.evil.example", forged) == "fail"
    assert proof("Received: by mx", "Received: by evil", forged) == "foreign"


def test_an_id_inside_a_comment_is_not_the_gateway() -> None:
    forged = f"Authentication-Results: mx.evil.example ({OURS}); dmarc=pass header.from=online.example"

    assert proof(forged) == "foreign"


def test_two_from_addresses_prove_nobody() -> None:
    own = f"Authentication-Results: {OURS}; dmarc=pass header.from=online.example"

    assert proof(own, sender="form@online.example, evil@evil.example") == "fail"
    assert proof(own, "From: evil@evil.example") == "fail"
