"""Dogs go into the running Hundeverzeichnis: postbacks, tabs in the view state, events told apart by a form field."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from bots.catalogue.session import BrowserSession
from casework.words.errors import NeedsReview, OutcomeUnknown, Rejected
from demo.targets.control import TargetProcess
from tests.integration.bots.targets import PASSWORD, Journal, catalogue, dog, gone

NUMBERS = count(1)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TargetProcess]:
    folder = tmp_path_factory.mktemp("hundeverzeichnis")
    with TargetProcess("hundeverzeichnis", data=folder, options=["--latency", "0.2"]) as target:
        yield target


@pytest.fixture(scope="module")
def session(target: TargetProcess) -> Iterator[BrowserSession]:
    system = catalogue("hundeverzeichnis", base_url=target.url, longest_request_s=10.0)
    with BrowserSession(system, password=PASSWORD, pictures=False) as session:
        yield session


def rows(target: TargetProcess, table: str, marker: str | None) -> list[dict[str, Any]]:
    return [row for row in target.truth()[table] if (marker or "") in row["bemerkung"]]


def test_a_dog_is_registered_with_all_its_tabs_and_then_de_registered(
    session: BrowserSession, target: TargetProcess
) -> None:
    number = next(NUMBERS)
    register, deregister = session.operation("register_dog"), session.operation("deregister_dog")
    work, journal = dog(number), Journal()
    assert register.find(work) is None
    entered = register.enter(work)
    assert {name: value.read_back for name, value in entered.values.items()}["sex"] == "female"
    receipt = register.commit(journal)
    row = rows(target, "hunde", work.marker)[0]
    assert receipt.number == row["kassenzeichen"]
    assert (row["halter_vorname"], row["geschlecht"], row["gemeinde"]) == ("Jördis", "weiblich", "Hütten")
    assert (row["jahressteuer_cent"], row["steuerbeginn"], row["chipnummer"]) == (
        3000,
        "2026-11-01",
        work.fields["chip_number"],
    )
    found = register.find(work)
    assert found is not None
    assert (found.number, found.ours, found.values["annual_tax"]) == (receipt.number, True, "30.00")

    leaving = gone(number)
    assert deregister.find(leaving) is None
    deregister.enter(leaving)
    left = deregister.commit(journal)
    row = rows(target, "abmeldungen", leaving.marker)[0]
    assert (left.number, row["grund"], row["abgemeldet_zum"]) == (row["nummer"], "entlaufen", "2026-11-20")
    found = deregister.find(leaving)
    assert found is not None
    assert (found.number, found.ours) == (left.number, True)
    assert journal.asked == ["register", "deregister"]


def test_a_dog_that_is_there_already_is_found_by_chip_or_by_holder_and_name(session: BrowserSession) -> None:
    work = dog(next(NUMBERS))
    operation = session.operation("register_dog")
    operation.enter(work)
    receipt = operation.commit(Journal())
    stranger = work.model_copy(update={"marker": "AB-FFFFFFFFFFFF"})
    by_chip = operation.find(stranger)
    without_chip = {name: value for name, value in work.fields.items() if name != "chip_number"}
    by_name = operation.find(stranger.model_copy(update={"fields": without_chip}))
    for found in (by_chip, by_name):
        assert found is not None
        assert (found.number, found.ours, found.marker) == (receipt.number, False, work.marker)


def test_the_same_dog_twice_is_refused_by_the_system(session: BrowserSession, target: TargetProcess) -> None:
    work = dog(next(NUMBERS))
    operation = session.operation("register_dog")
    for marker in (work.marker, "AB-0123456789AB"):
        operation.enter(work.model_copy(update={"marker": marker}))
        if marker == work.marker:
            operation.commit(Journal())
    with pytest.raises(Rejected) as caught:
        operation.commit(Journal())
    assert (caught.value.sign, caught.value.proves_not_done) == ("duplicate", True)
    assert rows(target, "hunde", "AB-0123456789AB") == []


@pytest.mark.parametrize("fault", ["500_after_commit", "reset_after_read", "session_lost_on_post"])
def test_a_lost_answer_is_settled_by_find(session: BrowserSession, target: TargetProcess, fault: str) -> None:
    work = dog(next(NUMBERS))
    operation = session.operation("register_dog")
    operation.enter(work)
    target.faults({"name": fault, "times": 1}, {"name": "double_click_accepted"}, {"name": "duplicates_accepted"})
    with pytest.raises(OutcomeUnknown):
        operation.commit(Journal())
    target.faults()
    found = operation.find(work)
    assert (found is not None) is (fault != "session_lost_on_post")
    assert len(rows(target, "hunde", work.marker)) == int(fault != "session_lost_on_post")


def test_a_session_lost_between_the_tabs_starts_the_entry_again(session: BrowserSession, target: TargetProcess) -> None:
    work = dog(next(NUMBERS))
    operation = session.operation("register_dog")
    operation.find(work)
    target.end_sessions()
    assert operation.enter(work).values["tax_start"].read_back == "2026-11-01"
    assert operation.commit(Journal()).ours


def test_other_generated_ids_change_nothing(session: BrowserSession, target: TargetProcess) -> None:
    work = dog(next(NUMBERS))
    target.faults({"name": "changed_ids", "container": "ctl00$ctl07$cphInhalt$tcTier"})
    try:
        assert session.check() == ()
        operation = session.operation("register_dog")
        operation.enter(work)
        assert operation.commit(Journal()).ours
    finally:
        target.faults()


def test_a_dog_that_is_not_registered_cannot_be_de_registered(session: BrowserSession) -> None:
    with pytest.raises(NeedsReview) as caught:
        session.operation("deregister_dog").enter(gone(4711))
    assert caught.value.reason == "rejected"
    assert "no entry fits" in str(caught.value)


def test_a_municipality_of_another_office_is_not_offered(session: BrowserSession) -> None:
    with pytest.raises(NeedsReview) as caught:
        session.operation("register_dog").enter(dog(next(NUMBERS), municipality="Neverland"))
    assert caught.value.reason == "rejected"
