from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from casework import configuration
from casework.actions import audit, clock, decisions, handover
from casework.actions.canonical import ValueRefused
from casework.actions.decisions import CaseChanged, FieldLocked, Turn, UnknownField
from casework.actions.recheck import FieldsMissing
from casework.policies.moments import WrongMoment
from casework.policies.permissions import NotPermitted
from casework.record.models import AuditEvent, Case, Decision
from casework.record.store import Store
from casework.words.states import State
from tests import factories

DOG = {
    "municipality": "Hütten",
    "holder_last_name": "Muster",
    "holder_first_name": "Max",
    "holder_birth_date": "1980-01-01",
    "street": "Dörpstraat 3",
    "postcode": "24358",
    "town": "Hütten",
    "dog_name": "Bello",
    "breed": "Labrador",
    "dog_birth_date": "2025-01-01",
    "acquired_on": "2026-10-01",
    "dogs_in_household": "1",
}


def _turn(case: Case, name: str = "alke", seconds: int = 0) -> Turn:
    return Turn(factories.person(name), case.version, seconds)


def _codes(case: Case) -> list[str]:
    return list(AuditEvent.objects.filter(case=case).order_by("number").values_list("code", flat=True))


def test_a_release_writes_decision_event_and_state_together(house: None) -> None:
    case = factories.invoice()
    decisions.release(case, _turn(case, seconds=31))
    decision = Decision.objects.get(case=case)
    assert (case.state, case.reason, decision.answer, decision.user.username) == (
        "ready",
        "released",
        "released",
        "alke",
    )
    assert _codes(case)[-4:] == ["effort_clerk", "recomputed", "decided", "moved_ready"]
    assert list(audit.verify(case)) == []


def test_time_on_task_names_nobody(house: None) -> None:
    case = factories.invoice()
    decisions.close(case, _turn(case, seconds=31), "withdrawn")
    event = AuditEvent.objects.get(case=case, code="effort_clerk")
    assert (event.user, event.data) == (None, {"seconds": 31, "reason": "release_required"})


def test_time_on_task_is_capped_and_never_negative(house: None) -> None:
    long, none = factories.invoice(), factories.invoice()
    decisions.close(long, _turn(long, seconds=99_999), "withdrawn")
    decisions.close(none, _turn(none, seconds=-5), "withdrawn")
    assert AuditEvent.objects.get(case=long, code="effort_clerk").data["seconds"] == decisions.LONGEST_SECONDS
    assert "effort_clerk" not in _codes(none)


def test_a_correction_is_stored_canonically_and_its_event_holds_only_digests(house: None) -> None:
    case = factories.invoice()
    decisions.release(case, _turn(case), corrections={"number": "R-77", "gross": "1.190,00"})
    stored = dict(case.fields.filter(corrected=True).values_list("name", "value"))
    event = AuditEvent.objects.get(case=case, code="corrected")
    assert stored == {"number": "R-77", "gross": "1190.00"}
    assert event.data["fields"]["number"] == audit.keyed(case, "R-77")
    assert "R-77" not in str(event.data)


def test_what_had_been_read_stays_beside_a_correction(house: None) -> None:
    case = factories.invoice()
    read = case.fields.get(name="number")
    decisions.release(case, _turn(case), corrections={"number": "R-77"})
    decisions.withdraw(case, _turn(case, "doerte"))
    decisions.release(case, _turn(case), corrections={"number": "R-78"})
    now = case.fields.get(name="number")
    assert (now.value, [source["origin"] for source in now.sources]) == ("R-78", ["clerk"])
    assert (now.as_read["value"], now.as_read["sources"]) == (read.value, read.sources)


def test_what_derives_from_a_correction_is_told_too(house: None) -> None:
    case = factories.case(process="dog_registration", kind="dog_registration", decided_by="form")
    for name, value in DOG.items():
        factories.field(case, name, value, origin="form")
    decisions.release(case, _turn(case), corrections={"dogs_in_household": "2"})
    event = AuditEvent.objects.get(case=case, code="corrected")
    rows = dict(case.fields.values_list("name", "value"))
    assert event.data["typed"] == ["dogs_in_household"]
    assert {"dog_ordinal", "annual_tax", "tax_start", "first_year_tax", "tax_explanation"} <= set(event.data["fields"])
    assert event.data["fields"] == {name: audit.keyed(case, rows[name]) for name in event.data["fields"]}


def test_what_is_only_computed_anew_is_told_as_such(house: None) -> None:
    case = factories.case(process="dog_registration", kind="dog_registration", decided_by="form")
    for name, value in DOG.items():
        factories.field(case, name, value, origin="form")
    decisions.release(case, _turn(case))
    event = AuditEvent.objects.get(case=case, code="recomputed")
    assert "annual_tax" in event.data["fields"]
    assert event.data["typed"] == []


def test_every_decision_has_its_event(house: None) -> None:
    case = factories.invoice()
    decisions.hold(case, _turn(case), clock.now() + timedelta(days=1), note="Rückfrage")
    decisions.close(case, _turn(case), "withdrawn")
    told = [(e.data["decision"], e.data["answer"], e.user_id) for e in case.events.filter(code="decided")]
    assert told == list(case.decisions.values_list("pk", "answer", "user_id"))
    assert "Rückfrage" not in str(list(case.events.values("data")))


def test_a_correction_runs_the_checks_anew(house: None) -> None:
    case = factories.invoice()
    factories.finding(case, "AB-FIELD-MISSING", "alt")
    decisions.release(case, _turn(case), corrections={"gross": "500,00"})
    rules = set(case.findings.values_list("rule", flat=True))
    assert "AB-FIELD-MISSING" not in rules
    assert "AB-TOTALS-WRONG" in rules


def test_a_correction_changes_the_key_that_tells_doubles(house: None) -> None:
    case = factories.invoice()
    decisions.release(case, _turn(case))
    before = case.business_key_digest
    decisions.withdraw(case, _turn(case, "doerte"))
    decisions.release(case, _turn(case), corrections={"number": "R-other"})
    assert before and case.business_key_digest and before != case.business_key_digest


def test_a_release_takes_over_the_basis_in_force(house: None) -> None:
    case = factories.invoice(basis="old", reason="basis_changed")
    decisions.release(case, _turn(case))
    assert case.basis == decisions.process_of(case).digest  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("corrections", "error"),
    [
        ({"date": "gestern"}, ValueRefused),
        ({"number": ""}, FieldsMissing),
        ({"nonsense": "1"}, UnknownField),
    ],
)
def test_what_cannot_be_changes_nothing(house: None, corrections: dict[str, str], error: type[Exception]) -> None:
    case = factories.invoice()
    before = _codes(case)
    with pytest.raises(error):
        decisions.release(case, _turn(case, seconds=9), corrections=corrections)
    case.refresh_from_db()
    assert (case.state, _codes(case), Decision.objects.count()) == ("review", before, 0)


def test_a_posted_field_is_locked(house: None) -> None:
    case = factories.invoice()
    case.fields.update(locked=True)
    with pytest.raises(FieldLocked):
        decisions.release(case, _turn(case), corrections={"number": "R-8"})
    case.refresh_from_db()
    decisions.release(case, _turn(case), corrections={"gross": "119,00"})
    assert case.state == "ready"


def test_two_clerks_on_one_case_only_the_first_is_heard(house: None) -> None:
    case = factories.invoice()
    seen_by_bente = Case.objects.get(pk=case.pk)
    decisions.close(case, _turn(case), "duplicate")
    with pytest.raises((CaseChanged, WrongMoment)):
        decisions.release(seen_by_bente, Turn(factories.person("bente"), seen_by_bente.version))
    assert Case.objects.get(pk=case.pk).reason == "duplicate"


def test_an_outsider_and_an_officer_do_not_release(house: None) -> None:
    case = factories.invoice()
    for name in ("cord", "doerte", "enno", "frauke"):
        with pytest.raises(NotPermitted):
            decisions.release(case, _turn(case, name))


def test_where_four_eyes_are_set_somebody_else_gives_the_second_release(
    house: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlay = factories.write_offices(tmp_path / "strict", four_eyes=True)
    monkeypatch.setenv("AMTSBOTE_CONFIG", os.pathsep.join([str(configuration.shipped()), str(overlay)]))
    configuration.forget()
    case = factories.invoice()
    decisions.release(case, _turn(case))
    assert case.state == "review"
    decisions.release(case, _turn(case))
    assert case.state == "review"
    decisions.release(case, _turn(case, "bente"))
    answers = list(case.decisions.values_list("answer", flat=True))
    assert (case.state, answers) == ("ready", ["first_release", "first_release", "released"])


def test_other_kind_and_read_again_go_back_to_prepare(house: None) -> None:
    other, again = factories.invoice(), factories.invoice()
    decisions.other_kind(other, _turn(other), "defect_report")
    decisions.read_again(again, _turn(again, "doerte"))
    assert (other.state, other.fixed_kind, other.reason) == ("new", "defect_report", "other_kind")
    assert (again.state, again.reason) == ("new", "read_again")


def test_a_held_case_stays_in_review(house: None) -> None:
    case = factories.invoice()
    decisions.hold(case, _turn(case), clock.now() + timedelta(days=2), note="Rückfrage läuft")
    assert (case.state, case.decisions.get().note) == ("review", "Rückfrage läuft")
    assert case.held_until is not None


def test_a_case_is_only_assigned_to_somebody_who_may_decide_it(house: None) -> None:
    case = factories.invoice()
    decisions.assign(case, _turn(case), factories.person("bente"))
    assert case.assigned_to == factories.person("bente")
    with pytest.raises(NotPermitted):
        decisions.assign(case, _turn(case), factories.person("cord"))


def test_an_officer_takes_a_waiting_case_back(house: None) -> None:
    case = factories.invoice(state=State.READY, reason="accepted")
    decisions.withdraw(case, _turn(case, "doerte"))
    assert (case.state, case.reason) == ("review", "withdrawn_by_officer")


def test_a_complaint_brings_a_finished_case_back(house: None) -> None:
    case = factories.done()
    decisions.reopen(case, _turn(case, "frauke"), note="KI-Rüge")
    assert (case.state, case.reason, case.closed_at) == ("review", "complaint", None)


def test_a_letter_for_another_office_becomes_a_new_message_there(house: None) -> None:
    case = factories.invoice()
    handover.hand_over(case, _turn(case), "amt-b")
    theirs = Case.objects.get(office="amt-b")
    assert (case.state, case.reason) == ("closed", "other_office")
    assert (theirs.state, theirs.message.office, theirs.message.sender) == ("new", "amt-b", "")
    assert Store("amt-b").get(theirs.message.address) == Store("amt-a").get(case.message.address)


def test_a_letter_is_not_handed_to_an_office_outside_the_house(house: None) -> None:
    case = factories.invoice()
    with pytest.raises(handover.NoSuchOffice):
        handover.hand_over(case, _turn(case), "amt-z")
    case.refresh_from_db()
    assert case.state == "review"
