"""The copy of an erased letter goes from a real mailbox, and only that one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from bots.mailbox import Mailbox
from casework import configuration
from casework.actions import clock, erasing, intake
from casework.configuration import shipped
from casework.configuration.mailboxes import MailboxSettings
from casework.record.models import AuditEvent, Backup, Case, Erasure, Message
from demo.mailserver.delivery import Delivery
from demo.mailserver.dovecot import Dovecot
from flows.stations import erasing as station
from tests.integration.mailbox.letters import make_letter, waiting

pytestmark = pytest.mark.django_db(transaction=True)
BUSY_DAYS = 400


@pytest.fixture
def house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dovecot: Dovecot, settings: MailboxSettings
) -> Iterator[None]:
    """One office with this mailbox, which keeps closed cases for a year."""
    box = {"account": settings.account, "host": dovecot.host, "port": dovecot.port, "user": settings.account,
           "secret": "mailbox", "ca_file": str(dovecot.ca_file)}  # fmt: skip
    office = {"name": "Amt A", "mailboxes": [box], "retention": {"keep_days": 365}}
    (tmp_path / "offices").mkdir()
    (tmp_path / "offices" / "amt-a.yaml").write_text(yaml.safe_dump(office), encoding="utf-8")
    monkeypatch.setenv("AMTSBOTE_CONFIG", os.pathsep.join([str(shipped()), str(tmp_path)]))
    monkeypatch.setenv("AMTSBOTE_SECRET_MAILBOX", dovecot.password(settings.account))
    configuration.forget()
    yield
    configuration.forget()


def _taken_in(box: Mailbox, *, told: bool = True) -> list[Message]:
    """Everything that waits, recorded and moved as intake does it; `told`: the server says where it went."""
    messages = {}
    for arrival, raw in box.fetch_many(waiting(box)):
        messages[arrival.place] = intake.record_message(raw, office="amt-a", place=arrival.place).message
    moved = box.done(messages)
    intake.record_moved(moved if told else dict.fromkeys(moved), messages)
    return list(messages.values())


def _long_over(message: Message) -> None:
    """As if its case had been closed and backed up, and the year had passed."""
    past = clock.now() - timedelta(days=BUSY_DAYS)
    Case.objects.filter(message=message).update(state="closed", reason="done_by_hand", closed_at=past)
    Message.objects.filter(pk=message.pk).update(stored_at=past)
    Backup.objects.get_or_create(
        digest="d",
        defaults={"began": clock.now() - timedelta(days=1), "verified_at": clock.now(), "messages": 1, "files": 1},
    )


def _numbers(box: Mailbox) -> list[bytes]:
    """The numbers of the letters in the done folder."""
    raws = [b"".join(box.pieces(arrival.place)) for arrival in box.taken().arrivals]
    return sorted(raw.split(b"Subject: Brief ")[1].split(b"\r\n")[0] for raw in raws)


@pytest.mark.parametrize("told", [True, False], ids=["its place is known", "it has to be searched"])
def test_the_retention_rule_reaches_the_done_folder(
    house: None, open_box: Callable[[], Mailbox], delivery: Delivery, account: str, told: bool
) -> None:
    for number in (1, 2, 3):
        delivery.deliver(account, make_letter(number))
    box = open_box()
    messages = _taken_in(box, told=told)
    _long_over(messages[1])
    assert station.erase_due() == 1
    order = Erasure.objects.get()
    assert (order.message_id, order.copy_was, order.copy) == (messages[1].pk, "deleted", {})
    assert _numbers(open_box()) == [b"1", b"3"]
    assert AuditEvent.objects.get(code="mailbox_copy_gone").data["copy"] == "deleted"
    assert station.erase_due() == 0


def test_another_letter_at_its_place_stays(
    house: None, open_box: Callable[[], Mailbox], delivery: Delivery, account: str
) -> None:
    delivery.deliver(account, make_letter(1))
    delivery.deliver(account, make_letter(2))
    first, second = _taken_in(open_box())
    _long_over(first)
    Message.objects.filter(pk=first.pk).update(done_place=second.done_place)
    second.refresh_from_db()
    Message.objects.filter(pk=first.pk).update(done_place=second.done_place)
    station.erase_due()
    assert Erasure.objects.get().copy_was == "deleted", "its own copy, which nobody names"
    assert _numbers(open_box()) == [b"2"]


def test_a_mailbox_out_of_reach_is_asked_again_later(
    house: None, open_box: Callable[[], Mailbox], delivery: Delivery, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery.deliver(account, make_letter(1))
    (message,) = _taken_in(open_box())
    _long_over(message)
    with monkeypatch.context() as away:
        away.setenv("AMTSBOTE_SECRET_MAILBOX", "wrong")
        station.erase_due()
    order = Erasure.objects.get()
    assert order.copy_gone_at is None and order.tried_at is not None
    assert station.go_on() == 0, "not before an hour has passed"
    Erasure.objects.update(tried_at=clock.now() - timedelta(hours=2))
    station.go_on()
    assert Erasure.objects.get().copy_was == "deleted"
    assert erasing.unfinished(tried_before=clock.now(), most=9) == [Erasure.objects.get()], "its files are too fresh"


def test_a_copy_that_lies_in_a_former_done_folder_goes_too(
    house: None, open_box: Callable[[], Mailbox], delivery: Delivery, account: str, dovecot: Dovecot, tmp_path: Path
) -> None:
    delivery.deliver(account, make_letter(1))
    (message,) = _taken_in(open_box())
    _long_over(message)
    _use_done_folder(tmp_path, "Ablage")
    station.erase_due()
    assert Erasure.objects.get().copy_was == "deleted"
    assert _numbers(open_box()) == []


def test_a_former_done_folder_that_is_no_more_stops_nobody(
    house: None, open_box: Callable[[], Mailbox], delivery: Delivery, account: str
) -> None:
    for number in (1, 2):
        delivery.deliver(account, make_letter(number))
    first, second = _taken_in(open_box())
    for message in (first, second):
        _long_over(message)
    Message.objects.filter(pk=first.pk).update(done_place="Weg;1;1")
    station.erase_due()
    assert [order.copy_was for order in Erasure.objects.order_by("message")] == ["deleted", "deleted"]
    assert _numbers(open_box()) == []


def test_the_copy_of_another_letter_with_the_same_bytes_stays(
    house: None, open_box: Callable[[], Mailbox], delivery: Delivery, account: str
) -> None:
    for _ in range(2):
        delivery.deliver(account, make_letter(1))
    first, second = _taken_in(open_box())
    box = open_box()
    first.refresh_from_db()
    box.remove(next(each.place for each in box.taken().arrivals if intake.done_words(each.place) == first.done_place))
    Message.objects.filter(pk=first.pk).update(address=second.address, size=second.size, done_place="")
    _long_over(first)
    station.erase_due()
    assert Erasure.objects.get().copy_was == "not found"
    assert _numbers(open_box()) == [b"1"]


def test_a_second_copy_that_a_crash_left_goes_as_well(
    house: None, open_box: Callable[[], Mailbox], delivery: Delivery, account: str
) -> None:
    delivery.deliver(account, make_letter(1))
    box = open_box()
    (message,) = _taken_in(box)
    box.folders.open("Eingelesen")
    box._connection.demand("copying", "uid", "COPY", "1:*", box.folders.wire_name("Eingelesen"))
    _long_over(message)
    station.erase_due()
    assert Erasure.objects.get().copy_was == "deleted"
    assert _numbers(open_box()) == []


def _use_done_folder(root: Path, name: str) -> None:
    path = root / "offices" / "amt-a.yaml"
    office = yaml.safe_load(path.read_text(encoding="utf-8"))
    office["mailboxes"][0]["done_folder"] = name
    path.write_text(yaml.safe_dump(office), encoding="utf-8")
    configuration.forget()
