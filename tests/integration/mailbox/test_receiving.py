"""From a real mailbox into the record: nothing lost, nothing twice, no byte fetched that is known."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from bots.mailbox import Mailbox
from casework.words.errors import TryAgainLater
from casework.words.mailbox import MailboxPlace, MailboxUnreachable
from demo.mailserver.delivery import Delivery
from demo.mailserver.dovecot import Dovecot
from tests.integration.mailbox.house import OFFICE, drain, let_all_be_tried_again, waiting, write_house
from tests.integration.mailbox.letters import make_letter, make_settings

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("house")
def test_small_and_large_letters_are_stored_recorded_and_moved(
    dovecot: Dovecot, delivery: Delivery, account: str
) -> None:
    from casework.actions import audit
    from casework.record.models import Case, KnownFolder, Message
    from casework.record.store import Store

    letters = [make_letter(number) for number in range(20)] + [make_letter(20, size=3_000_000)]
    for letter in letters:
        delivery.deliver(account, letter)
    assert drain(account) == 21
    assert drain(account) == 0
    messages = list(Message.objects.order_by("uid"))
    assert [Store(OFFICE).get(message.address) for message in messages] == letters
    assert all(message.moved_at and message.done_place for message in messages)
    assert Case.objects.filter(state="new").count() == 21
    assert [list(audit.verify(case)) for case in Case.objects.all()] == [[]] * 21
    assert waiting(dovecot, account) == ()
    folder = KnownFolder.objects.get()
    assert (folder.waiting, folder.messages) == (0, 0)


@pytest.mark.usefixtures("house")
def test_an_unchanged_folder_is_only_looked_at(
    delivery: Delivery, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casework.actions import intake

    delivery.deliver(account, make_letter(1))
    assert (drain(account), drain(account)) == (1, 0)
    monkeypatch.setattr(intake, "record_gone", lambda *_, **__: pytest.fail("the mark was not kept"))
    assert drain(account) == 0


@pytest.mark.usefixtures("house")
def test_what_is_recorded_is_moved_without_a_byte(
    delivery: Delivery, account: str, fetched: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from casework.record.models import Message

    for number in range(3):
        delivery.deliver(account, make_letter(number))

    def refuse(*_: object) -> None:
        raise TryAgainLater("mailbox_refused", "the done folder is full")

    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "done", refuse)
        with pytest.raises(TryAgainLater, match="full"):
            drain(account)
    assert Message.objects.filter(moved_at=None).count() == 3
    let_all_be_tried_again()
    del fetched[:]
    assert drain(account) == 0
    assert fetched == []
    assert Message.objects.filter(moved_at=None).count() == 0


@pytest.mark.usefixtures("house")
def test_one_letter_the_server_refuses_stops_no_other_and_becomes_a_case(
    dovecot: Dovecot, delivery: Delivery, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casework.record.models import Case, Message, StuckMessage
    from casework.record.store import Store

    for number in range(5):
        delivery.deliver(account, make_letter(number))
    many = Mailbox.fetch_many

    def refuse_third(self: Mailbox, arrivals: Any) -> Any:
        wanted = list(arrivals)
        if any(arrival.place.uid == 3 for arrival in wanted):
            raise TryAgainLater("mailbox_refused", "NO message 3 is damaged")
        return many(self, wanted)

    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "fetch_many", refuse_third)
        assert drain(account) == 4
        assert not Case.objects.exclude(state="new").exists()
        let_all_be_tried_again()
        assert drain(account) == 0
    case = Case.objects.get(state="review")
    assert (case.reason, case.message.has_bytes, case.message.uid) == ("letter_unfetchable", False, 3)
    assert [arrival.place.uid for arrival in waiting(dovecot, account)] == [3]
    let_all_be_tried_again()
    assert drain(account) == 1
    case.refresh_from_db()
    assert (case.state, Store(OFFICE).get(case.message.address)) == ("new", make_letter(2))
    assert (Message.objects.count(), StuckMessage.objects.count(), waiting(dovecot, account)) == (5, 0, ())


def test_every_folder_is_taken_in_and_a_missing_one_stops_no_other(
    house: Callable[..., None], dovecot: Dovecot, delivery: Delivery, account: str
) -> None:
    from casework.record.models import Message
    from casework.words.errors import ConfigurationError

    house(folders=["INBOX", "Formulare"])
    delivery.deliver(account, make_letter(1))
    with pytest.raises(ConfigurationError, match="Formulare"):
        drain(account)
    assert Message.objects.get().folder == "INBOX"


@pytest.mark.usefixtures("house")
def test_two_intakes_never_work_the_same_mailbox(delivery: Delivery, account: str) -> None:
    from flows.stations.receive import Receiver

    delivery.deliver(account, make_letter(1))
    with Receiver(OFFICE, account) as first, Receiver(OFFICE, account) as second:
        assert (first.drain(), second.drain()) == (1, 0)
        delivery.deliver(account, make_letter(2))
        assert (second.drain(), first.drain()) == (0, 1)


@pytest.mark.usefixtures("house")
def test_what_a_falling_server_copied_and_did_not_take_away_is_taken_away(
    dovecot: Dovecot, delivery: Delivery, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casework.record.models import Message

    def fall(box: Mailbox, places: Iterable[MailboxPlace]) -> None:
        uids = ",".join(str(place.uid) for place in places)
        connection = box._connection
        connection.demand("marking", "uid", "STORE", uids, "+FLAGS.SILENT", "($AmtsboteStored)")
        connection.demand("copying", "uid", "COPY", uids, box.folders.ensure_done_folder())
        connection.demand("marking", "uid", "STORE", uids, "+FLAGS.SILENT", r"(\Deleted)")
        raise MailboxUnreachable("mailbox_unreachable", "the server fell")

    for number in (1, 2):
        delivery.deliver(account, make_letter(number))
    with monkeypatch.context() as patch, pytest.raises(MailboxUnreachable):
        patch.setattr(Mailbox, "done", fall)
        drain(account)
    delivery.deliver(account, make_letter(3))
    assert drain(account) == 1
    with Mailbox.open(make_settings(dovecot, account), dovecot.password(account)) as box:
        assert box.look("INBOX").mark.messages == 0
        assert len(box.taken().arrivals) == 3
    assert Message.objects.exclude(moved_at=None).count() == 3


@pytest.mark.usefixtures("house")
def test_what_a_person_marked_as_deleted_stays(dovecot: Dovecot, delivery: Delivery, account: str) -> None:
    delivery.deliver(account, make_letter(1))
    with Mailbox.open(make_settings(dovecot, account), dovecot.password(account)) as box:
        box.look("INBOX")
        box._connection.demand("marking", "uid", "STORE", "1", "+FLAGS.SILENT", r"(\Deleted $AmtsboteStored)")
    assert drain(account) == 0
    with Mailbox.open(make_settings(dovecot, account), dovecot.password(account)) as box:
        assert box.look("INBOX").mark.messages == 1, "no letter of the record, so not ours to take away"


@pytest.mark.parametrize("moment", ["sealed", "stored", "recorded", "moved", "noted"])
def test_a_kill_behind_any_step_loses_and_doubles_nothing(
    dovecot: Dovecot, delivery: Delivery, account: str, tmp_path: Path, moment: str
) -> None:
    letters = [*(make_letter(number) for number in range(3)), make_letter(3, size=1_500_000)]
    for letter in letters:
        delivery.deliver(account, letter)
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "AMTSBOTE_HOME": str(tmp_path / "home"),
        **write_house(tmp_path / "configs", dovecot, account),
    }
    command = [sys.executable, "-m", "tests.integration.mailbox.receiving_victim", account]
    options: dict[str, Any] = {"cwd": ROOT, "env": environment, "timeout": 60, "capture_output": True, "text": True}
    killed = subprocess.run([*command, moment], check=False, **options)
    assert killed.returncode == -9, killed.stderr
    for _ in range(2):
        ended = subprocess.run([*command, "never"], check=False, **options)
        assert ended.returncode == 0, ended.stderr
    with sqlite3.connect(tmp_path / "home" / "record" / "record.sqlite3") as record:
        rows = record.execute("SELECT uid, address, moved_at IS NOT NULL FROM record_message ORDER BY uid").fetchall()
        cases = record.execute("SELECT count(*) FROM record_case").fetchone()[0]
    record.close()
    assert [(uid, moved) for uid, _, moved in rows] == [(1, 1), (2, 1), (3, 1), (4, 1)]
    assert (len({address for _, address, _ in rows}), cases) == (4, 4)
    assert waiting(dovecot, account) == ()
    with Mailbox.open(make_settings(dovecot, account), dovecot.password(account)) as box:
        assert [raw for _, raw in box.fetch_many(box.taken().arrivals)] == letters
