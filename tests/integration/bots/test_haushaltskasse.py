"""Invoices go into the running Haushaltskasse through gate, browser and catalogue: once, whatever happens."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bots.catalogue.operation import CatalogueOperation
from bots.catalogue.session import BrowserSession
from casework.words.errors import (
    LoginRefused,
    NeedsReview,
    NothingLeft,
    OutcomeUnknown,
    Rejected,
    TryAgainLater,
)
from casework.words.work import Refusal
from demo.targets.control import TargetProcess
from tests.integration.bots.targets import PASSWORD, Journal, catalogue, invoice

NUMBERS = count(1)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TargetProcess]:
    with TargetProcess(
        "haushaltskasse",
        data=tmp_path_factory.mktemp("haushaltskasse"),
        options=["--latency", "0.3"],
        auto_restart=True,
    ) as target:
        yield target


@pytest.fixture(scope="module")
def session(target: TargetProcess) -> Iterator[BrowserSession]:
    system = catalogue("haushaltskasse", base_url=target.url, step_s=4.0, longest_request_s=8.0)
    with BrowserSession(system, password=PASSWORD) as session:
        yield session


@pytest.fixture
def operation(session: BrowserSession, target: TargetProcess) -> Iterator[CatalogueOperation]:
    target.wait_until_up()
    target.faults()
    yield session.operation("capture_invoice")
    target.wait_until_up()
    target.faults()


def received(target: TargetProcess, marker: str | None) -> list[dict[str, Any]]:
    """The commit requests that the system read for this marker."""
    rows = target.truth()["received_posts"]
    return [row for row in rows if (marker or "") in row["marker"]]


def records(target: TargetProcess, marker: str | None) -> list[dict[str, Any]]:
    return [row for row in target.truth()["belege"] if (marker or "") in row["buchungstext"]]


def test_an_invoice_with_lines_is_found_only_after_it_was_captured(
    operation: CatalogueOperation, target: TargetProcess
) -> None:
    lines = [
        {"name": "Papier A4, 500 Blatt", "quantity": "100", "price": "4.50", "net": "450.00"},
        {"name": "Ordner, „breit“", "quantity": "55.5", "price": "9.90", "net": "550.00"},
    ]
    work = invoice(next(NUMBERS), lines=lines)
    journal = Journal()
    assert operation.find(work) is None
    entered = operation.enter(work)
    assert entered.values["gross"].read_back == "1190.00"
    assert entered.values["invoice_date"].read_back == "2026-11-03"
    assert entered.values["line_quantity[1]"].read_back == "55.5"
    assert target.truth()["counts"]["vorerfassung"] == 0
    receipt = operation.commit(journal)
    assert journal.asked == ["book"]
    row = records(target, work.marker)[0]
    assert receipt.number == row["belegnummer"]
    assert (row["brutto_cent"], row["rechnungsdatum"], row["iban"]) == (119000, "2026-11-03", "DE02120300000000202051")
    assert row["kreditor"] == "Schäfer & Söhne Bürobedarf GmbH"
    found = operation.find(work)
    assert found is not None
    assert (found.number, found.ours, found.values["gross"]) == (receipt.number, True, "1190.00")


def test_a_record_of_another_case_or_of_a_human_is_found_but_not_ours(operation: CatalogueOperation) -> None:
    work = invoice(next(NUMBERS))
    operation.enter(work)
    receipt = operation.commit(Journal())
    other = operation.find(work.model_copy(update={"marker": "AB-FFFFFFFFFFFF"}))
    assert other is not None
    assert (other.number, other.ours, other.marker) == (receipt.number, False, work.marker)
    wrong_amount = {**work.fields, "gross": "1191.00"}
    assert operation.find(work.model_copy(update={"marker": "AB-FFFFFFFFFFFF", "fields": wrong_amount})) is None


def test_pictures_before_and_after_have_the_iban_black(operation: CatalogueOperation) -> None:
    work = invoice(next(NUMBERS))
    before = operation.enter(work).pictures
    operation.commit(Journal())
    after = operation.pictures()
    assert [picture.name for picture in (*before, *after)] == ["before", "after"]
    image = Image.open(io.BytesIO(before[0].png)).convert("L")
    assert image.histogram()[0] > 3000


@pytest.mark.parametrize(
    ("fault", "written"),
    [
        ({"name": "500_after_commit", "times": 1}, True),
        ({"name": "reset_after_read", "times": 1}, True),
        ({"name": "reset_after_read", "times": 1, "commit": False}, False),
        ({"name": "close_after_read", "times": 1}, True),
        ({"name": "answer_408", "times": 1}, True),
        ({"name": "session_lost_on_post", "times": 1}, False),
        ({"name": "307", "times": 1}, False),
        ({"name": "restart", "times": 1, "when": "after"}, True),
        ({"name": "slow", "times": 1, "seconds": 10}, True),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else str(value),
)
def test_a_commit_whose_answer_is_lost_left_once_and_find_tells_the_truth(
    operation: CatalogueOperation, target: TargetProcess, fault: dict[str, Any], written: bool
) -> None:
    work = invoice(next(NUMBERS))
    operation.enter(work)
    target.faults(fault, {"name": "duplicates_accepted"}, {"name": "double_click_accepted"})
    with pytest.raises(OutcomeUnknown):
        operation.commit(Journal())
    target.wait_until_up()
    if fault["name"] == "slow":
        _wait_until_written(target, work.marker)
    found = operation.find(work)
    assert (found is not None and found.ours) is written
    assert len(received(target, work.marker)) == 1
    assert len(records(target, work.marker)) == int(written)


def _wait_until_written(target: TargetProcess, marker: str | None) -> None:
    import time

    deadline = time.monotonic() + 15
    while not records(target, marker) and time.monotonic() < deadline:
        time.sleep(0.1)


def test_a_redirect_after_the_commit_leads_to_the_receipt(operation: CatalogueOperation, target: TargetProcess) -> None:
    work = invoice(next(NUMBERS))
    operation.enter(work)
    target.faults({"name": "302", "times": 1})
    assert operation.commit(Journal()).number == records(target, work.marker)[0]["belegnummer"]
    assert len(received(target, work.marker)) == 1


def test_a_locked_record_proves_that_nothing_was_done(operation: CatalogueOperation, target: TargetProcess) -> None:
    work = invoice(next(NUMBERS))
    operation.enter(work)
    target.faults({"name": "locked_record", "times": 1})
    with pytest.raises(Rejected) as caught:
        operation.commit(Journal())
    assert (caught.value.sign, caught.value.proves_not_done, caught.value.try_again) == ("locked", True, True)
    assert records(target, work.marker) == []
    operation.enter(work)
    assert operation.commit(Journal()).ours


def test_a_refused_departure_leaves_nothing_and_the_same_work_may_go_later(
    operation: CatalogueOperation, target: TargetProcess
) -> None:
    work = invoice(next(NUMBERS))
    operation.enter(work)
    with pytest.raises(NothingLeft) as caught:
        operation.commit(Journal(Refusal("lease_too_short")))
    assert "lease_too_short" in str(caught.value)
    assert received(target, work.marker) == []
    operation.enter(work)
    assert operation.commit(Journal()).ours


def test_an_unknown_dialog_is_dismissed_and_nothing_leaves(
    target: TargetProcess, operation: CatalogueOperation
) -> None:
    system = catalogue("haushaltskasse", base_url=target.url, step_s=2.0)
    capture = system.operations["capture_invoice"].model_copy(update={"dialogs": ()})
    system = system.model_copy(update={"operations": {"capture_invoice": capture}})
    work = invoice(next(NUMBERS))
    journal = Journal()
    with BrowserSession(system, password=PASSWORD, pictures=False) as session:
        wary = session.operation("capture_invoice")
        wary.enter(work)
        with pytest.raises(NothingLeft):
            wary.commit(journal)
    assert journal.asked == []
    assert received(target, work.marker) == []


def test_a_session_that_ended_is_renewed_before_the_commit_phase(
    operation: CatalogueOperation, target: TargetProcess
) -> None:
    work = invoice(next(NUMBERS))
    operation.find(work)
    target.end_sessions()
    assert operation.find(work) is None
    target.end_sessions()
    assert operation.enter(work).values["net"].read_back == "1000.00"
    assert operation.commit(Journal()).ours


def test_what_the_mask_refuses_goes_to_a_clerk(operation: CatalogueOperation, target: TargetProcess) -> None:
    work = invoice(next(NUMBERS), iban="DE02120300000000202052")
    with pytest.raises(NeedsReview) as caught:
        operation.enter(work)
    assert caught.value.reason == "rejected"
    assert "DE02" not in str(caught.value)


def test_a_choice_that_is_not_offered_goes_to_a_clerk(operation: CatalogueOperation) -> None:
    with pytest.raises(NeedsReview) as caught:
        operation.enter(invoice(next(NUMBERS), office="Amt Nirgendwo"))
    assert caught.value.reason == "rejected"


def test_a_missing_value_names_the_field(operation: CatalogueOperation) -> None:
    work = invoice(next(NUMBERS))
    fields = {name: value for name, value in work.fields.items() if name != "gross"}
    with pytest.raises(NeedsReview) as caught:
        operation.enter(work.model_copy(update={"fields": fields}))
    assert caught.value.reason == "field_missing"
    assert "'gross'" in str(caught.value)


def test_a_changed_label_is_noticed_before_anything_is_entered(
    operation: CatalogueOperation, target: TargetProcess, session: BrowserSession
) -> None:
    assert session.check() == ()
    target.faults({"name": "changed_label", "from": "Bruttobetrag", "to": "Gesamtbetrag"})
    problems = session.check()
    assert len(problems) == 1
    assert "capture.gross" in problems[0]
    with pytest.raises(NeedsReview) as caught:
        operation.enter(invoice(next(NUMBERS)))
    assert caught.value.reason == "mask_changed"


def test_a_commit_is_not_possible_without_entering_first(operation: CatalogueOperation) -> None:
    with pytest.raises(NothingLeft):
        operation.commit(Journal())


def test_a_wrong_password_is_tried_once_and_never_again(target: TargetProcess) -> None:
    with BrowserSession(catalogue("haushaltskasse", base_url=target.url), password="falsch") as session:
        operation = session.operation("capture_invoice")
        for _ in range(4):
            with pytest.raises(LoginRefused):
                operation.find(invoice(1))
        assert not session.alive
    # the third wrong password would have locked the account
    with BrowserSession(catalogue("haushaltskasse", base_url=target.url), password=PASSWORD) as session:
        assert session.operation("capture_invoice").find(invoice(9999)) is None


def test_a_system_that_is_down_is_a_wrong_moment(tmp_path: Path) -> None:
    with TargetProcess("haushaltskasse", data=tmp_path) as gone:
        url = gone.url
    with BrowserSession(catalogue("haushaltskasse", base_url=url, step_s=2.0), password=PASSWORD) as session:
        with pytest.raises(TryAgainLater) as caught:
            session.operation("capture_invoice").find(invoice(1))
        assert caught.value.reason == "system_unreachable"


def test_a_crashed_browser_is_replaced(operation: CatalogueOperation, session: BrowserSession) -> None:
    work = invoice(next(NUMBERS))
    operation.find(work)
    session.run_once(lambda screen: screen.windows.context.browser.close())  # type: ignore[union-attr]
    assert operation.find(work) is None


def test_neither_password_nor_values_reach_the_log(
    operation: CatalogueOperation, target: TargetProcess, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    work = invoice(next(NUMBERS))
    operation.enter(work)
    target.faults({"name": "reset_after_read", "times": 1})
    with pytest.raises(OutcomeUnknown):
        operation.commit(Journal())
    for secret in (PASSWORD, work.fields["iban"], work.fields["creditor"], str(work.marker)):
        assert secret not in caplog.text
