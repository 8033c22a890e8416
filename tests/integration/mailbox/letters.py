"""Letters and settings for the tests of the mailbox."""

from __future__ import annotations

import base64
import random
from types import SimpleNamespace

from bots.mailbox import Mailbox
from casework.configuration.mailboxes import MailboxSettings
from casework.words.mailbox import Arrival
from demo.mailserver.dovecot import Dovecot


def make_settings(server: Dovecot | SimpleNamespace, account: str, **changes: object) -> MailboxSettings:
    values: dict[str, object] = {
        "account": account, "host": server.host, "port": server.port, "user": account, "secret": "mailbox",
        "ca_file": server.ca_file,
    }  # fmt: skip
    return MailboxSettings.model_validate(values | changes)


def make_letter(number: int, *, size: int = 2000) -> bytes:
    """A letter with a base64 attachment of `size` bytes, CRLF throughout, no two alike."""
    content = base64.encodebytes(random.Random(number).randbytes(size * 3 // 4)).replace(b"\n", b"\r\n")
    head = f"From: a@buerger.example\r\nSubject: Brief {number}\r\nMessage-ID: <{number}@buerger.example>\r\n\r\n"
    return head.encode() + content


def waiting(box: Mailbox) -> list[Arrival]:
    """What waits in the first folder."""
    return list(box.look(box.settings.all_folders[0]).arrivals)
