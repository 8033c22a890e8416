"""Headers as real mailers write them."""

from __future__ import annotations

import sys
import unicodedata
from email.message import Message

import pytest
from hypothesis import given, settings, strategies

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


@pytest.mark.parametrize(
    ("data", "charset", "shown"),
    [
        ("Müll für die Straße".encode(), "iso-8859-1", "Müll für die Straße"),
        ("„Ärger“ – 5 €".encode("cp1252"), "iso-8859-1", "„Ärger“ – 5 €"),
        ("Größe".encode("latin-1"), "utf-8", "Größe"),
        ("Größe".encode("latin-1"), "us-ascii", "Größe"),
        ("Größe".encode(), "undefined", "Größe"),
        ("Größe".encode(), "a\0b", "Größe"),
        ("Müller und ".encode() + "Größe".encode("latin-1") + " Straße".encode(), "utf-8", "Müller und Größe Straße"),
        ("Müll".encode().decode("cp1252").encode(), "utf-8", "Müll"),
    ],
)
def test_wrong_charsets_are_mended(data: bytes, charset: str, shown: str) -> None:
    assert decode_bytes(data, charset) == shown


GERMAN = (
    "abcdefghijklmnopqrstuvwxyzäöüßABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜẞ0123456789 .,;:!?-–„“‚‘»«§€()/'\"éèàçøåñ²³°µ…&%+\n"
)


@settings(max_examples=300, deadline=None)
@given(strategies.text(GERMAN, max_size=80), strategies.sampled_from(["utf-8", "cp1252", "iso-8859-15", "utf-16"]))
def test_proper_text_in_its_declared_charset_is_never_touched(text: str, charset: str) -> None:
    try:
        data = text.encode(charset)
    except UnicodeEncodeError:
        return
    assert decode_bytes(data, charset) == unicodedata.normalize("NFC", text)


def test_a_header_beyond_mending_costs_that_header_only() -> None:
    broken = mail(
        b"Date: =?utf-8?B?////?=\r\nTo: \xff\xfe<\r\nFrom: Alke <alke@firma.example>\r\nSubject: =?x\0?B?a?= Brief"
    )

    assert (sent_at(broken), address(broken, "From")[1]) == ("", "alke@firma.example")
    assert "Brief" in header(broken, "Subject")


@pytest.mark.parametrize("sign", ["\u034f", "\u3164", "\u115f", "\u2800", "\ufe01", "\U000e0101"])
def test_what_fills_no_place_parts_no_word(sign: str) -> None:
    assert clean_text(f"Wider{sign}spruch") == "Widerspruch"
    assert clean_text("❤\ufe0f") == "❤\ufe0f"
