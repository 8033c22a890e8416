"""What another parser finds in a mail, we find as well: number, names and bytes of its attachments."""

from __future__ import annotations

import base64
import email
import email.policy
from email.message import Message
from pathlib import Path

import mailparser
import pytest

from classifiers.readers.headers import file_name
from classifiers.readers.limits import Limits
from classifiers.readers.unpack import unpack

FOLDERS = {
    "mime": Path(__file__).parents[5] / "shared" / "data" / "mime",
    "python": Path("/usr/lib/python3.11/test/test_email/data"),
}
Found = list[tuple[str | None, bytes]]


def mails(folder: str) -> dict[str, bytes]:
    if not FOLDERS[folder].is_dir():
        pytest.skip(f"the mails are not here (shared data, or Debian's libpython3.11-testsuite): {folder}")
    paths = (path for path in sorted(FOLDERS[folder].iterdir()) if path.suffix in {".eml", ".txt"})
    return {path.name: path.read_bytes() for path in paths}


def ours(raw: bytes) -> Found:
    pieces = unpack(raw, "m.eml", limits=Limits()).pieces
    by_id = {piece.id: piece for piece in pieces}
    return [
        (piece.name, piece.data)
        for piece in pieces
        if piece.parent and piece.name and by_id[piece.parent].type == "message/rfc822"
        if not piece.notes["declared"].startswith("message/")
    ]


def pythons(message: Message) -> Found:
    return [
        (file_name(part.get_filename()), part.get_payload(decode=True))  # type: ignore[misc] # bytes when decoded
        for part in message.walk()
        if not part.is_multipart() and part.get_content_maintype() != "message" and part.get_filename()
    ]


def is_well_formed(message: Message) -> bool:
    return not any(part.defects for part in message.walk())


@pytest.mark.parametrize(("folder", "at_least"), [("mime", 50), ("python", 25)])
def test_pythons_own_parser_finds_the_same_attachments(folder: str, at_least: int) -> None:
    unlike, compared = [], 0
    for name, raw in mails(folder).items():
        message = email.message_from_bytes(raw, policy=email.policy.default)
        if is_well_formed(message):
            compared += 1
            unlike += [name] if pythons(message) != ours(raw) else []

    assert unlike == []
    assert compared >= at_least


def test_mail_parser_finds_the_same_names() -> None:
    unlike = []
    for name, raw in mails("mime").items():
        if not is_well_formed(email.message_from_bytes(raw, policy=email.policy.default)):
            continue
        # it names a part without a name after its Content-ID
        theirs = [each["filename"] for each in mailparser.parse_from_bytes(raw).attachments]
        named = sorted(file_name(each) or "" for each in theirs if not each.startswith("<"))
        unlike += [name] if named != sorted(each or "" for each, _ in ours(raw)) else []

    assert unlike == []


def test_mail_parser_finds_the_same_bytes() -> None:
    raw = (
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nText\r\n--x\r\n"
        b"Content-Type: application/pdf; name*0=Ei; name*1=ns.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(b"%PDF-1.4")
        + b"--x--\r\n"
    )
    (theirs,) = mailparser.parse_from_bytes(raw).attachments

    assert ours(raw) == [(theirs["filename"], base64.b64decode(theirs["payload"]))] == [("Eins.pdf", b"%PDF-1.4")]


@pytest.mark.parametrize("folder", list(FOLDERS))
def test_every_part_of_every_mail_has_a_reason(folder: str) -> None:
    without = [
        (name, piece.id)
        for name, raw in mails(folder).items()
        for piece in unpack(raw, "m.eml", limits=Limits()).pieces
        if not piece.reason
    ]

    assert without == []


def test_hardly_any_real_mail_is_told_that_names_and_content_disagree() -> None:
    """Five mails are told so, and rightly: their attachments were replaced when names were taken out of them."""
    told = {
        name
        for name, raw in mails("mime").items()
        if any("type_disagrees" in piece.notes for piece in unpack(raw, "m.eml", limits=Limits()).pieces)
    }

    assert told <= {
        "flanker__torture.eml",
        "froide__test_mail_06.eml",
        "froide__test_mail_07.eml",
        "froide__test_mail_11.eml",
        "froide__test_mail_17.eml",
    }
