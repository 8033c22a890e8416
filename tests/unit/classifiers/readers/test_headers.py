"""Headers as real mailers write them."""

from __future__ import annotations

import sys
import unicodedata
from email.message import Message

import pytest

from classifiers.readers.headers import address, clean_text, decode_bytes, decode_value, header, sent_at
from classifiers.readers.mail import parse_mail


def mail(raw: bytes) -> Message:
    return parse_mail(raw + b"\r\n\r\nText")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("=?utf-8?Q?M=C3=BCll?=", "Müll"),
        ("=?iso-8859-1?Q?Stra=DFe?= =?iso-8859-1?Q?nschaden?=", "Straßenschaden"),
        ("=?utf-8?B?w4TDlsOc?==?utf-8?Q?_ja?=", "ÄÖÜ ja"),
        ("Zeile eins\r\n und zwei", "Zeile eins und zwei"),
        ("=?unknown-x?Q?abc?=", "abc"),
    ],
)
def test_encoded_words_are_decoded(raw: str, shown: str) -> None:
    assert decode_value(raw) == shown


def test_raw_eight_bit_is_mended() -> None:
    assert header(mail("Subject: Mängel am Weg".encode()), "Subject") == "Mängel am Weg"
    assert header(mail("Subject: Mängel am Weg".encode("latin-1")), "Subject") == "Mängel am Weg"


def test_text_is_composed_and_free_of_direction_marks() -> None:
    assert decode_bytes("u\u0308ber\u202egpj".encode()) == "übergpj"


def test_no_character_that_is_not_seen_stays() -> None:
    unseen = [
        sign
        for sign in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(sign) in {"Cc", "Cf"} and sign not in "\t\n\r"
    ]

    assert [f"U+{ord(sign):04X}" for sign in unseen if clean_text(f"a{sign}b") != "ab"] == []
    assert clean_text("a\tb\r\nc") == "a\tb\r\nc"


def test_joiners_stay_where_a_script_or_a_picture_needs_them() -> None:
    assert clean_text("می\u200cخواهم") == "می\u200cخواهم"
    assert clean_text("\U0001f468\u200d\U0001f469") == "\U0001f468\u200d\U0001f469"
    assert clean_text("R\u200de\u200cchnung") == "Rechnung"


def test_the_first_address_counts_in_lower_case() -> None:
    assert address(mail(b'From: "Probe, Alke" <Alke@Mail.Example>'), "From") == ("Probe, Alke", "alke@mail.example")
    assert address(mail(b"From: kaputt <"), "From") == ("", "")


def test_dates_are_iso_in_utc_and_broken_ones_empty() -> None:
    assert sent_at(mail(b"Date: Mon, 02 Nov 2026 08:15:00 +0100")) == "2026-11-02T07:15:00+00:00"
    assert sent_at(mail(b"Date: gestern")) == ""
