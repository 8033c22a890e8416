from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.db import OperationalError

from casework.actions import claims, health, runner, setbacks
from casework.actions.ending import Terms
from casework.actions.runner import Carrier
from casework.actions.setbacks import TRIES
from casework.configuration.in_force import ProcessInForce
from casework.configuration.offices import ProcessOverlay
from casework.configuration.processes import PostingStep
from casework.configuration.vocabulary import Stage
from casework.record.models import Case, Decision, SystemHealth
from casework.words.errors import LoginRefused, MasksChanged, NeedsReview, StoreError, TryAgainLater
from casework.words.states import OperationClass, State
from casework.words.work import Work
from tests import factories
from tests.ledger_target import LedgerTarget

TERMS = Terms(OperationClass.CREATE, longest_request=30, settle_seconds=60)


@dataclass
class Ledgers:
    """Carriers over in-memory targets, one per system; `troubles` are raised instead of a login."""

    targets: dict[str, LedgerTarget]
    troubles: list[Exception] = field(default_factory=list)

    def carrier(self, case: Case, step: PostingStep) -> Carrier:
        if self.troubles:
            raise self.troubles.pop(0)
        return Carrier(self.targets[step.system], TERMS)

    def work(self, case: Case, step: PostingStep, *, marker: str) -> Work:
        return Work(business_key=f"{case.reference}", marker=marker)


def process(*systems: str, digest: str = "", stage: Stage = Stage.AUTOMATIC) -> ProcessInForce:
    steps = tuple(
        PostingStep(system=system, operation="capture", business_key=("{number:key}",), fields={"amount": "{gross}"})
        for system in systems
    )
    return cast(ProcessInForce, SimpleNamespace(postings=steps, digest=digest, stage=stage, overlay=ProcessOverlay()))


def carry(ledgers: Ledgers, *systems: str, **options: Any) -> Case:
    case = claims.claim_settled() or claims.claim_ready()
    assert case is not None
    with setbacks.handled(case):
        runner.carry_over(case, process(*systems, **options), ledgers)
    case.refresh_from_db()
    return case


def test_a_case_is_done_when_all_its_postings_are_confirmed(ready: Case) -> None:
    ledgers = Ledgers({"finance": LedgerTarget(), "filing": LedgerTarget()})
    case = carry(ledgers, "finance", "filing")
    assert (case.state, case.reason) == (State.DONE, "posted")
    assert [len(target.rows) for target in ledgers.targets.values()] == [1, 1]


def test_a_second_posting_in_trouble_does_not_repeat_the_first(ready: Case, watch) -> None:
    ledgers = Ledgers({"finance": LedgerTarget(), "filing": LedgerTarget(faults=["locked"])})
    case = carry(ledgers, "finance", "filing")
    assert (case.state, case.reason) == (State.READY, "record_locked")
    watch.forward(60)
    assert carry(ledgers, "finance", "filing").state == State.DONE
    assert ledgers.targets["finance"].departures == 1


def test_only_the_fields_that_were_carried_are_locked(ready: Case) -> None:
    for name in ("number", "gross", "iban"):
        factories.field(ready, name, "1")
    carry(Ledgers({"finance": LedgerTarget()}), "finance")
    assert sorted(ready.fields.filter(locked=True).values_list("name", flat=True)) == ["gross", "number"]


def test_an_unknown_outcome_leaves_the_case_without_lease_until_it_is_looked_up(ready: Case, watch) -> None:
    ledgers = Ledgers({"finance": LedgerTarget(faults=["lost_after"])})
    case = carry(ledgers, "finance")
    assert (case.state, case.reason, case.lease_until) == (State.POSTING, "settling", None)
    assert claims.claim_settled() is None
    watch.forward(61)
    assert carry(ledgers, "finance").state == State.DONE


def test_what_a_human_entered_closes_the_case_without_saving(ready: Case) -> None:
    ledgers = Ledgers({"finance": LedgerTarget(rows=[("4711", "", ready.reference)])})
    case = carry(ledgers, "finance")
    assert (case.state, case.reason) == (State.CLOSED, "done_by_hand")


def test_wrong_data_goes_to_a_clerk_and_is_not_retried(ready: Case) -> None:
    case = carry(Ledgers({"finance": LedgerTarget()}, [NeedsReview("content_differs")]), "finance")
    assert (case.state, case.reason) == (State.REVIEW, "content_differs")


def test_a_wrong_moment_is_tried_again_later_but_not_for_ever(ready: Case, watch) -> None:
    ledgers = Ledgers({"finance": LedgerTarget()}, [TryAgainLater("record_locked")] * TRIES)
    for _ in range(TRIES - 1):
        assert carry(ledgers, "finance").state == State.READY
        watch.forward(1000)
    case = carry(ledgers, "finance")
    assert (case.state, case.reason) == (State.REVIEW, "tried_too_often")


def test_failures_in_a_row_pause_the_system_not_the_case(ready: Case, watch) -> None:
    ledgers = Ledgers({"finance": LedgerTarget()}, [TryAgainLater("system_unreachable")] * health.FAILURES_BEFORE_PAUSE)
    for _ in range(health.FAILURES_BEFORE_PAUSE):
        carry(ledgers, "finance")
        watch.forward(20)
    watch.forward(-10)
    assert not health.usable(ready.office, "system", "finance")
    watch.forward(1000)
    assert carry(ledgers, "finance").state == State.DONE
    assert SystemHealth.objects.get().failures == 0


def test_a_refused_login_stops_the_system_until_an_officer_looks(ready: Case, watch) -> None:
    ledgers = Ledgers({"finance": LedgerTarget()}, [LoginRefused("no")])
    assert carry(ledgers, "finance").state == State.READY
    watch.forward(100_000)
    assert carry(ledgers, "finance").reason == "system_paused"
    assert SystemHealth.objects.get().needs_officer


def test_a_changed_basis_goes_back_to_a_clerk(ready: Case) -> None:
    Case.objects.update(basis="a" * 64)
    case = carry(Ledgers({"finance": LedgerTarget()}), "finance", digest="b" * 64)
    assert (case.state, case.reason) == (State.REVIEW, "basis_changed")


def test_the_unexpected_moves_one_case_aside(ready: Case) -> None:
    case = carry(Ledgers({"finance": LedgerTarget()}, [ZeroDivisionError()]), "finance")
    assert (case.state, case.reason) == (State.REVIEW, "posting_failed")


def test_changed_masks_stop_the_system_before_any_case_is_touched(ready: Case, watch) -> None:
    ledgers = Ledgers({"finance": LedgerTarget()}, [MasksChanged("finance", ("capture: Bruttobetrag is missing",))])
    assert carry(ledgers, "finance").state == State.READY
    row = SystemHealth.objects.get()
    assert (row.needs_officer, row.reason) == (True, "mask_changed")
    assert "Bruttobetrag" in row.words


def test_busy_logins_are_no_fault_of_the_system_and_no_try_of_the_case(ready: Case, watch) -> None:
    ledgers = Ledgers({"finance": LedgerTarget()}, [TryAgainLater("logins_busy")] * (TRIES + 1))
    for _ in range(TRIES + 1):
        case = carry(ledgers, "finance")
        assert (case.state, case.tries, case.not_before) == (State.READY, 0, watch())
    assert not SystemHealth.objects.exists()
    assert carry(ledgers, "finance").state == State.DONE


def test_cases_of_a_paused_system_wait_until_its_breaker_closes(ready: Case, watch) -> None:
    for _ in range(health.FAILURES_BEFORE_PAUSE + 3):
        health.failed(ready.office, "system", "finance", reason="system_unreachable")
    case = carry(Ledgers({"finance": LedgerTarget()}), "finance")
    assert (case.reason, case.not_before) == ("system_paused", SystemHealth.objects.get().paused_until)


def test_a_record_that_does_not_answer_sends_no_case_to_a_clerk(ready: Case, monkeypatch) -> None:
    replaced: list[str] = []
    monkeypatch.setattr(setbacks, "hang_up", lambda: replaced.append("connection"))
    ledgers = Ledgers({"finance": LedgerTarget()}, [OperationalError("terminating connection")])
    case = carry(ledgers, "finance")
    assert (case.state, case.reason, case.tries) == (State.READY, "record_unreachable", 0)
    assert replaced == ["connection"]


def test_a_full_store_is_no_fault_of_the_system_and_waits_for_space(ready: Case, watch) -> None:
    ledgers = Ledgers({"finance": LedgerTarget()}, [StoreError("no space left")])
    case = carry(ledgers, "finance")
    assert (case.state, case.reason) == (State.READY, "store_failed")
    assert not SystemHealth.objects.exists()
    watch.forward(setbacks.LONGEST_WAIT_SECONDS)
    assert carry(ledgers, "finance").state == State.DONE


def test_looking_up_what_left_is_not_tried_for_ever(ready: Case, watch) -> None:
    ledgers = Ledgers({"finance": LedgerTarget(faults=["lost_after"])})
    carry(ledgers, "finance")
    rounds = 0
    while ready.state != State.REVIEW and rounds <= TRIES:
        watch.forward(setbacks.LONGEST_WAIT_SECONDS + 1)
        ledgers.troubles = [ZeroDivisionError()]
        ready, rounds = carry(ledgers, "finance"), rounds + 1
    assert (ready.state, ready.reason, rounds) == (State.REVIEW, "outcome_unknown", TRIES)
    assert ready.reasons == ["outcome_unknown"], "not posting_failed, which says that nothing was transferred"
    assert ready.events.filter(code="settling").count() == TRIES - 1


def test_looking_up_waits_longer_each_time(ready: Case, watch) -> None:
    ledgers = Ledgers({"finance": LedgerTarget(faults=["lost_after"])})
    carry(ledgers, "finance")
    waits = []
    for _ in range(3):
        watch.forward(setbacks.LONGEST_WAIT_SECONDS + 1)
        ledgers.troubles = [TryAgainLater("record_locked")]
        waits.append((carry(ledgers, "finance").not_before - watch()).total_seconds())
    assert waits == [5, 10, 20]


def test_what_left_for_a_paused_system_is_looked_up_when_its_breaker_closes(ready: Case, watch) -> None:
    ledgers = Ledgers({"finance": LedgerTarget(faults=["lost_after"])})
    carry(ledgers, "finance")
    watch.forward(61)
    for _ in range(health.FAILURES_BEFORE_PAUSE + 3):
        health.failed(ready.office, "system", "finance", reason="system_unreachable")
    case = carry(ledgers, "finance")
    assert (case.state, case.tries, case.not_before) == (State.POSTING, 0, SystemHealth.objects.get().paused_until)


def test_a_case_of_a_system_that_a_person_holds_does_not_bounce(ready: Case, watch) -> None:
    health.failed(ready.office, "system", "finance", reason="login_refused", needs_officer=True)
    case = carry(Ledgers({"finance": LedgerTarget()}), "finance")
    wait = claims.timedelta(seconds=setbacks.LONGEST_WAIT_SECONDS)
    assert (case.reason, case.not_before) == ("system_paused", watch() + wait)


def test_commits_without_an_answer_open_the_breaker(ready: Case, watch) -> None:
    ledgers = Ledgers({"finance": LedgerTarget(faults=["lost_after"])})
    case = carry(ledgers, "finance")
    row = SystemHealth.objects.get()
    assert (case.reason, row.failures, row.reason) == ("settling", 1, "outcome_unknown")
    watch.forward(61)
    assert carry(ledgers, "finance").state == State.DONE
    assert SystemHealth.objects.get().failures == 0


@pytest.mark.parametrize(("stage", "reason"), [(Stage.OFF, "process_off"), (Stage.SHADOW, "shadow")])
def test_a_process_that_was_stopped_meanwhile_posts_nothing(ready: Case, stage: Stage, reason: str) -> None:
    target = LedgerTarget()
    case = carry(Ledgers({"finance": target}), "finance", stage=stage)
    assert (case.state, case.reason, target.departures) == (State.REVIEW, reason, 0)


def test_what_no_person_released_waits_for_one_when_the_process_is_assisted_now(ready: Case) -> None:
    case = carry(Ledgers({"finance": LedgerTarget()}), "finance", stage=Stage.ASSISTED)
    assert (case.state, case.reason) == (State.REVIEW, "release_required")


@pytest.mark.parametrize("answer", ["released", "corrected", "not_in_target", "in_target"])
def test_what_a_person_released_is_posted_in_an_assisted_process(ready: Case, watch, answer: str) -> None:
    Decision.objects.create(case=ready, user=factories.person("alke"), answer=answer, at=watch())
    case = carry(Ledgers({"finance": LedgerTarget()}), "finance", stage=Stage.ASSISTED)
    assert case.state == State.DONE


def test_a_release_before_the_letter_was_read_again_does_not_count(ready: Case, watch) -> None:
    for answer in ("released", "read_again"):
        Decision.objects.create(case=ready, user=factories.person("alke"), answer=answer, at=watch())
    case = carry(Ledgers({"finance": LedgerTarget()}), "finance", stage=Stage.ASSISTED)
    assert (case.state, case.reason) == (State.REVIEW, "release_required")


def test_what_may_have_left_is_looked_up_though_the_process_was_stopped(ready: Case, watch) -> None:
    ledgers = Ledgers({"finance": LedgerTarget(faults=["lost_after"])})
    carry(ledgers, "finance")
    watch.forward(61)
    assert carry(ledgers, "finance", stage=Stage.OFF).state == State.DONE
