"""The line is cut anywhere: every trouble is a `TryAgainLater`, nothing hangs, nothing is lost."""

from __future__ import annotations

import time

from bots.mailbox import Mailbox
from casework.words.errors import TryAgainLater
from demo.mailserver.delivery import Delivery
from demo.mailserver.dovecot import Dovecot
from tests.integration.mailbox.cutting_proxy import CuttingProxy
from tests.integration.mailbox.letters import make_letter, make_settings, waiting

LETTERS = [make_letter(number, size=3000) for number in range(6)]
# the handshake is over at about 1,100 bytes, the login at 2,000, the sizes at 3,500; then come the letters
CUTS = [0, 1, 500, *range(1000, 6000, 170), *range(6000, 28000, 1500)]


def test_a_line_cut_at_any_byte_loses_nothing_and_never_hangs(
    dovecot: Dovecot, delivery: Delivery, account: str
) -> None:
    for letter in LETTERS:
        delivery.deliver(account, letter)
    stored: set[bytes] = set()
    troubles = 0
    with CuttingProxy(dovecot.host, dovecot.port) as proxy:
        settings = make_settings(dovecot, account, port=proxy.port)
        for cut in [*CUTS, None]:
            proxy.cut_after = cut
            started = time.monotonic()
            try:
                with Mailbox.open(settings, dovecot.password(account), timeout=5) as box:
                    new = []
                    for arrival, raw in box.fetch_many(waiting(box)):
                        stored.add(raw)
                        new.append(arrival.place)
                    box.done(new)
            except TryAgainLater as error:
                assert error.reason == "mailbox_unreachable"
                troubles += 1
            assert time.monotonic() - started < 12
    assert troubles > len(CUTS) // 2
    assert stored == set(LETTERS)
    inbox, done = (
        make_settings(dovecot, account),
        make_settings(dovecot, account, folder="Eingelesen", done_folder="Abgelegt"),
    )
    with Mailbox.open(inbox, dovecot.password(account)) as box:
        assert waiting(box) == []
    with Mailbox.open(done, dovecot.password(account)) as box:
        assert [raw for _, raw in box.fetch_many(waiting(box))] == LETTERS
