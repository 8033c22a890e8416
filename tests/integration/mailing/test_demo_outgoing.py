"""The demo's outgoing mail server, reached as the house reaches it."""

from __future__ import annotations

import email
import smtplib
from collections.abc import Iterator
from email import policy
from pathlib import Path

import pytest

from bots.mailing.outbox import Outbox
from casework.configuration.systems import MailSystem
from casework.words.errors import LoginRefused, Rejected
from casework.words.work import Permit, Receipt, Work
from demo.mailserver.outgoing import Outgoing

LOGIN, ADDRESS, PASSWORD = "post-amt-a", "post@amt-a.example", "grün-4711"
OTHER = "post@amt-b.example"


class Leave:
    """Every letter may go."""

    def may_leave(self, sign: str, digest: str) -> Permit:
        return Permit()


@pytest.fixture
def outgoing(tmp_path: Path) -> Iterator[Outgoing]:
    with Outgoing(
        tmp_path, hostname="mx.demo.example", writers={LOGIN: ADDRESS}, passwords={LOGIN: PASSWORD}, own=[OTHER]
    ) as running:
        yield running


def send(outgoing: Outgoing, work: Work, *, sender: str = ADDRESS, password: str = PASSWORD) -> Receipt:
    system = MailSystem(
        system="antwort",
        title="Antwort",
        transport="mail",
        secret="antwort",
        host=outgoing.host,
        port=outgoing.port,
        account=LOGIN,
        sender=sender,
        ca=str(outgoing.ca_file),
        longest_request_s=10,
        operations={"acknowledge": {"title": "Eingang bestätigen"}},
    )
    with Outbox(system, password=password) as outbox:
        operation = outbox.operation("acknowledge")
        operation.enter(work)
        return operation.commit(Leave())


def letters(outgoing: Outgoing) -> list[Path]:
    return sorted((outgoing.ca_file.parent / "citizens").iterdir())


def test_an_answer_lies_where_the_citizen_reads_it_under_the_number_of_its_receipt(
    outgoing: Outgoing, work: Work
) -> None:
    receipt = send(outgoing, work)
    (path,) = letters(outgoing)
    letter = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert path.name == f"{receipt.number}-1.eml"
    assert (letter["Return-Path"], letter["To"]) == (f"<{ADDRESS}>", work.fields["to"])
    assert letter["Message-ID"] == work.fields["message_id"]
    assert "ESMTPSA" in letter["Received"]


@pytest.mark.parametrize("recipient", [ADDRESS, OTHER.title()])
def test_an_answer_to_the_offices_themselves_is_refused_as_a_loop(
    outgoing: Outgoing, work: Work, recipient: str
) -> None:
    ours = work.model_copy(update={"fields": {**work.fields, "to": recipient}})
    with pytest.raises(Rejected, match=r"554 5\.4\.6"):
        send(outgoing, ours)
    assert letters(outgoing) == []


def test_nobody_writes_from_another_address_or_with_a_wrong_password(outgoing: Outgoing, work: Work) -> None:
    with pytest.raises(Rejected, match=r"553 5\.7\.1"):
        send(outgoing, work, sender=OTHER)
    with pytest.raises(LoginRefused):
        send(outgoing, work, password="falsch")
    assert letters(outgoing) == []


def test_without_encryption_it_takes_neither_login_nor_letter(outgoing: Outgoing) -> None:
    with smtplib.SMTP(outgoing.host, outgoing.port, timeout=10) as line:
        line.ehlo()
        assert "auth" not in line.esmtp_features
        assert line.mail(ADDRESS)[0] == 530
