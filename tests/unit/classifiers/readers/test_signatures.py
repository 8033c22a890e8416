"""Signatures and seals count only when they leave nothing open."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from casework.words.reading import ReadingContext
from casework.words.sender import ProvedBy, SenderOutcome, SenderVerdict
from classifiers.readers import signatures
from classifiers.readers.sender import judge_sender, wanted_keys
from tests.unit.classifiers.readers.signing import letter, make_key, seal, sign

OURS, NAME = "mx.amt.example", "s1._domainkey.firma.example"
PASSED = f"Authentication-Results: {OURS}; dkim=pass header.d=firma.example; dmarc=pass header.from=firma.example\r\n"
RECEIVED = "Received: from x by mx.amt.example; Mon, 23 Nov 2026 08:00:01 +0100\r\n"


def verdict(mail: bytes, *, record: str | None = None, **more: Any) -> SenderVerdict:
    keys = more.pop("keys", {NAME: make_key().record if record is None else record})
    return judge_sender(mail, ReadingContext(authserv_id=OURS, **more), keys)


def own(found: SenderVerdict) -> list[str]:
    return [method.result for method in found.methods if method.name == "dkim" and not method.by]


def test_a_whole_signature_of_the_very_domain_proves_it() -> None:
    found = verdict(RECEIVED.encode() * 3 + sign(letter(), make_key()))

    assert (found.outcome, found.proved_by, found.reasons) == (SenderOutcome.PROVEN, ProvedBy.SIGNATURE, ())
    assert own(found) == ["pass"]


def test_keys_that_lack_are_asked_for_and_only_those_of_the_domain_of_from() -> None:
    mail = sign(sign(letter(), make_key()), make_key(), domain="versand.example")

    assert wanted_keys(mail, ReadingContext(), {}) == (NAME,)
    assert wanted_keys(mail, ReadingContext(), {NAME: ""}) == ()
    assert judge_sender(mail, ReadingContext()).methods == ()


def test_a_key_that_nobody_found_proves_and_contradicts_nothing() -> None:
    found = verdict(sign(letter(), make_key()), record="")

    assert (found.outcome, own(found)) == (SenderOutcome.UNPROVEN, ["unchecked"])


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ((b"Anbei die Rechnung", b"Neue Kontonummer"), "altered"),
        ((b"Subject: Rechnung 17", b"Subject: Rechnung 18"), "invalid"),
        ((b"Subject: Rechnung 17", b"Subject: x\r\nSubject: Rechnung 17"), "partial"),
        ((b"MIME-Version", b"Content-Type: text/html\r\nMIME-Version"), "partial"),
    ],
)
def test_what_was_changed_after_signing_does_not_count(change: tuple[bytes, bytes], result: str) -> None:
    signed = sign(letter(), make_key())
    assert change[0] in signed

    found = verdict(signed.replace(*change))

    assert (found.outcome, own(found)) == (SenderOutcome.UNPROVEN, [result])


def test_a_changed_text_contradicts_a_gateway_that_found_all_in_order() -> None:
    mail = sign(letter(), make_key()).replace(b"Anbei", b"Nicht anbei")

    assert verdict(PASSED.encode() + mail).reasons == ("sender_body_altered",)
    assert verdict(PASSED.encode() + mail).outcome is SenderOutcome.CONTRADICTED
    spf_only = PASSED.replace("dkim=pass", "dkim=fail").encode()
    assert verdict(spf_only + mail).outcome is SenderOutcome.PROVEN


def test_a_replayed_signature_under_another_from_is_not_even_looked_at() -> None:
    replayed = sign(letter(), make_key()).replace(b"From: rechnung@firma.example", b"From: rechnung@boese.example")

    assert (verdict(replayed).outcome, own(verdict(replayed))) == (SenderOutcome.UNPROVEN, [])


def test_two_from_fields_are_a_contradiction() -> None:
    mail = b"From: chef@amt.example\r\n" + sign(letter(), make_key())

    assert verdict(mail).outcome is SenderOutcome.CONTRADICTED
    assert verdict(mail).reasons == ("sender_from_unclear",)


@pytest.mark.parametrize(
    ("more", "result"),
    [
        ({"length": True}, "partial"),
        ({"include_headers": [b"from", b"to"]}, "partial"),
        ({"signature_algorithm": b"rsa-sha1"}, "unsupported"),
    ],
)
def test_signatures_that_leave_something_open_do_not_count(more: dict[str, Any], result: str) -> None:
    assert own(verdict(sign(letter(), make_key(), **more))) == [result]


def test_a_signature_without_from_or_past_its_time_does_not_count() -> None:
    signed = sign(letter(), make_key())
    without = re.sub(rb"h=from : ", b"h=", signed, count=1)
    past = re.sub(rb"; t=\d+;", b"; x=%d;" % (time.time() - 60), signed, count=1)
    assert without != signed != past

    assert own(verdict(without)) == ["partial"]
    assert own(verdict(past)) == ["expired"]


def test_weak_revoked_giant_and_trial_keys_do_not_count() -> None:
    weak = make_key(bits=1024)
    assert own(verdict(sign(letter(), weak), record="v=DKIM1; p=")) == ["weak"]
    assert own(verdict(sign(letter(), weak), record=f"t=y; {weak.record}")) == ["weak"]
    assert own(verdict(sign(letter(), weak), record=f"{weak.record}; n={'x' * 3000}")) == ["weak"]
    assert own(verdict(sign(letter(), weak), record=make_key(number=1).record)) == ["invalid"]


def test_a_key_below_the_least_size_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signatures, "LEAST_BITS", 1025)

    assert own(verdict(sign(letter(), make_key()))) == ["weak"]


def test_a_lone_return_in_the_head_leaves_the_signature_unchecked() -> None:
    mail = b"X: a\rFrom: chef@amt.example\r\n" + sign(letter(), make_key())

    assert verdict(mail).outcome is not SenderOutcome.PROVEN


def test_a_mail_of_blanks_is_checked_in_time() -> None:
    began = time.monotonic()
    mail = sign(letter(), make_key()) + (b" " * 5_000_000 + b"x\r\n") + b"\r\n" * 500_000

    assert own(verdict(mail)) == ["altered"]
    assert time.monotonic() - began < 5


def test_what_a_listed_sealer_saw_counts_and_what_others_saw_does_not() -> None:
    seen = "dmarc=pass header.from=firma.example"
    changed = letter(body="Anbei die Rechnung.\r\n-- \r\nListe\r\n")
    mail = f"Authentication-Results: {OURS}; dmarc=fail header.from=firma.example\r\n{RECEIVED}".encode()
    mail += seal(changed, make_key(number=2), seen)
    keys = {"arc._domainkey.liste.example": make_key(number=2).record}

    listed = verdict(mail, keys=keys, arc_sealers=("liste.example",))
    assert (listed.outcome, listed.proved_by) == (SenderOutcome.PROVEN, ProvedBy.SEAL)
    assert verdict(mail, keys=keys).outcome is SenderOutcome.CONTRADICTED
    assert verdict(mail, keys=keys, arc_sealers=("andere.example",)).outcome is SenderOutcome.CONTRADICTED


@pytest.mark.parametrize(
    ("results", "change", "outcome"),
    [
        ("dmarc=fail header.from=firma.example", (b"", b""), SenderOutcome.UNPROVEN),
        ("dmarc=pass header.from=andere.example", (b"", b""), SenderOutcome.UNPROVEN),
        ("dmarc=pass header.from=firma.example", (b"Anbei die", b"Anders die"), SenderOutcome.UNPROVEN),
        ("dmarc=fail header.from=firma.example", (b"dmarc=fail", b"dmarc=pass"), SenderOutcome.UNPROVEN),
        ("dmarc=pass header.from=firma.example", (b"rechnung@firma", b"chefin@firma"), SenderOutcome.UNPROVEN),
    ],
)
def test_a_seal_over_something_else_proves_nothing(
    results: str, change: tuple[bytes, bytes], outcome: SenderOutcome
) -> None:
    mail = seal(letter(), make_key(number=2), results).replace(*change)
    keys = {"arc._domainkey.liste.example": make_key(number=2).record}

    assert verdict(mail, keys=keys, arc_sealers=("liste.example",)).outcome is outcome


def test_the_keys_of_a_seal_are_asked_for_only_when_its_sealer_is_listed() -> None:
    mail = seal(letter(), make_key(number=2), "dmarc=pass header.from=firma.example")

    listed = wanted_keys(mail, ReadingContext(arc_sealers=("liste.example",)), {})
    assert listed == ("arc._domainkey.liste.example",)
    assert wanted_keys(mail, ReadingContext(), {}) == ()


def test_an_address_too_long_to_be_shown_proves_nothing() -> None:
    mail = sign(letter(f"{'a' * 330}@firma.example"), make_key())

    assert (verdict(mail).reasons, len(verdict(mail).address)) == (("sender_from_unclear",), 320)


def test_what_a_gateway_quotes_is_stored_without_control_signs() -> None:
    said = f"Authentication-Results: {OURS}; spf=pass smtp.mailfrom=x@evil\x00.example\r\n"

    assert verdict(said.encode() + letter()).methods[0].domain == "evil.example"
