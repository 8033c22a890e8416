"""Which runs are wanted: one of each flow, but a transfer for every office that has something to post."""

from __future__ import annotations

import pytest

from casework.actions import leases
from casework.record.models import Case
from casework.words.states import State
from flows import runs
from flows.stations.logins import shift_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keep_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "hang_up", lambda: None)


def test_every_office_with_released_cases_gets_a_run_of_its_own() -> None:
    for office in ("amt-b", "amt-a", "amt-a"):
        _case(office, State.READY)
    _case("amt-c", State.REVIEW)
    assert runs.wanted_runs("transfer") == [{"office": "amt-a"}, {"office": "amt-b"}]
    assert runs.wanted_runs("prepare") == [{}]


def test_nothing_to_post_wants_no_run() -> None:
    _case("amt-a", State.REVIEW)
    assert runs.wanted_runs("transfer") == []


def test_an_office_has_one_shift_at_a_time() -> None:
    with shift_of("amt-a") as first, shift_of("amt-a") as second, shift_of("amt-b") as other:
        assert (first, second, other) == (True, False, True)
    with shift_of("amt-a") as again:
        assert again


def test_a_shift_without_an_office_is_nobody_elses() -> None:
    with shift_of(None) as first, shift_of(None) as second:
        assert first and second


def test_the_shift_of_a_process_that_died_is_free_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with shift_of("amt-a") as first:
        monkeypatch.setattr(leases, "is_dead", lambda _holder: True)
        with shift_of("amt-a") as second:
            assert first and second


def _case(office: str, state: State) -> None:
    case = factories.case(office=office)
    Case.objects.filter(pk=case.pk).update(state=state)
