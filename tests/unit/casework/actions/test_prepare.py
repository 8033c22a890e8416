from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.actions import claims
from casework.actions.intake import record_message
from casework.actions.prepare import Views, record_failure, record_reading, seal_page, seal_readable
from casework.configuration import shipped
from casework.record.models import Case, LetterText, Page
from casework.record.store import Store
from casework.words.errors import LeaseLost
from casework.words.mailbox import MailboxPlace
from casework.words.reading import (
    Box,
    DecidedBy,
    DocumentReading,
    Fate,
    FieldReading,
    FileReading,
    MessageHead,
    Origin,
    PageView,
    PageWord,
    Part,
    Source,
)
from casework.words.sender import ProvedBy, SenderOutcome, SenderVerdict
from casework.words.states import State

OFFICE = """\
name: Amt A
buyer_references: [01059999-A-05]
suppliers: suppliers.csv
processes:
  invoice: {stage: automatic, basis: {text: Nur ein Test, fictitious: true}}
systems:
  haushaltskasse: {base_url: "http://127.0.0.1:1/", login: {user: bot, secret: bot}}
  ablage: {folder: drop}
"""
SUPPLIERS = "name;vat_id;iban\nMoorbau GmbH;DE123456788;DE02120300000000202051\n"
VALUES = {
    "seller": "Moorbau GmbH",
    "seller_vat_id": "DE123456788",
    "number": "R-1",
    "date": "2026-10-30",
    "currency": "EUR",
    "net": "100.00",
    "tax": "19.00",
    "gross": "119.00",
    "payable": "119.00",
    "iban": "DE02120300000000202051",
    "type_code": "380",
}


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "offices").mkdir()
    (tmp_path / "offices" / "amt-a.yaml").write_text(OFFICE, encoding="utf-8")
    (tmp_path / "offices" / "suppliers.csv").write_text(SUPPLIERS, encoding="utf-8")
    monkeypatch.setenv("AMTSBOTE_CONFIG", os.pathsep.join([str(shipped()), str(tmp_path)]))
    return "amt-a"


def invoice(part: str = "1.2", **changes: str) -> DocumentReading:
    fields = {
        name: FieldReading(value=value, sources=[Source(origin=Origin.XML, where=f"/Invoice/{name}")])
        for name, value in {**VALUES, **changes}.items()
    }
    fields["iban"].sources.append(Source(origin=Origin.TEXT, where="page 1"))
    return DocumentReading(part=part, kind="invoice", decided_by=DecidedBy.BYTES, fields=fields)


def reading(*documents: DocumentReading, sender: str = "rechnung@moorbau.example", body: str = "Anbei.") -> FileReading:
    parts = [Part(id="1.1", type="text/plain", bytes=9, sha256="a" * 64, reason="cover_letter")]
    parts += [
        Part(id=document.part, type="application/xml", bytes=99, sha256=document.part.ljust(64, "b"), fate=Fate.USED)
        for document in documents
        if document.part != "1.1"
    ]
    verdict = SenderVerdict(address=sender, outcome=SenderOutcome.PROVEN, proved_by=ProvedBy.GATEWAY)
    head = MessageHead(sender=sender, subject="Rechnung", body=body, verdict=verdict)
    return FileReading(head=head, documents=list(documents), parts=parts)


def arrived(office: str, uid: int = 1) -> Case:
    record_message(f"mail {uid}".encode(), office=office, place=MailboxPlace("p", "INBOX", 1, uid))
    case = claims.claim_new()
    assert case is not None
    return case


SAID = " ".join(f"Satz über Wort{chr(97 + n)} und Ding{chr(97 + n)}" for n in range(20))
pytestmark = pytest.mark.django_db


def test_a_certain_invoice_is_ready_with_fields_and_basis(office: str, watch) -> None:
    case = arrived(office)
    record_reading(case, reading(invoice()), Views())
    case.refresh_from_db()
    assert (case.state, case.process, case.kind, case.reasons) == (State.READY, "invoice", "invoice", [])
    assert case.fields.get(name="gross").value == "119.00"
    assert len(case.basis) == 64


def test_who_goes_alone_has_stage_and_legal_basis_in_the_trail(office: str, watch) -> None:
    case = arrived(office)
    record_reading(case, reading(invoice()), Views())
    event = case.events.get(code="moved_ready")
    case.refresh_from_db()
    assert event.data["basis"] == case.basis
    assert event.data["stage"] == "automatic"
    assert event.data["legal_basis"] == {"text": "Nur ein Test", "decided_on": ""}


def test_an_unknown_letter_waits_in_the_inbox_process(office: str, watch) -> None:
    case = arrived(office)
    record_reading(case, reading(), Views())
    case.refresh_from_db()
    assert (case.state, case.reason, case.process, case.kind) == (
        State.REVIEW,
        "unknown_kind",
        "posteingang",
        "unknown",
    )


def test_an_unknown_letter_shows_subject_and_sender(office: str, watch) -> None:
    case = arrived(office)
    record_reading(case, reading(), Views())
    fields = dict(case.fields.values_list("name", "value"))
    assert fields == {"subject": "Rechnung", "sender": "rechnung@moorbau.example"}


def test_each_further_document_opens_a_sibling_once(office: str, watch) -> None:
    case = arrived(office)
    documents = [invoice("1.2"), invoice("1.3", number="R-2"), invoice("1.4", number="R-3")]
    assert len(record_reading(case, reading(*documents), Views())) == 3
    assert list(Case.objects.order_by("part").values_list("part", "state")) == [
        ("1.2", "ready"), ("1.3", "ready"), ("1.4", "ready"),
    ]  # fmt: skip


def test_the_same_business_key_twice_stops_and_asks(office: str, watch) -> None:
    record_reading(arrived(office, 1), reading(invoice(), sender="a@moorbau.example"), Views())
    second = arrived(office, 2)
    record_reading(second, reading(invoice(), sender="b@moorbau.example"), Views())
    second.refresh_from_db()
    assert (second.state, second.reason) == (State.REVIEW, "business_key_taken")


def test_a_re_delivery_closes_as_duplicate(office: str, watch) -> None:
    record_reading(arrived(office, 1), reading(invoice()), Views())
    second = arrived(office, 2)
    record_reading(second, reading(invoice()), Views())
    second.refresh_from_db()
    assert (second.state, second.reason) == (State.CLOSED, "duplicate")
    first = Case.objects.exclude(pk=second.pk).get()
    assert second.events.get(code="moved_closed").data["first"] == first.reference


def letter(words: str, *, number: str) -> DocumentReading:
    return DocumentReading(
        part="1.2", kind="unknown", unsure=["unknown_kind"], text=f"{SAID} Aktenzeichen {number} {words}"
    )


@pytest.mark.parametrize(
    ("number", "rules"), [("4711", ["AB-NEARLY-SAME"]), ("4712", [])], ids=["the same again", "of another matter"]
)
def test_a_letter_in_nearly_the_same_words_asks_and_names_the_first(
    office: str, watch, number: str, rules: list[str]
) -> None:
    first = arrived(office, 1)
    record_reading(first, reading(letter("Bitte.", number="4711"), sender="a@example.org"), Views())
    second = arrived(office, 2)
    record_reading(second, reading(letter("Danke.", number=number), sender="b@example.org"), Views())
    second.refresh_from_db()
    spoken = second.findings.filter(rule="AB-NEARLY-SAME")
    assert [finding.rule for finding in spoken] == rules
    assert all(first.reference in finding.message for finding in spoken)
    assert second.state == State.REVIEW
    assert not first.findings.filter(rule="AB-NEARLY-SAME").exists()


def test_what_a_letter_says_lies_sealed_in_the_store(office: str, watch) -> None:
    case = arrived(office)
    record_reading(case, reading(letter("Bitte.", number="4711")), Views())
    kept = case.letter_text
    assert b"Aktenzeichen 4711" in Store(office).get(kept.address)
    assert kept.bands.count() == 9
    assert all("4711" not in band.digest for band in kept.bands.all())


def test_looking_for_a_duplicate_takes_as_many_queries_however_many_letters_are_alike(office: str, watch) -> None:
    def queries(uid: int) -> int:
        case = arrived(office, uid)
        with CaptureQueriesContext(connection) as counted:
            record_reading(case, reading(invoice(number=f"R-{uid}", part=f"1.{uid}")), Views())
        case.refresh_from_db()
        assert (case.state, case.reason) == (State.READY, "accepted"), "the same cover letter, another invoice"
        return len(counted)

    first, *_others, last = (queries(uid) for uid in range(2, 9))
    assert last == first


@pytest.mark.parametrize("fate", [State.CLOSED, State.DONE])
def test_a_closed_case_makes_no_duplicate_but_one_that_is_done_does(office: str, watch, fate: State) -> None:
    first, second = arrived(office, 1), arrived(office, 2)
    record_reading(first, reading(invoice()), Views())
    Case.objects.filter(pk=first.pk).update(state=fate)
    record_reading(second, reading(invoice()), Views())
    second.refresh_from_db()
    assert (second.reason == "duplicate") is (fate is State.DONE)


@pytest.mark.parametrize(("auto", "reason"), [(True, "auto_reply"), (False, "newsletter")])
def test_nothing_to_do_closes_the_case(office: str, watch, auto: bool, reason: str) -> None:
    case = arrived(office)
    found = reading(DocumentReading(part="1.1", kind="no_action", decided_by=DecidedBy.BYTES))
    found.head.auto_submitted = auto
    record_reading(case, found, Views())
    case.refresh_from_db()
    assert (case.state, case.reason) == (State.CLOSED, reason)


def test_what_the_model_alone_calls_a_newsletter_is_seen_by_a_clerk(office: str, watch) -> None:
    case = arrived(office)
    found = reading(DocumentReading(part="1.1", kind="no_action", decided_by=DecidedBy.MODEL, confidence=0.99))
    record_reading(case, found, Views())
    case.refresh_from_db()
    assert case.state == State.REVIEW


def test_pages_lie_sealed_in_the_store(office: str, watch) -> None:
    case = arrived(office)
    box = Box(page=1, x0=1, y0=2, x1=3, y1=4)
    page = PageView(part="1.2", number=1, width=595, height=842, png=b"png", words=[PageWord(text="R-1", box=box)])
    record_reading(
        case, reading(invoice()), Views((seal_page(office, page),), {"1.1": seal_readable(office, "<p>Anbei.</p>")})
    )
    row = Page.objects.get()
    assert Store(office).get(row.image) == b"png"
    assert b'"R-1"' in Store(office).get(row.words)
    assert Store(office).get(case.message.parts.get(part="1.1").readable) == b"<p>Anbei.</p>"


def test_a_reading_of_a_case_that_was_taken_over_writes_nothing(office: str, watch) -> None:
    case = arrived(office)
    Case.objects.update(token=case.token + 1)
    with pytest.raises(LeaseLost):
        record_reading(case, reading(invoice()), Views())
    assert not case.fields.exists()


def test_what_a_clerk_corrected_survives_reading_again(office: str, watch) -> None:
    case = arrived(office)
    record_reading(case, reading(invoice(gross="120.00")), Views())
    case.fields.filter(name="gross").update(value="119.00", corrected=True)
    Case.objects.filter(pk=case.pk).update(state=State.NEW)
    again = claims.claim_new()
    assert again is not None
    record_reading(again, reading(invoice(gross="120.00")), Views())
    assert case.fields.get(name="gross").value == "119.00"


def test_a_failed_reading_goes_to_a_clerk(office: str, watch) -> None:
    case = arrived(office)
    record_failure(case, "reading_failed")
    assert (case.state, case.reason) == (State.REVIEW, "reading_failed")


@pytest.mark.parametrize(
    ("head", "more"),
    [({}, True), ({"subject": "Widerspruch"}, False), ({"outcome": SenderOutcome.UNPROVEN}, False)],
    ids=["with one more file", "under another subject", "first in his name by a stranger"],
)
def test_the_same_words_are_no_duplicate_when_anything_else_differs(
    office: str, watch, head: dict[str, str], more: bool
) -> None:
    first, second = arrived(office, 1), arrived(office, 2)
    record_reading(first, altered(reading(), **head), Views())
    said = reading()
    if more:
        said.parts.append(Part(id="1.9", parent="1", type="application/pdf", bytes=9, sha256="f" * 64))
    record_reading(second, said, Views())
    second.refresh_from_db()
    assert second.state == State.REVIEW


def altered(said: FileReading, *, subject: str = "Rechnung", outcome: str = SenderOutcome.PROVEN) -> FileReading:
    assert said.head.verdict is not None
    verdict = said.head.verdict.model_copy(update={"outcome": SenderOutcome(outcome), "proved_by": None})
    head = said.head.model_copy(update={"subject": subject, "verdict": verdict})
    return said.model_copy(update={"head": head})


def test_the_lost_text_of_an_earlier_letter_stops_no_later_one(
    office: str, watch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = arrived(office, 1), arrived(office, 2)
    record_reading(first, reading(letter("Bitte.", number="4711"), sender="a@example.org"), Views())
    LetterText.objects.filter(case=first).update(address="0" * 64)
    record_reading(second, reading(letter("Danke.", number="4711"), sender="b@example.org"), Views())
    second.refresh_from_db()
    assert (second.state, second.reason) == (State.REVIEW, "unknown_kind")
    assert first.reference in caplog.text
