"""Counting after the mailbox rig: what was put in, against the record, the store and the mail server.

Everything is compared by the digests of bytes: of the mails as they were delivered, of the stored files as they come
out of the store, of what the standard library fetches straight from Dovecot.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from demo.mailserver.dovecot import Dovecot
from demo.rigs.mailbox_letters import serial_of
from demo.rigs.mailbox_post import look_into
from demo.rigs.mailbox_worker import ACCOUNT, OFFICE

DONE = "Eingelesen"


def count(server: Dovecot, delivered: Counter[bytes]) -> dict[str, Any]:
    """`lost`, `double` and everything else that must be 0.

    A mail is lost when the record lacks it or its stored bytes are not those that were delivered; it is double when
    one place in the mailbox stands twice in the record.
    """
    from casework.record.models import Message

    rows = list(Message.objects.filter(office=OFFICE).values_list("pk", "address", "moved_at", "done_place"))
    digests, strange = _stored(address for _, address, _, _ in rows if address)
    recorded = Counter(digests[address] for _, address, _, _ in rows if address)
    done = look_into(server, ACCOUNT, DONE)
    places = {f"{DONE};{validity};{uid}": digest for validity, uid, digest in done}
    lying = Counter(places.values())
    return {
        "lost": (delivered - recorded).total(),
        "double": (recorded - delivered).total(),
        "strange": strange,
        "left_in_inbox": sum(1 for _ in look_into(server, ACCOUNT, "INBOX")),
        "not_in_done": (delivered - lying).total(),
        "double_in_done": (lying - delivered).total(),
        "unmoved": sum(moved is None for _, _, moved, _ in rows),
        "without_bytes": sum(not address for _, address, _, _ in rows),
        "wrong_place": sum(bool(place) and places.get(place) != digests.get(at) for _, at, _, place in rows),
        "place_unknown": sum(not place for _, _, _, place in rows),
        "without_case": Message.objects.filter(office=OFFICE, cases=None).count(),
    }


def _stored(addresses: Any) -> tuple[dict[str, bytes], int]:
    """The digest of what lies under each address, and how many bear no serial of the rig."""
    from casework.record.store import Store

    store, digests, strange = Store(OFFICE), {}, 0
    for address in dict.fromkeys(addresses):
        raw = store.get(address)
        digests[address] = hashlib.sha256(raw).digest()
        strange += serial_of(raw) is None
    return digests, strange


def read(most: int) -> dict[str, int]:
    """Have that many messages read as `amtsbote prepare` does; how many were, and how many parts have no reason."""
    from casework.record.models import Message, MessagePart
    from flows.stations.prepare import PrepareDesk

    with PrepareDesk() as desk:
        for _ in range(most):
            if not desk.work_next():
                break
    done = Message.objects.filter(office=OFFICE).exclude(read_at=None)
    unexplained = MessagePart.objects.filter(message__in=done, reason="").count()
    return {"read": done.count(), "unexplained_parts": unexplained + done.filter(parts=None).count()}
