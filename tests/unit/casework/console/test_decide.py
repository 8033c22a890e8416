from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from casework.actions import decisions
from casework.actions.decisions import Turn
from casework.console import stopwatch
from casework.record.models import AuditEvent, Case
from casework.words.states import State
from tests import factories

SignIn = Callable[[str], Client]


def _form(case: Case, answer: str, **fields: str) -> dict[str, str]:
    return {"answer": answer, "version": str(case.version), "opened": stopwatch.begin(case), "seconds": "", **fields}


def _post(client: Client, case: Case, answer: str, **fields: str) -> tuple[int, str]:
    done = client.post(f"/vorgaenge/{case.reference}/entscheiden/", _form(case, answer, **fields))
    case.refresh_from_db()
    return done.status_code, done.get("Location", "") or done.content.decode()


def test_a_release_leads_on_to_the_next_case(as_person: SignIn) -> None:
    first, second = factories.invoice(), factories.invoice()
    assert _post(as_person("alke"), first, "release") == (302, f"/vorgaenge/{second.reference}/")
    assert (first.state, first.reason) == (State.READY, "released")


def test_the_last_release_leads_back_to_the_list(as_person: SignIn) -> None:
    assert _post(as_person("alke"), factories.invoice(), "release") == (302, "/pruefliste/")


def test_the_filter_of_the_list_is_kept_from_case_to_case(as_person: SignIn) -> None:
    first, second = factories.invoice(reason="iban_new"), factories.invoice(reason="iban_new")
    factories.invoice(priority=9)
    address = f"/vorgaenge/{first.reference}/entscheiden/?reason=iban_new"
    answer = as_person("alke").post(address, _form(first, "release"))
    assert answer["Location"] == f"/vorgaenge/{second.reference}/?reason=iban_new"


def test_german_input_is_stored_canonically(as_person: SignIn) -> None:
    case = factories.invoice()
    fields = {"field-gross": "1.234,50", "field-date": "3.11.2026", "field-iban": "DE75 5121 0800 1245 1261 99"}
    assert _post(as_person("alke"), case, "release", **fields)[0] == 302
    stored = dict(case.fields.filter(corrected=True).values_list("name", "value"))
    assert stored == {"gross": "1234.50", "date": "2026-11-03", "iban": "DE75512108001245126199"}
    assert case.reason == "corrected"


def test_values_shown_and_sent_back_unchanged_are_no_correction(as_person: SignIn) -> None:
    case = factories.invoice()
    fields = {"field-gross": "119,00", "field-date": "02.11.2026", "field-iban": "DE02 1203 0000 0000 2020 51"}
    assert _post(as_person("alke"), case, "release", **fields)[0] == 302
    assert (case.reason, case.fields.filter(corrected=True).count()) == ("released", 0)


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("date", "31.02.2026", "Bitte ein Datum wie 23.11.2026 eingeben."),
        ("gross", "viel", "Bitte einen Betrag wie 1.234,56 eingeben."),
        ("iban", "DE02 1203 0000 0000 2020 52", "Diese IBAN kann nicht stimmen"),
    ],
)
def test_impossible_input_comes_back_with_what_was_typed(as_person: SignIn, name: str, typed: str, words: str) -> None:
    case = factories.invoice()
    status, html = _post(as_person("alke"), case, "release", **{f"field-{name}": typed})
    assert (status, words in html, f'value="{typed}"' in html) == (422, True, True)
    assert (case.state, case.fields.filter(corrected=True).count()) == (State.REVIEW, 0)


def test_after_a_refused_value_the_same_page_can_be_sent_again(as_person: SignIn) -> None:
    case = factories.invoice()
    client = as_person("alke")
    _status, html = _post(client, case, "release", **{"field-date": "gestern"})
    version = html.split('name="version" value="')[1].split('"')[0]
    assert _post(client, case, "release", version=version, **{"field-date": "03.11.2026"})[0] == 302


def test_an_emptied_required_field_is_asked_for(as_person: SignIn) -> None:
    case = factories.invoice()
    status, html = _post(as_person("alke"), case, "release", **{"field-number": ""})
    assert (status, "Es fehlen Pflichtangaben." in html, case.state) == (422, True, State.REVIEW)


def test_a_case_changed_meanwhile_is_shown_anew_and_nothing_is_lost_silently(as_person: SignIn) -> None:
    case = factories.invoice()
    decisions.assign(Case.objects.get(pk=case.pk), Turn(factories.person("bente"), case.version), None)
    status, html = _post(as_person("alke"), case, "release", **{"field-number": "R-9"})
    assert (status, "inzwischen geändert" in html, 'value="R-9"' in html) == (409, True, True)
    assert case.state == State.REVIEW


def test_a_case_the_bot_took_meanwhile_says_so(as_person: SignIn) -> None:
    case = factories.invoice(state=State.POSTING, reason="claimed")
    status, html = _post(as_person("alke"), case, "release")
    assert (status, "wartet nicht mehr auf eine Entscheidung" in html) == (409, True)


@pytest.mark.parametrize("reason", ["done_by_hand", "other_office", "duplicate", "withdrawn", "nothing_to_do"])
def test_a_case_is_closed_for_a_reason(as_person: SignIn, reason: str) -> None:
    case = factories.invoice()
    assert _post(as_person("alke"), case, "close", reason=reason)[0] == 302
    assert (case.state, case.reason) == (State.CLOSED, reason)


def test_closing_without_a_reason_asks_for_one(as_person: SignIn) -> None:
    case = factories.invoice()
    status, html = _post(as_person("alke"), case, "close")
    assert (status, "warum der Vorgang geschlossen wird" in html, case.state) == (422, True, State.REVIEW)


def test_another_kind_sends_the_letter_to_be_read_again(as_person: SignIn) -> None:
    case = factories.case(kind="unknown", process="posteingang")
    assert _post(as_person("alke"), case, "other_kind", kind="defect_report")[0] == 302
    assert (case.state, case.fixed_kind) == (State.NEW, "defect_report")


def test_a_kind_that_does_not_exist_is_refused(as_person: SignIn) -> None:
    case = factories.invoice()
    assert _post(as_person("alke"), case, "other_kind", kind="pizza")[0] == 422
    assert case.state == State.REVIEW


def test_a_case_is_held_until_a_morning_to_come(as_person: SignIn) -> None:
    case = factories.invoice()
    assert _post(as_person("alke"), case, "hold", until="2000-01-01")[0] == 422
    assert _post(as_person("alke"), case, "hold", until="2099-01-02")[0] == 302
    assert case.held_until is not None
    assert (case.state, case.held_until.year) == (State.REVIEW, 2099)


def test_an_answer_nobody_knows_is_a_clear_page(as_person: SignIn) -> None:
    status, html = _post(as_person("alke"), factories.invoice(), "explode")
    assert (status, "Diese Entscheidung gibt es nicht" in html) == (400, True)


def test_measured_time_is_bounded_by_the_moment_the_page_was_opened(
    as_person: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = factories.invoice()
    form = _form(case, "close", reason="withdrawn") | {"seconds": "9999"}
    opened = stopwatch.clock.now()
    monkeypatch.setattr(stopwatch.clock, "now", lambda: opened.replace(microsecond=0) + factories.span(seconds=42))
    as_person("alke").post(f"/vorgaenge/{case.reference}/entscheiden/", form)
    event = AuditEvent.objects.get(case=case, code="effort_clerk")
    assert 40 <= event.data["seconds"] <= 42
    assert event.user is None


def test_time_on_a_case_that_was_left_is_measured_too(as_person: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    case = factories.invoice()
    token, opened = stopwatch.begin(case), stopwatch.clock.now()
    monkeypatch.setattr(stopwatch.clock, "now", lambda: opened + factories.span(seconds=60))
    form = {"opened": token, "seconds": "20"}
    assert as_person("alke").post(f"/vorgaenge/{case.reference}/zeit/", form).status_code == 204
    assert AuditEvent.objects.get(case=case, code="effort_clerk").data["seconds"] == 20


def test_a_false_or_foreign_stopwatch_measures_nothing(house: None) -> None:
    case, other = factories.invoice(), factories.invoice()
    assert stopwatch.seconds(case, "forged", "50") == 0
    assert stopwatch.seconds(case, stopwatch.begin(other), "50") == 0
