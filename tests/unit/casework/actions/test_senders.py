"""What the record keeps of a sender, and what an office learns from its own cases."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from casework.actions import claims, handover, recheck
from casework.actions.decisions import Turn
from casework.actions.force import current, in_force
from casework.actions.intake import record_message
from casework.actions.knowledge import RecordKnowledge
from casework.actions.prepare import Views, record_reading
from casework.actions.senders import door_of, recorded
from casework.configuration import shipped
from casework.record.models import Case
from casework.words.mailbox import MailboxPlace
from casework.words.reading import FieldReading, MessageHead, Origin, Source
from casework.words.sender import ProvedBy, SenderMethod, SenderOutcome, SenderVerdict
from casework.words.states import State
from tests import factories, posted

OFFICE = """\
name: Amt A
names: [Amt Ahlbek]
suppliers: suppliers.csv
senders: {own_domains: [amt-a.example]}
mailboxes: [{account: posteingang, host: 127.0.0.1, user: a, secret: a, authserv_id: mx.amt-a.example}]
folders:
  - {name: portal, path: PORTAL, trusted_sender: true}
  - {name: scanner, path: SCANNER}
processes:
  invoice: {stage: automatic, basis: {text: Nur ein Test, fictitious: true}}
systems:
  haushaltskasse: {base_url: "http://127.0.0.1:1/", login: {user: bot, secret: bot}}
  ablage: {folder: drop}
"""
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def offices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watch: object) -> None:
    """Two offices: the one above, and one that is only a neighbour."""
    folder = tmp_path / "offices"
    folder.mkdir()
    text = OFFICE.replace("PORTAL", str(tmp_path / "portal")).replace("SCANNER", str(tmp_path / "scanner"))
    (folder / "amt-a.yaml").write_text(text, encoding="utf-8")
    (folder / "amt-b.yaml").write_text("name: Amt B\n", encoding="utf-8")
    rows = "name;vat_id;iban;domain\nMoorbau GmbH;DE123456788;DE02120300000000202051;moorbau.example\n"
    (folder / "suppliers.csv").write_text(rows, encoding="utf-8")
    monkeypatch.setenv("AMTSBOTE_CONFIG", os.pathsep.join([str(shipped()), str(tmp_path)]))


def verdict(address: str = "rechnung@moorbau.example", outcome: str = "proven") -> SenderVerdict:
    looks = (SenderMethod(name="dmarc", result="pass", domain="moorbau.example", by="mx.amt-a.example"),)
    proof = ProvedBy.GATEWAY if outcome == "proven" else None
    return SenderVerdict(address=address, outcome=SenderOutcome(outcome), proved_by=proof, methods=looks)


def arrived(account: str = "posteingang", uid: int = 1) -> Case:
    place = MailboxPlace(account, "INBOX", 1, uid)
    record_message(f"brief {uid}".encode(), office="amt-a", place=place)
    case = claims.claim_new()
    assert case is not None
    return case


def read(case: Case, found: SenderVerdict | None, *, number: str = "R-1") -> Case:
    reading = posted.letter(number)
    fields = reading.documents[0].fields
    fields["iban"].sources.append(Source(origin=Origin.TEXT, where="page 1"))
    fields["type_code"] = FieldReading(value="380", sources=fields["date"].sources)
    head = MessageHead(sender=found.address if found else "", verdict=found)
    (case,) = record_reading(case, reading.model_copy(update={"head": head}), Views())
    case.refresh_from_db()
    return case


def test_the_verdict_stands_on_the_message_as_code_and_whole() -> None:
    case = read(arrived(), verdict("x@post.moorbau.example"))
    message = case.message

    assert (message.sender_proof, message.sender_domain) == ("proven", "moorbau.example")
    assert recorded(message) == verdict("x@post.moorbau.example")
    assert case.state == State.READY


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (verdict(outcome="unproven"), "sender_unproven"),
        (verdict(outcome="contradicted"), "sender_contradicted"),
        (verdict("rechnung@rnoorbau.example"), "sender_lookalike"),
        (None, "sender_unproven"),
    ],
)
def test_an_invoice_of_a_doubtful_sender_goes_to_a_person(found: SenderVerdict | None, reason: str) -> None:
    case = read(arrived(), found)

    assert (case.state, case.reason) == (State.REVIEW, reason)
    process = in_force("amt-a", "invoice")
    judged = {finding.rule for finding in recheck.judge(case, process, recheck.document_of(case))}
    assert f"AB-{reason.upper().replace('_', '-')}" in judged, "what a clerk corrects does not prove the sender"


def test_a_drop_has_the_word_of_its_folder_whatever_the_file_says() -> None:
    trusted = read(arrived("portal"), None)
    assert (trusted.state, trusted.message.sender_proof) == (State.READY, "proven")

    scanned = read(arrived("scanner", uid=2), verdict(), number="R-2")
    assert (scanned.reason, scanned.message.sender_proof) == ("sender_unproven", "unproven")


def test_a_domain_is_known_by_a_proven_letter_whose_case_was_done() -> None:
    def known() -> bool:
        return RecordKnowledge(current(), "amt-a").senders().knows("rechnung.neu.example")

    letter = factories.message(sender_proof="proven", sender_domain="neu.example")
    case = factories.case(message=letter, state=State.REVIEW)
    assert not known()
    Case.objects.filter(pk=case.pk).update(state=State.DONE)
    assert known()
    assert RecordKnowledge(current(), "amt-a").senders().domains() == {
        "amt-a.example",
        "moorbau.example",
        "neu.example",
    }
    letter.sender_proof = "unproven"
    letter.save()
    assert not known()
    assert not RecordKnowledge(current(), "amt-b").senders().knows("neu.example")


def test_a_letter_handed_over_keeps_the_door_it_came_in_by() -> None:
    case = read(arrived(), verdict(outcome="unproven"))
    handover.hand_over(case, Turn(factories.person("alke"), case.version, seconds=3), "amt-b")
    there = Case.objects.get(office="amt-b").message

    door = door_of(there, current())
    assert door is not None and (door.account, there.account) == ("posteingang", "amtsbote:amt-a")
    there.uid = 4711
    assert door_of(there, current()) is None
