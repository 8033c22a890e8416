"""IDLE against a real Dovecot: a hint that comes quickly, and an end in time when the server goes away."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from bots.mailbox import Mailbox
from casework.words.mailbox import MailboxUnreachable
from demo.mailserver.delivery import Delivery
from demo.mailserver.dovecot import Dovecot
from tests.integration.mailbox.letters import make_letter, make_settings
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
    assert box.new() == []
    assert box.idle(0.3) is False
    deliverer = Deliverer(delivery, account)
    deliverer.start()
    assert box.idle(20) is True
    woke_at = time.monotonic()
    deliverer.join()
    assert woke_at - deliverer.delivered_at < 2
    assert len(box.new()) == 1
    assert box.idle(0.3) is False


def test_what_came_between_looking_and_waiting_is_not_missed(box: Mailbox, delivery: Delivery, account: str) -> None:
    for number in range(5):
        assert len(box.new()) == number
        delivery.deliver(account, make_letter(number))
        started = time.monotonic()
        assert box.idle(20) is True
        assert time.monotonic() - started < 2


def test_a_server_without_idle_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.mailbox.box.POLL_SECONDS", 0.1)
    with Dovecot(tmp_path, ["amt-a"], capability="IMAP4rev1 MOVE UIDPLUS") as server:
        delivery = Delivery(server)
        with Mailbox.open(make_settings(server, "amt-a"), server.password("amt-a")) as box:
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
            box.new()
        box.close()
        assert time.monotonic() - started < 10


def test_a_server_that_is_not_there_is_tried_later(dovecot: Dovecot, account: str, tmp_path: Path) -> None:
    with Dovecot(tmp_path, ["amt-a"]) as other:
        settings = make_settings(other, "amt-a")
    with pytest.raises(MailboxUnreachable, match="connection refused") as caught:
        Mailbox.open(settings, "geheim")
    assert caught.value.reason == "mailbox_unreachable"
