"""*Betrieb* shows every way in with its state, and the daily reconciliation; the case page of a dead letter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import translation

from casework.actions import clock, doors, health, intake, leases, pauses, reconciliation
from casework.console.doorways import door_views, reconciliation_views
from casework.record.models import KnownFolder
from casework.words.mailbox import Arrival, FolderMark, MailboxPlace
from tests import factories

if TYPE_CHECKING:
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
MARK = FolderMark("INBOX", 7, 10, 0)


@pytest.fixture(autouse=True)
def in_german() -> Iterator[None]:
    with translation.override("de"):
        yield


def state() -> tuple[str, str]:
    (door,) = door_views(["amt-a"])
    return door.sort, door.tag


def looked(*, minutes_ago: int = 0, waiting: int = 0, notes: tuple[str, ...] = ()) -> None:
    doors.looked("amt-a", "posteingang", MARK, waiting=waiting, notes=notes)
    KnownFolder.objects.update(looked_at=clock.now() - timedelta(minutes=minutes_ago))


def test_a_door_that_was_never_used_is_shown_too() -> None:
    assert state() == ("warn", "noch nie abgerufen")


def test_a_door_that_nobody_looks_at_any_more_has_stopped() -> None:
    looked()
    assert state() == ("good", "in Ordnung")
    looked(minutes_ago=30)
    assert state() == ("bad", "steht still")
    assert "Es läuft kein Abruf" in door_views(["amt-a"])[0].words
    leases.acquire("mailbox:amt-a:posteingang", office="amt-a", seconds=60)
    assert "lange nicht nachgesehen" in door_views(["amt-a"])[0].words


def test_the_worst_is_told_first() -> None:
    looked(minutes_ago=30)
    for _ in range(health.FAILURES_BEFORE_PAUSE):
        health.failed("amt-a", "mailbox", "posteingang", reason="mailbox_unreachable")
    assert state() == ("bad", "gestört")
    pauses.pause("mailbox", "amt-a/posteingang", user=factories.person("doerte"))
    assert state() == ("warn", "angehalten")
    health.failed("amt-a", "mailbox", "posteingang", reason="mailbox_refused", needs_officer=True)
    assert state() == ("bad", "braucht Sie")


def test_the_page_tells_what_waits_and_how_an_old_server_is_worked(as_person: Callable[[str], Client]) -> None:
    looked(waiting=3, notes=("the server has no MOVE: messages are copied, then removed",))
    page = as_person("doerte").get("/betrieb/").content.decode()
    row = page.split('data-door="posteingang"')[1].split("</tr>")[0]
    assert "Nachrichten werden kopiert und dann entfernt" in row
    assert '<td class="number">3</td>' in row


def test_a_reconciliation_says_that_all_is_there() -> None:
    round_ = reconciliation.begin("amt-a", "posteingang")
    round_.compared = 61
    round_.end()
    (view,) = reconciliation_views(["amt-a"])
    assert (view.title, view.sort) == ("Amt Ahlbek: posteingang", "good")
    assert view.words.startswith("Abgleich von heute ") and view.words.endswith(": 61 Nachrichten, alles da")
    assert reconciliation_views(["amt-b"]) == []


def test_what_does_not_agree_stands_on_the_page_with_what_to_do(as_person: Callable[[str], Client]) -> None:
    case = factories.case()
    round_ = reconciliation.begin("amt-a")
    round_.add(reconciliation.MISSING, message=case.message)
    round_.end()
    door = reconciliation.begin("amt-a", "posteingang")
    door.add(reconciliation.STRAY, MailboxPlace("posteingang", "Eingelesen", 1, 17))
    door.end(trouble="")
    page = as_person("doerte").get("/betrieb/").content.decode()
    assert "Bitte spielen Sie sie aus der Datensicherung zurück" in page
    assert f">{case.reference}</a>" in page
    assert "Ordner Eingelesen, Nummer 17" in page
    assert page.count('data-reconciliation="bad"') == 2


def test_the_case_of_a_letter_that_does_not_come_says_where_it_lies(as_person: Callable[[str], Client]) -> None:
    arrival = Arrival(MailboxPlace("posteingang", "INBOX", 7, 1), 2_000_000, clock.now())
    case = intake.record_unfetchable(arrival, office="amt-a").cases.get()
    client = as_person("alke")
    page = client.get(f"/vorgaenge/{case.reference}/").content.decode()
    assert "Dieses Schreiben liegt noch im Postfach posteingang, Ordner INBOX" in page
    assert "ließ sich nicht aus dem Postfach holen" in page
    assert "Original speichern" not in page
    assert 'value="other_office"' not in page
    assert client.get(f"/vorgaenge/{case.reference}/original/").status_code == 404
