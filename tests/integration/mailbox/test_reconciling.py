"""The daily reconciliation against a real mailbox: zero when all is well, and every way in which it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bots.mailbox import Mailbox
from bots.mailbox.folders import Folders
from casework.words.errors import TryAgainLater
from demo.mailserver.delivery import Delivery
from demo.mailserver.dovecot import Dovecot
from tests.integration.mailbox.house import OFFICE, drain, waiting
from tests.integration.mailbox.letters import make_letter, make_settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]


def reconcile(**options: Any) -> tuple[list[str], list[str]]:
    """The codes of what was found at the door and in the store."""
    from flows.stations.reconcile import reconcile as compare

    door, store = compare(OFFICE, **options)
    assert (door.trouble, store.trouble) == ("", "")
    return [[found.code for found in row.discrepancies.all()] for row in (door, store)]  # type: ignore[return-value]


def put_into_done(dovecot: Dovecot, account: str) -> None:
    """Somebody moves what waits to the done folder, past the record."""
    with Mailbox.open(make_settings(dovecot, account), dovecot.password(account)) as box:
        box.done(arrival.place for arrival in box.look("INBOX").arrivals)


def test_when_all_is_well_everything_is_zero_and_counted(delivery: Delivery, account: str) -> None:
    from casework.record.models import Reconciliation

    for number in range(5):
        delivery.deliver(account, make_letter(number))
    drain(account)
    assert reconcile() == [[], []]
    door, store = Reconciliation.objects.all()
    assert (door.compared, store.compared, store.of) == (5, 5, 5)
    assert door.ended_at is not None


def test_a_letter_that_nobody_took_in_is_named_when_it_waited_too_long(
    delivery: Delivery, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casework.actions import reconciliation

    delivery.deliver(account, make_letter(1))
    assert reconcile() == [[], []]
    monkeypatch.setattr(reconciliation, "PATIENCE", timedelta(seconds=-2))
    assert reconcile() == [["not_recorded"], []]


def test_a_letter_that_the_mark_of_a_folder_hides_is_named_once_and_then_taken_in(
    dovecot: Dovecot, delivery: Delivery, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without CONDSTORE nobody hears that a letter is no longer marked as deleted."""
    from casework.actions import reconciliation

    read = Folders._read_mark
    monkeypatch.setattr(
        Folders, "_read_mark", lambda self, name, there: replace(read(self, name, there), highestmodseq=None)
    )
    monkeypatch.setattr(reconciliation, "PATIENCE", timedelta(seconds=-2))
    delivery.deliver(account, make_letter(1))
    with Mailbox.open(make_settings(dovecot, account), dovecot.password(account)) as box:
        for sign in "+-":
            box.look("INBOX")
            box._connection.demand("marking", "uid", "STORE", "1:*", f"{sign}FLAGS", r"(\Deleted)")
            assert drain(account) == 0
    assert reconcile() == [["not_recorded"], []]
    assert drain(account) == 1
    assert reconcile() == [[], []]


def test_a_letter_in_the_done_folder_that_was_never_taken_in_is_found_and_put_back(
    dovecot: Dovecot, delivery: Delivery, account: str
) -> None:
    from casework.record.models import AuditEvent, Message

    delivery.deliver(account, make_letter(1))
    drain(account)
    for number in (2, 3):
        delivery.deliver(account, make_letter(number))
    put_into_done(dovecot, account)
    assert reconcile() == [["stray_in_done", "stray_in_done"], []]
    assert reconcile(move_back=True) == [[], []]
    assert len(waiting(dovecot, account)) == 2
    assert AuditEvent.objects.get(code="moved_back").data == {"account": account, "messages": 2}
    assert drain(account) == 2
    assert reconcile() == [[], []]
    assert Message.objects.exclude(done_place="").count() == 3


def test_where_the_server_told_no_place_the_bytes_are_fetched_once(
    delivery: Delivery, account: str, fetched: list[int]
) -> None:
    from casework.record.models import Message

    for number in range(3):
        delivery.deliver(account, make_letter(number))
    drain(account)
    places = list(Message.objects.values_list("done_place", flat=True))
    Message.objects.update(done_place="")
    del fetched[:]
    assert reconcile() == [[], []]
    assert sorted(fetched) == [1, 2, 3]
    assert list(Message.objects.values_list("done_place", flat=True)) == places
    assert reconcile() == [[], []]
    assert len(fetched) == 3


def test_what_is_missing_or_altered_in_the_store_is_named_until_it_is_mended(delivery: Delivery, account: str) -> None:
    from casework.configuration import home
    from casework.record.models import Message

    for number in range(3):
        delivery.deliver(account, make_letter(number))
    drain(account)
    paths = [home().store / OFFICE / m.address[:2] / m.address for m in Message.objects.all()]
    contents = [path.read_bytes() for path in paths]
    paths[0].unlink()
    paths[1].write_bytes(contents[1][:-1] + bytes([contents[1][-1] ^ 1]))
    for _ in range(2):
        door, store = reconcile()
        assert (door, sorted(store)) == ([], ["altered_in_store", "missing_in_store"])
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    assert reconcile() == [[], []]


def test_a_door_out_of_reach_is_told_and_the_store_is_compared_all_the_same(
    account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.stations import reconcile as station

    def away(*_: object) -> None:
        raise TryAgainLater("mailbox_unreachable", "the mailbox is out of reach")

    monkeypatch.setattr(Mailbox, "open", away)
    door, store = station.reconcile(OFFICE)
    assert (door.account, door.trouble, store.trouble) == (account, "the mailbox is out of reach", "")


def test_a_renumbered_folder_with_two_alike_loses_and_doubles_nothing(
    house: Callable[..., None],
    dovecot: Dovecot,
    delivery: Delivery,
    account: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from casework.record.models import Message

    house(folder="Post")
    connection = delivery._connection(account)
    letters = [make_letter(1), make_letter(1), make_letter(2)]
    fill(connection, delivery, account, letters)

    def refuse(*_: object) -> None:
        raise TryAgainLater("mailbox_refused", "not now")

    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "done", refuse)
        with pytest.raises(TryAgainLater):
            drain(account)
    (validity,) = set(Message.objects.values_list("uidvalidity", flat=True))
    connection.delete("Post")
    fill(connection, delivery, account, [*letters, make_letter(3)])
    assert drain(account) == 1
    assert Message.objects.exclude(uidvalidity=validity).exclude(moved_at=None).count() == 4
    assert reconcile() == [[], []]


def test_a_second_letter_is_not_taken_for_one_that_had_left_before_the_folder_was_renumbered(
    house: Callable[..., None],
    delivery: Delivery,
    account: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from casework.actions import intake
    from casework.record.models import Message

    house(folder="Post")
    connection = delivery._connection(account)
    fill(connection, delivery, account, [make_letter(1), make_letter(2)])

    def fall(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(intake, "record_moved", fall)
        with pytest.raises(KeyboardInterrupt):
            drain(account)
    assert Message.objects.filter(moved_at=None).count() == 2
    connection.delete("Post")
    fill(connection, delivery, account, [make_letter(1), make_letter(3)])
    assert drain(account) == 2
    assert Message.objects.exclude(moved_at=None).exclude(done_place="").count() == 4
    assert reconcile() == [[], []]


def test_one_more_of_the_same_bytes_in_the_done_folder_than_the_record_knows_is_found(
    dovecot: Dovecot, delivery: Delivery, account: str
) -> None:
    delivery.deliver(account, make_letter(1))
    drain(account)
    delivery.deliver(account, make_letter(1))
    put_into_done(dovecot, account)
    assert reconcile() == [["stray_in_done"], []]


def fill(connection: Any, delivery: Delivery, account: str, letters: list[bytes]) -> None:
    """Make the folder and put letters into it."""
    connection.create("Post")
    for letter in letters:
        delivery.deliver(account, letter, folder="Post")


def test_a_letter_the_server_does_not_give_is_named_unless_a_clerk_has_its_case(
    dovecot: Dovecot, delivery: Delivery, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casework.actions import intake

    for number in range(3):
        delivery.deliver(account, make_letter(number))
    intake.record_unfetchable(waiting(dovecot, account)[0], office=OFFICE)
    put_into_done(dovecot, account)

    def refuse(*_: object) -> None:
        raise TryAgainLater("mailbox_refused", "NO it is damaged")

    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "fetch_many", refuse)
        assert reconcile() == [["stray_in_done", "stray_in_done"], []]
    assert reconcile(move_back=True) == [[], []]
    assert drain(account) == 3
    assert reconcile() == [[], []]
