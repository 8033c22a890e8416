"""Servers that can do less are worked with their older commands, and it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.mailbox import Mailbox, check_mailbox
from demo.mailserver.delivery import Delivery
from demo.mailserver.dovecot import Dovecot
from tests.integration.mailbox.letters import make_letter, make_settings, waiting


@pytest.mark.parametrize(
    ("capability", "told", "left_behind"),
    [("IMAP4rev1 UIDPLUS IDLE CONDSTORE", True, 0), ("IMAP4rev1 IDLE CONDSTORE", True, 1)],
)
def test_without_move_messages_are_copied_and_removed_one_by_one(
    tmp_path: Path, capability: str, told: bool, left_behind: int
) -> None:
    with Dovecot(tmp_path, ["amt-a"], capability=capability) as server:
        delivery = Delivery(server)
        for number in range(3):
            delivery.deliver("amt-a", make_letter(number))
        with Mailbox.open(make_settings(server, "amt-a"), server.password("amt-a")) as box:
            first, second, third = waiting(box)
            moved = box.done([first.place, third.place])
            assert [place.uid for place in moved.values() if place] == ([1, 2] if told else [])
            assert [arrival.place for arrival in waiting(box)] == [second.place]
            assert "the server has no MOVE: messages are copied, then removed" in box.notes
            assert sum("UIDPLUS" in note for note in box.notes) == left_behind
        with Mailbox.open(
            make_settings(server, "amt-a", folder="Eingelesen", done_folder="Abgelegt"), server.password("amt-a")
        ) as done:
            assert [raw for _, raw in done.fetch_many(waiting(done))] == [make_letter(0), make_letter(2)]
        delivery.close()


def test_the_check_names_what_is_missing(tmp_path: Path) -> None:
    with (
        Dovecot(tmp_path, ["amt-a"], capability="IMAP4rev1") as server,
        Mailbox.open(make_settings(server, "amt-a"), server.password("amt-a")) as box,
    ):
        lacks = check_mailbox(box)
    assert [lack.code for lack in lacks] == ["no_idle", "no_move", "no_uidplus", "no_condstore"]
    assert not any(lack.fatal for lack in lacks)
