"""What a mail says about answers: to which of our mails it belongs, and whether a machine may answer it."""

from __future__ import annotations

import pytest

from casework.words.answers import Correspondence
from classifiers.readers.mail import head_of, parse_mail

OURS = "<ab-0123456789ab@amt.example>"


def said(raw: str) -> Correspondence:
    return head_of(parse_mail(raw.replace("\n", "\r\n").encode())).correspondence


def report(returned: str, *, action: str = "failed") -> str:
    return f"""From: MAILER-DAEMON@mx.example.org
To: post@amt.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Return-Path: <>
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; buergerin@example.org
Action: {action}
Status: 5.1.1

--b
{returned}
--b--
"""


WHOLE = f"Content-Type: message/rfc822\n\nMessage-ID: {OURS}\nSubject: Eingang\n\nGuten Tag\n"
HEADERS = f"Content-Type: text/rfc822-headers\n\nFrom: post@amt.example\nMessage-ID: {OURS}\n"
ENCODED = f"Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: quoted-printable\n\nMessage-ID: {OURS}\n"


@pytest.mark.parametrize("returned", [WHOLE, HEADERS, ENCODED])
def test_a_bounce_names_the_mail_it_returns(returned: str) -> None:
    found = said(report(returned))
    assert (found.is_report, found.failed, found.no_return, found.auto_submitted) == (True, True, True, "auto-replied")
    assert found.refers_to == (OURS,)


def test_a_delay_is_no_failure() -> None:
    found = said(report(WHOLE, action="delayed"))
    assert (found.is_report, found.failed) == (True, False)


def test_a_reply_names_the_nearest_mail_first() -> None:
    found = said(f"From: a@b.example\nIn-Reply-To: {OURS}\nReferences: <old@x.example> <mid@x.example> {OURS}\n\nja\n")
    assert found.refers_to == (OURS, "<mid@x.example>", "<old@x.example>")
    assert found.references == f"<old@x.example> <mid@x.example> {OURS}"
    assert (found.auto_submitted, found.listed, found.no_return) == ("", False, False)


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ("Auto-Submitted: auto-generated; owner-email=x@y.example", "auto_submitted"),
        ("List-Id: <liste.example.org>", "listed"),
        ("List-Post: <mailto:liste@example.org>", "listed"),
        ("Precedence: bulk", "listed"),
        ("Return-Path: <>", "no_return"),
    ],
)
def test_machines_and_lists_say_so(headers: str, name: str) -> None:
    assert getattr(said(f"From: a@b.example\n{headers}\n\nHallo\n"), name)


def test_no_is_no() -> None:
    assert said("From: a@b.example\nAuto-Submitted: no\n\nHallo\n") == Correspondence()


def test_hostile_ids_are_left_out_and_bounded() -> None:
    many = " ".join(f"<{number}@x.example>" for number in range(500))
    found = said(f"From: a@b.example\nIn-Reply-To: <a b@c> <{'x' * 400}@y.example>\nReferences: {many}\n\nHallo\n")
    assert len(found.refers_to) == 50
    assert len(found.references) <= 2000
    assert all("\n" not in each and len(each) <= 250 for each in found.refers_to)
