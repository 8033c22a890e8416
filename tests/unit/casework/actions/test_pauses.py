from __future__ import annotations

import pytest

from casework.actions import claims, clock, health, pauses
from casework.actions.pauses import Backlog, NothingToPause
from casework.record.models import AuditEvent, Case, Pause, SystemHealth
from casework.words.states import State
from tests import factories


def _ready(office: str = "amt-a", process: str = "invoice") -> Case:
    return factories.case(office, state=State.READY, reason="accepted", process=process)


def test_what_is_paused_is_not_claimed_until_it_is_resumed(house: None) -> None:
    _ready()
    pauses.pause("office", "amt-a", user=factories.person("doerte"))
    assert claims.claim_ready() is None
    pauses.resume("office", "amt-a")
    assert claims.claim_ready() is not None


def test_pausing_twice_keeps_the_first_pause_with_the_new_policy(house: None) -> None:
    first = pauses.pause("all")
    assert pauses.pause("all", backlog=Backlog.ASK) == first
    assert Pause.objects.get().backlog == "ask"


def test_backlog_ask_lays_waiting_cases_before_a_person(house: None) -> None:
    mine, other = _ready(), _ready(process="dog_registration")
    pauses.pause("process", "invoice", backlog=Backlog.ASK)
    assert pauses.resume("process", "invoice") == 1
    states = {case.pk: Case.objects.get(pk=case.pk).state for case in (mine, other)}
    assert states == {mine.pk: "review", other.pk: "ready"}


def test_backlog_expire_spares_what_is_partly_posted(house: None) -> None:
    fresh, begun = _ready(), _ready()
    factories.posting(begun, receipt="HK-1")
    pauses.pause("all")
    assert pauses.resume("all", backlog=Backlog.EXPIRE) == 1
    fresh.refresh_from_db()
    begun.refresh_from_db()
    assert (fresh.expires is not None, begun.expires is None) == (True, True)


def test_backlog_work_off_counts_the_cases_of_the_system(house: None) -> None:
    _ready()
    _ready(process="dog_registration")
    pauses.pause("system", "haushaltskasse")
    assert pauses.resume("system", "haushaltskasse") == 1


def test_resuming_a_system_lets_a_refused_login_be_tried_again(house: None) -> None:
    health.failed("amt-a", "system", "haushaltskasse", reason="login_refused", needs_officer=True)
    assert not health.usable("amt-a", "system", "haushaltskasse")
    pauses.resume("system", "haushaltskasse")
    assert health.usable("amt-a", "system", "haushaltskasse")
    assert SystemHealth.objects.get().failures == 0


def test_what_waited_for_the_system_goes_on_at_once(house: None) -> None:
    waiting, later = _ready(), _ready()
    soon = clock.now() + factories.span(minutes=9)
    for case, reason in ((waiting, "system_paused"), (later, "record_locked")):
        Case.objects.filter(pk=case.pk).update(reason=reason, not_before=soon)
    pauses.resume("system", "haushaltskasse")
    assert [case.pk for case in iter(claims.claim_ready, None)] == [waiting.pk]


def test_resuming_a_system_that_waits_for_an_officer_stands_in_the_audit_trail(house: None) -> None:
    health.failed("amt-a", "system", "haushaltskasse", reason="login_refused", needs_officer=True)
    pauses.resume("system", "haushaltskasse", user=factories.person("doerte"))
    event = AuditEvent.objects.get(case=None)
    assert (event.code, event.data["name"]) == ("resumed", "haushaltskasse")


@pytest.mark.usefixtures("house")
class TestMailboxes:
    """A mailbox is stopped and goes on under the name `office/account`."""

    def test_one_that_refused_the_login_goes_on_when_an_officer_resumes_it(self) -> None:
        health.failed("amt-a", "mailbox", "posteingang", reason="login_refused", needs_officer=True)
        health.failed("amt-b", "mailbox", "posteingang", reason="login_refused", needs_officer=True)
        assert pauses.resume("mailbox", "amt-a/posteingang", user=factories.person("doerte")) == 0
        assert health.usable("amt-a", "mailbox", "posteingang")
        assert not health.usable("amt-b", "mailbox", "posteingang")
        event = AuditEvent.objects.get(case=None)
        assert (event.code, event.office, event.data["name"]) == ("resumed", "amt-a", "amt-a/posteingang")

    def test_one_that_is_paused_is_left_alone_until_it_is_resumed(self) -> None:
        pauses.pause("mailbox", "amt-a/posteingang")
        assert not health.usable("amt-a", "mailbox", "posteingang")
        assert health.usable("amt-b", "mailbox", "posteingang")
        pauses.resume("mailbox", "amt-a/posteingang")
        assert health.usable("amt-a", "mailbox", "posteingang")

    def test_resuming_one_touches_no_case(self) -> None:
        waiting = _ready()
        pauses.pause("mailbox", "amt-a/posteingang", backlog=Backlog.ASK)
        assert pauses.resume("mailbox", "amt-a/posteingang") == 0
        waiting.refresh_from_db()
        assert waiting.state == State.READY

    @pytest.mark.parametrize("name", ["amt-a/nobody", "amt-z/posteingang", "posteingang", ""])
    def test_one_that_no_office_has_cannot_be_paused(self, name: str) -> None:
        with pytest.raises(NothingToPause, match="amt-a/posteingang"):
            pauses.pause("mailbox", name)


@pytest.mark.parametrize(("scope", "name"), [("planet", ""), ("office", "amt-z"), ("all", "amt-a"), ("system", "")])
def test_what_does_not_exist_cannot_be_paused(house: None, scope: str, name: str) -> None:
    with pytest.raises(NothingToPause):
        pauses.pause(scope, name)


def test_pauses_stand_in_the_audit_trail(house: None) -> None:
    doerte = factories.person("doerte")
    pauses.pause("all", user=doerte)
    pauses.resume("all", user=doerte)
    codes = list(AuditEvent.objects.filter(case=None).values_list("code", "user__username"))
    assert codes == [("paused", "doerte"), ("resumed", "doerte")]
