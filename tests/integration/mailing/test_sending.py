"""Answers over a real SMTP server: each once, to one recipient, over a proven line, or not at all."""

from __future__ import annotations

import datetime as dt
import email
from collections.abc import Callable
from email import policy
from pathlib import Path

import pytest

from bots.mailing import Outbox
from casework.configuration.systems import MailSystem
from casework.words.errors import (
    AmtsboteError,
    LoginRefused,
    NeedsReview,
    NothingLeft,
    OutcomeUnknown,
    Rejected,
    TryAgainLater,
)
from casework.words.work import Permit, Receipt, Refusal, Work
from demo.mailserver.certificates import Authority, KeyPair, make_self_signed
from tests.integration.mailing.server import PASSWORD, MailServer, Script, TlsMailServer

Account = Callable[..., MailSystem]


class Asked:
    """A departure that says what it is told to, and counts how often it was asked."""

    def __init__(self, answer: Permit | Refusal | None = None) -> None:
        self.times = 0
        self._answer = answer or Permit()

    def may_leave(self, sign: str, digest: str) -> Permit | Refusal:
        self.times += 1
        return self._answer


def send(system: MailSystem, work: Work, asked: Asked | None = None, *, password: str = PASSWORD) -> Receipt:
    with Outbox(system, password=password) as outbox:
        operation = outbox.operation("acknowledge")
        operation.enter(work)
        return operation.commit(asked or Asked())


def test_an_answer_arrives_as_it_was_written_and_the_queue_id_is_its_receipt(
    server: MailServer, account: Account, work: Work
) -> None:
    asked = Asked()
    receipt = send(account(server), work, asked)
    assert (receipt.number, asked.times) == ("4AE81C", 1)
    (content,), ((recipient,),) = server.script.letters, server.script.recipients
    mail = email.message_from_bytes(content, policy=policy.default)
    assert recipient == work.fields["to"] == mail["To"]
    assert mail.get_content().replace("\r\n", "\n") == work.fields["body"]
    assert mail["Subject"] == work.fields["subject"]
    assert mail["In-Reply-To"] == "<frage@example.org>"
    assert mail["References"] == "<aelter@example.org> <frage@example.org>"
    assert mail["Message-ID"] == work.fields["message_id"]
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
    assert mail["From"] == "Amt Ahlbek <post@amt.example>"


def test_a_server_that_knows_only_the_older_login_is_served_too(
    server: MailServer, account: Account, script: Script, work: Work
) -> None:
    script.mechanisms = ("LOGIN",)
    send(account(server), work)
    with pytest.raises(LoginRefused):
        send(account(server), work, password="grün")
    assert [said.split()[1] for said in script.said] == [b"LOGIN", b"LOGIN"]
    assert len(script.letters) == 1


def test_a_session_sends_a_batch_over_one_connection(server: MailServer, account: Account, work: Work) -> None:
    with Outbox(account(server), password=PASSWORD) as outbox:
        for _ in range(3):
            operation = outbox.operation("acknowledge")
            operation.enter(work)
            operation.commit(Asked())
    assert (len(server.script.letters), server.script.connections) == (3, 1)


def test_tls_from_the_first_byte(authority: Authority, account: Account, work: Work, tmp_path: Path) -> None:
    with TlsMailServer(authority.issue(), script=Script(), folder=tmp_path / "tls") as running:
        assert send(account(running, security="tls"), work).number == "4AE81C"
        assert len(running.script.letters) == 1


@pytest.mark.parametrize(("rcpt", "kind"), [("550 5.1.1 no such mailbox", Rejected), ("451 4.2.1 later", NothingLeft)])
def test_a_refused_recipient_is_known_before_anything_leaves(
    server: MailServer, account: Account, work: Work, rcpt: str, kind: type[AmtsboteError]
) -> None:
    server.script.rcpt = rcpt
    asked = Asked()
    with pytest.raises(kind) as caught:
        send(account(server), work, asked)
    assert (asked.times, server.script.letters) == (0, [])
    assert "example.org" not in str(caught.value)
    assert not isinstance(caught.value, Rejected) or caught.value.proves_not_done


@pytest.mark.parametrize("data", ["2x0 OK", "299 taken, in a way"])
def test_an_answer_that_is_neither_yes_nor_no_proves_nothing(
    server: MailServer, account: Account, work: Work, data: str
) -> None:
    server.script.data = data
    with pytest.raises(OutcomeUnknown):
        send(account(server), work)
    assert len(server.script.letters) == 1


@pytest.mark.parametrize(
    ("before_data", "data", "again"),
    [
        ("451 4.3.0 disk full", "", True),
        ("554 5.7.1 no", "", False),
        ("", "452 4.3.1 later", True),
        ("", "554 5.6.0 spam", False),
    ],
)
def test_a_letter_the_server_refuses_is_proven_not_sent(
    server: MailServer, account: Account, work: Work, before_data: str, data: str, again: bool
) -> None:
    server.script.before_data, server.script.data = before_data, data or server.script.data
    with pytest.raises(Rejected) as caught:
        send(account(server), work)
    assert (caught.value.proves_not_done, caught.value.try_again) == (True, again)
    assert server.script.letters == []


def test_a_line_lost_before_the_letter_left_nothing(server: MailServer, account: Account, work: Work) -> None:
    server.script.drop = "rcpt"
    asked = Asked()
    with pytest.raises(NothingLeft):
        send(account(server), work, asked)
    assert asked.times == 0
    server.script.drop = "data"
    with pytest.raises(Rejected) as caught:
        send(account(server), work, asked)
    assert (asked.times, caught.value.proves_not_done, caught.value.try_again) == (1, True, True)


def test_a_line_lost_after_the_last_dot_is_an_unknown_outcome(server: MailServer, account: Account, work: Work) -> None:
    server.script.drop = "dot"
    with pytest.raises(OutcomeUnknown):
        send(account(server), work)
    assert len(server.script.letters) == 1


def test_without_leave_nothing_is_given(server: MailServer, account: Account, work: Work) -> None:
    with pytest.raises(NothingLeft):
        send(account(server), work, Asked(Refusal("the lease is lost")))
    assert server.script.letters == []


def test_struck_out_starttls_is_refused_before_any_login(
    authority: Authority, account: Account, work: Work, tmp_path: Path
) -> None:
    with (
        MailServer(authority.issue(), script=Script(), folder=tmp_path / "open", starttls=False) as running,
        pytest.raises(TryAgainLater) as caught,
    ):
        send(account(running), work)
    assert caught.value.reason == "mail_line_open"
    assert running.script.said == []


@pytest.mark.parametrize("sort", ["self_signed", "other_name", "expired"])
def test_an_unproven_server_hears_no_password(
    authority: Authority, account: Account, work: Work, tmp_path: Path, sort: str
) -> None:
    pairs: dict[str, Callable[[], KeyPair]] = {
        "self_signed": make_self_signed,
        "other_name": lambda: authority.issue(("mx.elsewhere.example",)),
        "expired": lambda: authority.issue(until=dt.datetime.now(dt.UTC) - dt.timedelta(days=2)),
    }
    pair = pairs[sort]()
    with (
        MailServer(pair, script=Script(), folder=tmp_path / sort) as running,
        pytest.raises(TryAgainLater) as caught,
    ):
        send(account(running), work)
    assert caught.value.reason == "certificate_untrusted"
    assert running.script.said == []


def test_a_refused_login_is_tried_once_and_quotes_no_password(server: MailServer, account: Account, work: Work) -> None:
    wrong = "falsch-und-geheim-0815"
    with Outbox(account(server), password=wrong) as outbox:
        for _ in range(2):
            with pytest.raises(LoginRefused) as caught:
                outbox.operation("acknowledge").enter(work)
        assert not outbox.alive
    assert len(server.script.said) == 1
    chain = [caught.value, caught.value.__cause__, caught.value.__context__]
    assert all(wrong not in str(error) for error in chain)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("subject", "Antwort\r\nBcc: alle@example.org"),
        ("subject", "Antwort\nX: y"),
        ("subject", "x" * 300),
        ("to", "a@example.org, b@example.org"),
        ("to", "a@example.org\r\nRCPT TO:<b@example.org>"),
        ("to", "<a@example.org>"),
        ("message_id", "<a@b.example>\r\nBcc: c@example.org"),
        ("body", ""),
        ("body", "Guten Tag\x00\n"),
    ],
)
def test_what_would_write_headers_or_recipients_is_refused(
    server: MailServer, account: Account, work: Work, field: str, text: str
) -> None:
    with pytest.raises(NeedsReview) as caught:
        send(account(server), work.model_copy(update={"fields": {**work.fields, field: text}}))
    assert caught.value.reason == "answer_unsendable"
    assert server.script.letters == []


def test_hostile_message_ids_of_the_letter_answered_are_left_out(
    server: MailServer, account: Account, work: Work
) -> None:
    hostile = {
        "in_reply_to": "<a b@c> \r\nBcc: x@example.org",
        "references": "garbage <gut@example.org> <" + "x" * 400 + "@y>",
    }
    send(account(server), work.model_copy(update={"fields": {**work.fields, **hostile, "in_reply_to": ""}}))
    (content,) = server.script.letters
    assert b"Bcc" not in content
    assert b"In-Reply-To" not in content


def test_the_same_work_is_the_same_letter(server: MailServer, account: Account, work: Work) -> None:
    send(account(server), work)
    send(account(server), work)
    assert server.script.letters[0] == server.script.letters[1]
