"""The desk that reads: what is out of order around a letter is no fault of the letter."""

from __future__ import annotations

import io
import logging
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pikepdf
import pytest
from django.db import InterfaceError, OperationalError
from pikepdf import Array, Dictionary, Name

from casework.actions import clock, prepare as actions
from casework.record.models import Case, Message
from casework.words.errors import StoreError
from casework.words.mailbox import MAIL_NAME
from casework.words.states import State
from classifiers import Reader
from classifiers.readers.limits import Showing
from flows.stations import prepare
from flows.stations.prepare import PrepareDesk
from tests import factories

AROUND = [
    (StoreError("no space left on device"), "store_failed"),
    (OperationalError("disk I/O error"), "record_unreachable"),
    (InterfaceError("connection already closed"), "record_unreachable"),
]


@pytest.fixture
def desk(db: None, monkeypatch: pytest.MonkeyPatch) -> PrepareDesk:
    """A desk that has not opened its reader; the test's connection stays open."""
    monkeypatch.setattr(prepare, "hang_up", lambda: None)
    return PrepareDesk()


@pytest.mark.parametrize(("trouble", "reason"), AROUND)
def test_a_letter_waits_while_store_or_record_is_out_of_order(
    desk: PrepareDesk, monkeypatch: pytest.MonkeyPatch, trouble: Exception, reason: str
) -> None:
    cases = [factories.case(state=State.NEW, reason="stored") for _ in range(3)]
    _fail(monkeypatch, trouble)
    assert desk.work_next()
    assert not desk.work_next(), "the desk rests, so that the others are not even touched"
    rows = Case.objects.filter(pk__in=[case.pk for case in cases]).order_by("pk")
    assert [(row.state, row.reason, row.tries) for row in rows] == [("new", reason, 1)] + [("new", "stored", 0)] * 2
    assert rows[0].not_before is not None and rows[0].lease_until is None


def test_it_goes_on_after_its_rest(desk: PrepareDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        factories.case(state=State.NEW)
    _fail(monkeypatch, StoreError("full"))
    monkeypatch.setattr(prepare, "REST_SECONDS", 0.0)
    assert [desk.work_next() for _ in range(3)] == [True, True, False]


def test_a_letter_that_the_store_never_gives_is_a_clerks_in_the_end(
    desk: PrepareDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = factories.case(state=State.NEW)
    _fail(monkeypatch, StoreError("the file was altered"))
    monkeypatch.setattr(prepare, "REST_SECONDS", 0.0)
    moment, rounds = datetime(2026, 11, 2, 18, tzinfo=UTC), 0
    while case.state == State.NEW and rounds <= actions.TRIES:
        monkeypatch.setattr(clock, "now", lambda at=moment: at)
        assert desk.work_next()
        case.refresh_from_db()
        moment, rounds = case.not_before or moment, rounds + 1
    assert (case.state, case.reason, rounds) == (State.REVIEW, "reading_failed", actions.TRIES)
    assert (case.tries, case.not_before) == (0, None)
    assert moment - datetime(2026, 11, 2, 18, tzinfo=UTC) > timedelta(hours=10)


def test_when_even_putting_back_fails_the_lease_runs_out_by_itself(
    desk: PrepareDesk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    case = factories.case(state=State.NEW)
    _fail(monkeypatch, OperationalError("away"))
    monkeypatch.setattr(prepare, "put_back", _raiser(OperationalError("still away")))
    with caplog.at_level(logging.WARNING, "amtsbote.prepare"):
        assert desk.work_next()
    case.refresh_from_db()
    assert (case.state, case.lease_until is not None) == (State.NEW, True)
    assert "still away" in caplog.text


def test_a_letter_that_cannot_be_read_is_a_clerks(desk: PrepareDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    case = factories.case(state=State.NEW)
    _fail(monkeypatch, ZeroDivisionError())
    assert desk.work_next()
    case.refresh_from_db()
    assert (case.state, case.reason) == (State.REVIEW, "reading_failed")


def _fail(monkeypatch: pytest.MonkeyPatch, trouble: Exception) -> None:
    monkeypatch.setattr(prepare, "Store", lambda _office: type("Broken", (), {"get": _raiser(trouble)})())


def _raiser(trouble: Exception) -> Any:
    def fail(*_: object) -> None:
        raise trouble

    return fail


def test_a_letter_over_which_three_workers_died_is_a_clerks(desk: PrepareDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    died, other = factories.case(state=State.NEW, begun=3), factories.case(state=State.NEW, begun=2)
    _fail(monkeypatch, StoreError("full"))
    monkeypatch.setattr(prepare, "REST_SECONDS", 0.0)
    assert [desk.work_next(), desk.work_next()] == [True, True]
    died.refresh_from_db()
    other.refresh_from_db()
    assert (died.state, died.reason, died.begun) == (State.REVIEW, "reading_failed", 0)
    assert (other.state, other.begun) == (State.NEW, 0), "a worker that lived to put it back does not count"


@pytest.mark.parametrize(
    ("left", "shown"),
    [(Showing(), 15), (Showing(pages=7), 7), (Showing(size=1), 1)],
)
def test_a_letter_has_one_budget_for_all_its_parts(
    db: None, monkeypatch: pytest.MonkeyPatch, left: Showing, shown: int
) -> None:
    monkeypatch.setattr(prepare, "Showing", lambda: left)
    raw = _mail([_pdf(pages=5)] * 3)
    with Reader() as reader:
        reading = reader.read(raw, MAIL_NAME)
        told, views = _desk_of(reader)._with_views(Message(office="amt-a"), raw, reading)
    assert len(views.pages) == shown
    assert ["too_many_pages" in document.unsure for document in told.documents] == [shown < 15] * len(told.documents)


def test_pages_that_take_for_ever_take_no_longer_than_the_budget_of_their_letter(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "Showing", lambda: Showing(seconds=2.0))
    raw = _mail([_pdf(pages=20, slow=True)] * 10)
    with Reader() as reader:
        reading = reader.read(raw, MAIL_NAME)
        assert sum(part.type == "application/pdf" and part.fate != "refused" for part in reading.parts) >= 1
        began = time.monotonic()
        told, _views = _desk_of(reader)._with_views(Message(office="amt-a"), raw, reading)
        assert time.monotonic() - began < 10
    assert all("too_many_pages" in document.unsure for document in told.documents)


def _desk_of(reader: Reader) -> PrepareDesk:
    desk = PrepareDesk()
    desk._reader = reader
    return desk


def _pdf(*, pages: int, slow: bool = False) -> bytes:
    """Pages with some text; slow ones with a shading whose function is long to compute at every point."""
    document = pikepdf.new()
    font = document.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    function = document.make_stream(b"{ " + b"exch sin exch " * 3000 + b" dup dup }")
    function.FunctionType, function.Domain, function.Range = 4, Array([0, 595, 0, 842]), Array([0, 1] * 3)
    shading = Dictionary(ShadingType=1, ColorSpace=Name.DeviceRGB, Domain=Array([0, 595, 0, 842]), Function=function)
    text = b"BT /F1 12 Tf 50 800 Td (Sehr geehrte Damen und Herren, guten Tag) Tj ET "
    for _number in range(pages):
        page = document.add_blank_page(page_size=(595, 842))
        page.obj.Resources = Dictionary(Font=Dictionary(F1=font), Shading=Dictionary(S=shading))
        page.obj.Contents = document.make_stream(text + (b"/S sh" if slow else b""))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _mail(files: list[bytes]) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@evil.example", "post@amt.example", "Unterlagen"
    mail.set_content("Guten Tag, anbei.")
    for number, data in enumerate(files):
        mail.add_attachment(data, maintype="application", subtype="pdf", filename=f"{number}.pdf")
    return mail.as_bytes()
