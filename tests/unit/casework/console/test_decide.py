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
    factories.invoice(due=factories.ago(days=1))
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
    assert (status, "Diese Entscheidung ist hier nicht vorgesehen" in html) == (400, True)


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


@pytest.mark.parametrize("to", ["abc", "999999", ""])
def test_a_case_is_assigned_to_nobody_unknown(as_person: SignIn, to: str) -> None:
    case = factories.invoice(assigned_to=factories.person("bente"))
    status, page = _post(as_person("alke"), case, "assign", to=to)
    assert (status, case.assigned_to) == (422, factories.person("bente"))
    assert "wem der Vorgang zugewiesen wird" in page


def test_who_takes_a_case_gives_it_back(as_person: SignIn) -> None:
    case = factories.invoice()
    assert (_post(as_person("alke"), case, "assign", to="me")[0], case.assigned_to) == (302, factories.person("alke"))
    assert (_post(as_person("alke"), case, "assign", to="nobody")[0], case.assigned_to) == (302, None)


def test_what_an_action_refuses_is_said_on_the_page(as_person: SignIn) -> None:
    case = factories.invoice()
    status, page = _post(as_person("alke"), case, "close", reason="other_office", office="amt-nowhere")
    assert (status, "Dieses Amt gibt es hier nicht" in page) == (409, True)
    status, page = _post(as_person("alke"), case, "release", **{"field-unheard_of": "x"})
    assert (status, "nicht mehr dieselben Angaben" in page) == (409, True)


def test_the_time_of_one_page_counts_once(as_person: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    case = factories.invoice()
    form, opened = _form(case, "close", reason="withdrawn") | {"seconds": "20"}, stopwatch.clock.now()
    monkeypatch.setattr(stopwatch.clock, "now", lambda: opened + factories.span(seconds=60))
    client = as_person("alke")
    for _again in range(3):
        assert client.post(f"/vorgaenge/{case.reference}/zeit/", form).status_code == 204
    assert client.post(f"/vorgaenge/{case.reference}/entscheiden/", form).status_code == 302
    assert [event.data["seconds"] for event in AuditEvent.objects.filter(case=case, code="effort_clerk")] == [20]


@pytest.mark.parametrize("name", ["frauke", "doerte"])
def test_who_may_not_decide_books_no_time(as_person: SignIn, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = factories.invoice()
    form, opened = {"opened": stopwatch.begin(case), "seconds": "20"}, stopwatch.clock.now()
    monkeypatch.setattr(stopwatch.clock, "now", lambda: opened + factories.span(seconds=60))
    assert as_person(name).post(f"/vorgaenge/{case.reference}/zeit/", form).status_code == 403
    assert not AuditEvent.objects.filter(case=case, code="effort_clerk").exists()


@pytest.mark.parametrize(
    ("fields", "expected", "words"),
    [
        ({"field-gross": "1" * 5000}, 422, "Diese Eingabe ist zu lang."),
        ({"field-gross": "1" * 120}, 422, "Bitte einen Betrag wie 1.234,56 eingeben."),
        ({"field-number": "x" * 200_000}, 422, "Diese Eingabe ist zu lang."),
        ({"field-number": "RE\0-7"}, 400, "unlesbare Zeichen"),
        ({"note": "bitte\0 prüfen"}, 400, "unlesbare Zeichen"),
        ({"field-nope": "etwas"}, 409, "nicht mehr dieselben Angaben"),
        ({"version": "9" * 5000}, 409, "inzwischen geändert"),
        ({"seconds": "9" * 5000, "opened": "x" * 5000}, 302, ""),
    ],
)
def test_no_input_is_too_strange_for_a_clear_answer(
    as_person: SignIn, fields: dict[str, str], expected: int, words: str
) -> None:
    case = factories.invoice()
    status, page = _post(as_person("alke"), case, "release", **fields)
    assert (status, words in page) == (expected, True)
    assert case.state == (State.READY if expected == 302 else State.REVIEW)


def test_a_nul_in_a_search_is_refused_in_words(as_person: SignIn) -> None:
    for path in ("/vorgaenge/?q=%00", "/pruefliste/?q=a%00b", "/vorgaenge/%00/", "/sprache/?next=%00"):
        answer = as_person("alke").get(path)
        assert (path, answer.status_code) == (path, 400)
        assert "unlesbare Zeichen" in answer.content.decode()
