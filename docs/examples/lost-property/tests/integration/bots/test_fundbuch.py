"""Finds go into the stand-in of Fundbuch, whose preview and save buttons post to one address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest

from bots.catalogue.session import BrowserSession
from casework.configuration.masks import RequestSign
from casework.words.errors import NeedsReview, NothingLeft
from casework.words.work import Work
from tests.integration.bots.fundbuch_stand_in import PASSWORD, StandIn
from tests.integration.bots.targets import Journal, catalogue

FIELDS = {
    "item": "Schlüsselbund",
    "found_at": "Deichkrone 12",
    "found_on": "2026-10-28",
    "finder_name": "Jördis Ünal",
    "finder_address": "Deichkrone 7 b, 24998 Amtsdorf",
    "category": "keys",
}


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), StandIn) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def session(base_url: str) -> Iterator[BrowserSession]:
    with BrowserSession(catalogue("fundbuch", base_url=base_url), password=PASSWORD, pictures=False) as session:
        yield session


def test_the_masks_look_as_the_catalogue_says(session: BrowserSession) -> None:
    assert session.check() == ()


def test_a_find_is_looked_at_saved_once_and_found_again(session: BrowserSession) -> None:
    work = Work(business_key="1", marker="AB-000000000001", fields={**FIELDS, "remark": "lag im Gras"})
    journal, operation = Journal(), session.operation("record_find")
    assert operation.find(work) is None
    entered = operation.enter(work)
    note = f"{work.marker} lag im Gras"
    assert {name: value.read_back for name, value in entered.values.items()} == {**FIELDS, "note": note}
    assert (len(StandIn.previews), StandIn.things) == (1, [])
    receipt = operation.commit(journal)
    found = operation.find(work)
    assert found is not None
    assert (found.number, found.ours, journal.asked) == (receipt.number, True, ["save"])
    assert [(thing["kategorie"], thing["bemerkung"]) for thing in StandIn.things] == [("Schlüssel", note)]


def test_a_missing_place_is_refused_in_the_preview_and_nothing_is_stored(session: BrowserSession) -> None:
    stored = len(StandIn.things)
    with pytest.raises(NeedsReview) as caught:
        session.operation("record_find").enter(Work(business_key="2", fields={**FIELDS, "found_at": " "}))
    assert "faulty_entry" in str(caught.value)
    assert (caught.value.reason, len(StandIn.things)) == ("rejected", stored)


def saving_as(base_url: str, **form: str) -> BrowserSession:
    """A catalogue in which saving is told apart by these fields of the form."""
    save = RequestSign(name="save", path="/fundbuch/erfassen", form=form)
    system = catalogue("fundbuch", base_url=base_url, commits=(save,), harmless=())
    return BrowserSession(system, password=PASSWORD, pictures=False)


def test_a_commit_so_wide_that_the_preview_fits_it_is_told_as_such(base_url: str) -> None:
    before = (len(StandIn.previews), len(StandIn.things))
    with saving_as(base_url) as session, pytest.raises(NeedsReview, match="matched `commits`") as caught:
        session.operation("record_find").enter(Work(business_key="3", fields=FIELDS))
    assert caught.value.reason == "mask_changed"
    assert (len(StandIn.previews), len(StandIn.things)) == before


def test_a_saving_that_the_commits_do_not_describe_is_named_without_its_values(base_url: str) -> None:
    stored = len(StandIn.things)
    with saving_as(base_url, aktion="Speichern") as session:
        operation = session.operation("record_find")
        operation.enter(Work(business_key="4", fields=FIELDS))
        with pytest.raises(
            NothingLeft, match=r"POST /fundbuch/erfassen \(form: gegenstand, ort, .*speichern\)"
        ) as caught:
            operation.commit(Journal())
    assert (caught.value.reason, FIELDS["found_at"] in str(caught.value), len(StandIn.things)) == (
        "not_permitted",
        False,
        stored,
    )
