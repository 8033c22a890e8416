"""What the mailbox benchmarks share: a Dovecot full of mail, our intake beside it, and the bare way to read it."""

from __future__ import annotations

import hashlib
import imaplib
import os
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from demo.mailserver.dovecot import Dovecot
from demo.rigs.mailbox_post import Inbox, bodies
from demo.rigs.mailbox_world import write_configuration

BATCH = 50


@contextmanager
def post_office(folder: Path, accounts: Sequence[str]) -> Iterator[Dovecot]:
    """A running mail server with an office for its accounts and an empty record, both below the folder."""
    folder.mkdir(exist_ok=True)
    with Dovecot(folder / "mail", accounts) as server:
        os.environ.update(write_configuration(folder, server, port=server.port, ca_file=server.ca_file))
        os.environ["AMTSBOTE_HOME"] = str(folder / "home")
        from casework.site import open_record

        open_record()
        yield server


def fill(server: Dovecot, account: str, mails: Iterable[bytes]) -> None:
    """Put the mails into an inbox, and have Dovecot index it, as it does with mail that comes one by one."""
    inbox = Inbox(server, account)
    for raw in mails:
        inbox.put(raw)
    with bare_line(server, account) as line:
        line.uid("FETCH", "1:*", "(RFC822.SIZE INTERNALDATE)")


@contextmanager
def bare_line(server: Dovecot, account: str) -> Iterator[imaplib.IMAP4_SSL]:
    """The standard library's IMAP, logged in, with the inbox open."""
    context = ssl.create_default_context(cafile=str(server.ca_file))
    with imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context) as line:
        line.login(account, server.password(account))
        line.select("INBOX")
        yield line


def bare_bodies(line: imaplib.IMAP4_SSL, *, batch: int = BATCH) -> Iterator[bytes]:
    """All mails of the inbox, so many with one command."""
    uids = line.uid("SEARCH", "ALL")[1][0].split()
    for start in range(0, len(uids), batch):
        for _, raw in bodies(line, b",".join(uids[start : start + batch]).decode()):
            yield raw


def keep_bare(raw: bytes, folder: Path) -> None:
    """Hash it and keep it durably under its hash, without a record."""
    folder.mkdir(exist_ok=True)
    with (folder / hashlib.sha256(raw).hexdigest()).open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def per_second(count: int, work: Callable[[], object]) -> float:
    """How many of them a second when `work` does so many."""
    began = time.monotonic()
    work()
    return count / (time.monotonic() - began)
