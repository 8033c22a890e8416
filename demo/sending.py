"""Handing letters to the demo's gateway: those it can vouch for with a login, all others as strangers."""

from __future__ import annotations

import email.policy
import mimetypes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import formatdate, make_msgid
from pathlib import Path

from demo.letters import OFFICES, Letter
from demo.mailserver.client import GatewayClient, SenderLogin

STRANGER = "buergerin@draussen.example"


@dataclass(frozen=True)
class Gateway:
    """Where to hand letters over, and the login of those it vouches for."""

    host: str
    port: int
    login: str = ""
    password: str = ""


def deliver(letters: Sequence[Letter], gateway: Gateway) -> None:
    """Hand over the letters in their order."""
    known = SenderLogin(gateway.login, gateway.password)
    with (
        GatewayClient(gateway.host, gateway.port, login=known) as vouched,
        GatewayClient(gateway.host, gateway.port) as strangers,
    ):
        for letter in letters:
            client = vouched if letter.authentic else strangers
            client.send(letter.raw, letter.envelope_from, letter.envelope_to)


def send_files(paths: Iterable[Path], gateway: Gateway, *, to: str = OFFICES[0].mailbox) -> int:
    """Send mails (.eml) as they are and any other file as the attachment of a new mail; the number of mails."""
    count = 0
    with GatewayClient(gateway.host, gateway.port) as client:
        for path in paths:
            raw = path.read_bytes() if path.suffix.lower() == ".eml" else _letter_with(path, to=to)
            client.send(raw, STRANGER, to)
            count += 1
    return count


def from_domain(raw: bytes) -> str:
    """The domain of the From address."""
    header = BytesHeaderParser(policy=email.policy.SMTP).parsebytes(raw[: raw.find(b"\r\n\r\n") + 4])
    return str(header["From"].addresses[0].domain).lower()


def _letter_with(path: Path, *, to: str) -> bytes:
    letter = EmailMessage(policy=email.policy.SMTP)
    letter["From"] = STRANGER
    letter["To"] = to
    letter["Subject"] = path.name
    letter["Date"] = formatdate(localtime=True)
    letter["Message-ID"] = make_msgid(domain="draussen.example")
    letter.set_content("Anbei erhalten Sie die Datei.\n")
    main, _, sub = (mimetypes.guess_type(path.name)[0] or "application/octet-stream").partition("/")
    letter.add_attachment(path.read_bytes(), maintype=main, subtype=sub, filename=path.name)
    return letter.as_bytes()
