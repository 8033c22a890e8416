"""The trail binds what matters: whoever changes, takes out or adds a row beside it is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from casework.actions import audit, verification
from casework.actions.decisions import Turn
from casework.actions.evidence import evidence_store
from casework.actions.outcomes import Seen, answer_outcome
from casework.record.models import (
    Attempt,
    AuditEvent,
    Case,
    Decision,
    EffortEntry,
    Evidence,
    FieldValue,
    Message,
    MessagePart,
    Posting,
    RecordedFinding,
)
from casework.words.states import Actor
from tests import factories
from tests.ledger_target import Fault
from tests.posted import InMemory, carry, posted, released
from tests.unit.casework.actions.conftest import Watch

Change = Callable[[Case], object]


@pytest.fixture
def done(house: None) -> Case:
    factories.person("alke")
    return posted("amt-a", clerk="alke")


def test_a_case_that_went_the_whole_way_is_as_its_trail_tells(done: Case) -> None:
    assert done.state == "done"
    assert done.effort.count() == 2
    assert Evidence.objects.filter(attempt__posting__case=done).count() > 0
    assert list(verification.verify_case(done)) == []


@pytest.mark.parametrize("fault", ["nothing_left", "lost_before", "lost_after", "locked", "invalid"])
def test_however_an_attempt_ends_its_trail_tells_the_same(house: None, watch: Watch, fault: Fault) -> None:
    factories.person("alke")
    case, carriers = released("amt-a", clerk="alke"), InMemory(fault)
    for _ in range(3):
        if case.state in ("ready", "posting"):
            carry(case, carriers)
            assert list(verification.verify_case(case)) == []
            watch.forward(3600)


def test_what_a_person_says_of_an_uncertain_outcome_is_told(house: None, watch: Watch) -> None:
    case, carriers = _uncertain(watch)
    turn = Turn(factories.person("alke"), case.version)
    answer_outcome(case, turn, Seen.NOT_IN_TARGET, note="in der Maske gesucht")
    assert list(verification.verify_case(case)) == []
    carry(case, carriers)
    assert list(verification.verify_case(case)) == []


def test_the_receipt_that_a_person_found_is_bound(house: None, watch: Watch) -> None:
    case, _ = _uncertain(watch)
    answer_outcome(case, Turn(factories.person("alke"), case.version), Seen.IN_TARGET, receipt="2026-7")
    assert list(verification.verify_case(case)) == []
    Posting.objects.filter(case=case, receipt="2026-7").update(receipt="2026-8")
    assert list(verification.verify_case(case)) == ["posting of step 0 differs from what the trail tells"]


def _uncertain(watch: Watch) -> tuple[Case, InMemory]:
    """A case whose posting was lost on the way, and that was looked up in vain."""
    factories.person("alke")
    case, carriers = released("amt-a", clerk="alke"), InMemory("lost_before")
    carry(case, carriers)
    watch.forward(3600)
    carry(case, carriers)
    assert case.state == "review"
    return case, carriers


CHANGES: dict[str, tuple[Change, str]] = {
    "receipt": (lambda case: case.postings.update(receipt="2026-99999999"), "posting of step 0 differs"),
    "posting": (lambda case: Posting.objects.filter(case=case, step=0).update(case=factories.case()), "is gone"),
    "attempt": (lambda case: Attempt.objects.update(receipt="2026-99999999"), "attempt"),
    "request": (lambda case: Attempt.objects.update(request_digest="1" * 64), "attempt"),
    "outcome": (lambda case: Attempt.objects.update(state="rejected"), "attempt"),
    "evidence": (lambda case: Evidence.objects.filter(name="values").update(address="1" * 64), "evidence"),
    "picture taken out": (lambda case: Evidence.objects.filter(name="before").delete(), "is gone"),
    "picture put in": (lambda case: factories.evidence(Attempt.objects.all()[0]), "no event tells of evidence"),
    "answer": (lambda case: case.decisions.update(answer="released"), "decision"),
    "note": (lambda case: case.decisions.update(note="Alles richtig"), "decision"),
    "clerk": (lambda case: case.decisions.update(user=factories.person("bente")), "decision"),
    "decision taken out": (lambda case: case.decisions.all().delete(), "is gone"),
    "decision put in": (
        lambda case: Decision.objects.create(
            case=case, user=factories.person("alke"), answer="released", at=case.opened_at
        ),
        "no event tells of decision",
    ),
    "field": (lambda case: case.fields.filter(name="gross").update(value="1.00"), "field gross differs"),
    "corrected field": (lambda case: case.fields.filter(name="number").update(value="R-9"), "field number differs"),
    "field taken out": (lambda case: case.fields.filter(name="iban").delete(), "field iban is gone"),
    "field put in": (lambda case: FieldValue.objects.create(case=case, name="x"), "no event tells of field x"),
    "finding": (lambda case: RecordedFinding.objects.create(case=case, rule="AB-X", severity="error"), "findings"),
    "letter": (lambda case: Message.objects.update(address="1" * 64), "another address"),
    "state": (lambda case: Case.objects.filter(pk=case.pk).update(state="closed"), "it is closed"),
    "configuration": (lambda case: Case.objects.filter(pk=case.pk).update(basis="1" * 64), "another configuration"),
    "time": (lambda case: EffortEntry.objects.filter(kind="clerk").update(seconds=1), "effort entry"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_beside_the_trail_is_told(done: Case, name: str) -> None:
    change, words = CHANGES[name]
    change(done)
    done = Case.objects.get(pk=done.pk)
    assert list(audit.verify(done)) == []
    assert words in " ".join(verification.verify_case(done))


def test_an_event_cut_off_the_end_is_told_by_what_it_left(done: Case) -> None:
    last = done.events.order_by("number").last()
    assert last is not None and last.code == "moved_done"
    EffortEntry.objects.filter(event=last).delete()
    last.delete()
    assert list(audit.verify(done)) == []
    assert list(verification.verify_case(done)) == ["it is done, but its last move led to posting"]


def test_a_case_without_any_event_is_told(house: None) -> None:
    case = factories.case()
    case.events.all().delete()
    assert list(verification.verify_case(case)) == ["no event tells of it"]


def test_the_offices_are_those_of_the_trail_not_of_the_configuration(house: None) -> None:
    event = audit.write(None, "paused", actor=Actor.OFFICER, office="amt-long-gone")
    assert "amt-long-gone" in verification.offices()
    AuditEvent.objects.filter(pk=event.pk).update(code="resumed")
    assert list(verification.verify_office("amt-long-gone")) == ["event 1 was changed"]
    event.delete()
    assert list(verification.verify_office("amt-long-gone")) == ["its events are gone"]


def test_the_root_changes_with_every_event(done: Case) -> None:
    before = verification.root()
    assert verification.root() == before
    assert any(head.startswith(f"{done.reference}|") for head in verification.heads())
    audit.write(done, "settling", actor=Actor.REAPER)
    assert verification.root() != before


def test_every_file_of_the_record_is_opened(done: Case) -> None:
    MessagePart.objects.update(readable="2" * 64)
    row = Evidence.objects.get(name="values", attempt__posting__step=0)
    path = evidence_store("amt-a")._path(row.address)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    said = list(verification.verify_files())
    path.write_bytes(whole)
    assert said.count(None) > 1
    missing, altered = sorted(words for words in said if words)[::-1]
    assert "the store lacks 222222222222" in missing
    assert f"the file {row.address[:12]}… in the store was altered" in altered
