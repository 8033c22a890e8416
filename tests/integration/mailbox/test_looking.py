"""Looking at folders: one round trip when nothing changed, several folders, folders that are made anew."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bots.mailbox import Mailbox
from casework.words.mailbox import MessageGone
from demo.mailserver.delivery import Delivery
from demo.mailserver.dovecot import Dovecot
from demo.unprivileged import Lodging
from tests.integration.mailbox.letters import make_letter, make_settings, waiting

MANY = 3000


class Recorder:
    """What Dovecot heard in its only session of this account after login (its own raw log)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._heard = 0

    def commands(self) -> list[str]:
        """The commands since the last time, without their tags."""
        lines = [line for file in sorted(self._folder.glob("*.in")) for line in file.read_text().splitlines()]
        new, self._heard = lines[self._heard :], len(lines)
        return [" ".join(line.split()[2:]) for line in new]  # time, tag, command


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    """A Dovecot that writes down what it hears."""
    files = {"more.conf": "rawlog_dir = {path}/rawlog/%u\n"}
    with Dovecot(tmp_path_factory.mktemp("listening"), ["amt-a", "amt-b", "amt-c"], files=files) as server:
        yield server


def record(server: Dovecot, account: str) -> Recorder:
    folder = server.lodging.path / "rawlog" / account
    make_folder(server.lodging, folder)
    return Recorder(folder)


def make_folder(lodging: Lodging, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in (folder.parent, folder):
        if os.geteuid() == 0:
            os.chown(path, lodging.account.uid, lodging.account.gid)


def fill(server: Dovecot, account: str, number: int) -> None:
    """So many short mails straight into the Maildir."""
    for name in ("cur", "new", "tmp"):
        make_folder(server.lodging, server.lodging.path / "mail" / account / name)
    for index in range(number):
        raw = f"Subject: Brief {index}\r\n\r\nGuten Tag\r\n".encode()
        file = (
            server.lodging.path / "mail" / account / "cur" / f"{1700000000 + index}.P1.h,S={len(raw)},W={len(raw)}:2,S"
        )
        file.write_bytes(raw)
        if os.geteuid() == 0:
            os.chown(file, server.lodging.account.uid, server.lodging.account.gid)


def lose_numbers(maildir: Path) -> None:
    """Another UIDVALIDITY, as after a restore of the server."""
    for file in maildir.glob("dovecot.index*"):
        file.unlink()
    uids = maildir / "dovecot-uidlist"
    uids.write_text(re.sub(r" V\d+", " V4711", uids.read_text(), count=1))


def test_an_unchanged_folder_of_thousands_costs_one_round_trip(listening: Dovecot) -> None:
    fill(listening, "amt-a", MANY)
    heard = record(listening, "amt-a")
    with Mailbox.open(make_settings(listening, "amt-a"), listening.password("amt-a")) as box:
        first = box.look("INBOX")
        assert (len(first.arrivals), first.mark.messages, first.mark.uidnext) == (MANY, MANY, MANY + 1)
        heard.commands()
        for _ in range(3):
            assert box.look("INBOX", first.mark) == type(first)(first.mark)
            assert heard.commands() == ['SELECT "INBOX" (CONDSTORE)']
    with Mailbox.open(make_settings(listening, "amt-a"), listening.password("amt-a")) as later:
        assert later.look("INBOX", first.mark).arrivals == ()


def test_every_change_is_seen(listening: Dovecot) -> None:
    delivery = Delivery(listening)
    settings, password = make_settings(listening, "amt-b"), listening.password("amt-b")
    with Mailbox.open(settings, password) as box, Mailbox.open(settings, password) as theirs:
        empty = box.look("INBOX").mark
        delivery.deliver("amt-b", make_letter(1))
        one = box.look("INBOX", empty)
        assert len(one.arrivals) == 1
        delivery.deliver("amt-b", make_letter(2))
        theirs.done([one.arrivals[0].place])  # as many as before, but others
        two = box.look("INBOX", one.mark)
        assert [arrival.place.uid for arrival in two.arrivals] == [2]
        box.done([two.arrivals[0].place])
        assert box.look("INBOX", two.mark).mark.messages == 0
        taken = box.taken()
        assert [arrival.stored for arrival in taken.arrivals] == [True, True]
        assert box.taken(taken.mark).arrivals == ()
    delivery.close()


def test_several_folders_go_to_one_done_folder(listening: Dovecot) -> None:
    delivery = Delivery(listening)
    names = ("INBOX", "Fax & Post", "Anträge")
    settings = make_settings(listening, "amt-c", folders=names)
    password = listening.password("amt-c")
    for number, name in enumerate(names):  # the server has no other way to bring mail there
        delivery.deliver("amt-c", make_letter(number))
        if name != "INBOX":
            with Mailbox.open(make_settings(listening, "amt-c", done_folder=name), password) as box:
                box.done([arrival.place for arrival in waiting(box)][-1:])
    with Mailbox.open(settings, password) as box:
        arrivals = [arrival for name in names for arrival in box.look(name).arrivals]
        assert [arrival.place.folder for arrival in arrivals] == list(names)
        assert [raw for _, raw in box.fetch_many(arrivals)] == [make_letter(number) for number in range(3)]
        moved = box.done(arrival.place for arrival in arrivals)
        assert {place.folder for place in moved.values() if place} == {"Eingelesen"}
        assert len([place for place in moved.values() if place]) == 3
        assert not any(box.look(name).arrivals for name in names)
        assert box.idle(0.3) is False
        box.look(names[1])
        delivery.deliver("amt-c", make_letter(4))
        assert box.idle(20) is True  # the first folder is opened anew, and it has changed since it was looked at
    delivery.close()


@pytest.mark.parametrize("step", ["fetch", "pieces", "done"])
def test_a_folder_made_anew_while_it_is_worked_is_noticed(
    open_box: Callable[[], Mailbox], dovecot: Dovecot, delivery: Delivery, account: str, step: str
) -> None:
    delivery.deliver(account, make_letter(1))
    first = open_box()
    (arrival,) = waiting(first)
    first.close()
    lose_numbers(dovecot.lodging.path / "mail" / account)
    box = open_box()
    with pytest.raises(MessageGone, match="made anew"):
        if step == "fetch":
            list(box.fetch_many([arrival]))
        elif step == "pieces":
            list(box.pieces(arrival.place))
        else:
            box.done([arrival.place])
    (again,) = waiting(box)
    assert again.place != arrival.place
    assert [raw for _, raw in box.fetch_many([again])] == [make_letter(1)]


def test_a_folder_that_vanishes_under_an_open_session_ends_it_and_the_next_finds_all(
    open_box: Callable[[], Mailbox], dovecot: Dovecot, delivery: Delivery, account: str
) -> None:
    delivery.deliver(account, make_letter(1))
    box = open_box()
    (arrival,) = waiting(box)
    box.done([arrival.place])
    taken = box.taken().arrivals[0]
    shutil.rmtree(dovecot.lodging.path / "mail" / account / ".Eingelesen")
    delivery.deliver(account, make_letter(2))
    (second,) = waiting(open_box())
    moved = open_box().done([second.place])[second.place]
    assert moved is not None and moved.uidvalidity != taken.place.uidvalidity
    with pytest.raises(MessageGone):
        b"".join(open_box().pieces(taken.place))
