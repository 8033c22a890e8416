"""IDLE against a real Dovecot: a hint that comes quickly, and an end in time when the server goes away."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from pathlib import Path
from typing import cast

import pytest

from bots.mailbox import Mailbox
from bots.mailbox.connection import Connection
from bots.mailbox.imap import KEEPALIVE
from bots.mailbox.waiting import wait_for_news
from casework.words.mailbox import MailboxUnreachable
from demo.mailserver.delivery import Delivery
from demo.mailserver.dovecot import Dovecot
from tests.integration.mailbox.letters import make_letter, make_settings, waiting
from tests.integration.mailbox.processes import command_of, descendants


class Deliverer(threading.Thread):
    """Delivers a letter as soon as the mailbox waits, and notes when."""

    def __init__(self, delivery: Delivery, account: str) -> None:
        super().__init__()
        self._delivery, self._account = delivery, account
        self.delivered_at = 0.0

    def run(self) -> None:
        self._delivery.deliver(self._account, make_letter(1))
        self.delivered_at = time.monotonic()


def test_idle_wakes_within_two_seconds_of_a_delivery(box: Mailbox, delivery: Delivery, account: str) -> None:
    assert waiting(box) == []
    assert box.idle(0.3) is False
    deliverer = Deliverer(delivery, account)
    deliverer.start()
    assert box.idle(20) is True
    woke_at = time.monotonic()
    deliverer.join()
    assert woke_at - deliverer.delivered_at < 2
    assert len(waiting(box)) == 1
    assert box.idle(0.3) is False


def test_what_came_between_looking_and_waiting_is_not_missed(box: Mailbox, delivery: Delivery, account: str) -> None:
    for number in range(5):
        assert len(waiting(box)) == number
        delivery.deliver(account, make_letter(number))
        started = time.monotonic()
        assert box.idle(20) is True
        assert time.monotonic() - started < 2


def test_a_server_without_idle_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.mailbox.waiting.POLL_SECONDS", 0.1)
    with Dovecot(tmp_path, ["amt-a"], capability="IMAP4rev1 MOVE UIDPLUS") as server:
        delivery = Delivery(server)
        with Mailbox.open(make_settings(server, "amt-a"), server.password("amt-a")) as box:
            assert waiting(box) == []
            assert box.idle(0.5) is False
            delivery.deliver("amt-a", make_letter(1))
            assert box.idle(5) is True
        delivery.close()


def test_a_server_that_falls_silent_while_it_is_asked_is_given_up_in_time(tmp_path: Path) -> None:
    with Dovecot(tmp_path, ["amt-a"]) as server:
        box = Mailbox.open(make_settings(server, "amt-a"), server.password("amt-a"), timeout=1)
        frozen = [pid for pid in descendants(server.pid or 0) if command_of(pid).startswith("dovecot/imap")]
        assert frozen
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        started = time.monotonic()
        with pytest.raises(MailboxUnreachable, match="no answer in time"):
            waiting(box)
        box.close()
        assert time.monotonic() - started < 10


def test_a_server_that_is_not_there_is_tried_later(dovecot: Dovecot, account: str, tmp_path: Path) -> None:
    with Dovecot(tmp_path, ["amt-a"]) as other:
        settings = make_settings(other, "amt-a")
    with pytest.raises(MailboxUnreachable, match="connection refused") as caught:
        Mailbox.open(settings, "geheim")
    assert caught.value.reason == "mailbox_unreachable"


def test_a_server_that_falls_silent_while_we_wait_is_noticed_when_the_wait_ends(tmp_path: Path) -> None:
    with Dovecot(tmp_path, ["amt-a"]) as server:
        box = Mailbox.open(make_settings(server, "amt-a"), server.password("amt-a"), timeout=1)
        waiting(box)
        for pid in [pid for pid in descendants(server.pid or 0) if command_of(pid).startswith("dovecot/imap")]:
            os.kill(pid, signal.SIGSTOP)
        started = time.monotonic()
        with pytest.raises(MailboxUnreachable):
            box.idle(1)
        box.close()
        assert time.monotonic() - started < 10


def test_a_server_that_dies_while_we_wait_is_noticed_at_once(tmp_path: Path) -> None:
    with (
        Dovecot(tmp_path, ["amt-a"]) as server,
        Mailbox.open(make_settings(server, "amt-a"), server.password("amt-a")) as box,
    ):
        waiting(box)
        killer = threading.Timer(0.5, server.kill)
        killer.start()
        started = time.monotonic()
        with pytest.raises(MailboxUnreachable):
            box.idle(60)
        assert time.monotonic() - started < 10
        killer.join()


def test_a_wait_never_lasts_nine_minutes_and_waits_do_not_end_together(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    ends = set()

    class Silent:
        """A connection without IDLE on which nothing ever comes."""

        capabilities = frozenset({"IMAP4REV1"})

        def take(self, code: str) -> list[bytes]:
            return []

        def demand(self, doing: str, command: str) -> list[bytes]:
            return []

    monkeypatch.setattr("bots.mailbox.waiting.time.monotonic", lambda: clock[0])
    monkeypatch.setattr("bots.mailbox.waiting.time.sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    for _ in range(20):
        clock[0] = 0.0
        assert wait_for_news(cast("Connection", Silent()), 3600) is False
        assert 7 * 60 < clock[0] <= 9 * 60
        ends.add(clock[0])
    assert len(ends) > 10


def test_a_dead_line_is_asked_about_by_the_system(box: Mailbox) -> None:
    line = box._connection._imap.sock
    assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    numbers = [line.getsockopt(socket.IPPROTO_TCP, option) for option in KEEPALIVE]
    assert numbers[0] + numbers[1] * numbers[2] <= 120
