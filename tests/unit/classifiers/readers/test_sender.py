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


def test_a_parent_domain_may_sign_but_a_child_may_not() -> None:
    assert (
        proof(f"Authentication-Results: {OURS}; dkim=pass header.d=online.example", sender="a@sub.online.example")
        == "pass"
    )
    assert proof(f"Authentication-Results: {OURS}; dkim=pass header.d=x.online.example") == "none"


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
