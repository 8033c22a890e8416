"""An office whose mailbox is an account of the test's Dovecot."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from bots.mailbox import Mailbox
from casework.configuration import shipped
from casework.words.mailbox import Arrival
from demo.mailserver.dovecot import Dovecot
from tests.integration.mailbox.letters import make_settings

OFFICE = "amt-a"


def write_house(root: Path, server: Dovecot, account: str, **changes: object) -> Mapping[str, str]:
    """The environment of a house with one office and one mailbox; `changes` are further keys of the mailbox."""
    mailbox = {
        "account": account, "host": server.host, "port": server.port, "user": account, "secret": "box",
        "ca_file": str(server.ca_file), **changes,
    }  # fmt: skip
    (root / "offices").mkdir(parents=True, exist_ok=True)
    office = {"name": "Amt Ahlbek", "mailboxes": [mailbox], "intake": {"tries": 2}}
    (root / "offices" / f"{OFFICE}.yaml").write_text(json.dumps(office), encoding="utf-8")
    return {
        "AMTSBOTE_CONFIG": f"{shipped()}:{root}",
        "AMTSBOTE_SECRET_BOX": server.password(account),
    }


def drain(account: str) -> int:
    """One round of intake; how many messages were new."""
    from flows.stations.receive import Receiver

    with Receiver(OFFICE, account) as receiver:
        return receiver.drain()


def waiting(dovecot: Dovecot, account: str, folder: str = "INBOX") -> tuple[Arrival, ...]:
    """What lies in a folder now."""
    with Mailbox.open(make_settings(dovecot, account), dovecot.password(account)) as box:
        return box.look(folder).arrivals


def let_all_be_tried_again() -> None:
    """As if the back-off of every stuck message were over."""
    from django.db.models import F

    from casework.record.models import StuckMessage

    StuckMessage.objects.update(not_before=F("not_before") - timedelta(days=1))
