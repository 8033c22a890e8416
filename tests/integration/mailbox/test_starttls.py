"""STARTTLS: real Dovecot is upgraded; whoever tampers with the upgrade gets no login."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from bots.mailbox import Mailbox
from casework.configuration.mailboxes import MailboxSettings
from casework.words.errors import AmtsboteError, ConfigurationError
from casework.words.mailbox import CertificateUntrusted, MailboxUnreachable
from demo.mailserver.certificates import Authority, KeyPair, make_self_signed
from demo.mailserver.delivery import Delivery
from demo.mailserver.dovecot import Dovecot
from tests.integration.mailbox.letters import make_letter, make_settings, waiting
from tests.integration.mailbox.scripted_server import ScriptedServer

PASSWORD = "geheim-7391"
AUTHORITY = Authority.create()
GREETING = b"* OK ready\r\n"


def offer_starttls(line: bytes) -> bytes | None:
    tag, _, command = line.partition(b" ")
    if command.upper() == b"CAPABILITY":
        return b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n" + tag + b" OK done\r\n"
    return tag + b" OK begin\r\n"


def strip_starttls(line: bytes) -> bytes | None:
    tag, _, command = line.partition(b" ")
    if command.upper() == b"CAPABILITY":
        return b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" + tag + b" OK done\r\n"
    return tag + b" BAD what?\r\n"


def refuse_starttls(line: bytes) -> bytes | None:
    reply = offer_starttls(line)
    return line.partition(b" ")[0] + b" NO not now\r\n" if line.upper().endswith(b"STARTTLS") else reply


def slip_words_in(line: bytes) -> bytes | None:
    reply = offer_starttls(line) or b""
    return reply + b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" if line.upper().endswith(b"STARTTLS") else reply


def hang_up(line: bytes) -> bytes | None:
    return None if line.upper().endswith(b"STARTTLS") else offer_starttls(line)


def never(line: bytes) -> bytes | None:
    raise AssertionError("nothing may be said under TLS")


def test_a_real_server_is_upgraded_and_worked_as_ever(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    more = f"service imap-login {{\n  inet_listener imap {{\n    port = {port}\n  }}\n}}\n"
    with Dovecot(tmp_path, ["amt-a"], files={"more.conf": more}) as server:
        delivery = Delivery(server)
        delivery.deliver("amt-a", make_letter(1))
        delivery.close()
        settings = make_settings(server, "amt-a", security="starttls", port=port)
        with Mailbox.open(settings, server.password("amt-a")) as box:
            (arrival,) = waiting(box)
            assert [raw for _, raw in box.fetch_many([arrival])] == [make_letter(1)]
            assert box.done([arrival.place])[arrival.place] is not None


@pytest.mark.parametrize(
    ("greeting", "answer", "kind", "words"),
    [
        (GREETING, strip_starttls, ConfigurationError, "offers no STARTTLS, or somebody on the line took it out"),
        (GREETING, refuse_starttls, ConfigurationError, "refuses STARTTLS"),
        (GREETING, slip_words_in, ConfigurationError, "slips words in"),
        (b"* PREAUTH welcome\r\n", offer_starttls, ConfigurationError, "PREAUTH"),
        (b"* BYE busy\r\n", offer_starttls, MailboxUnreachable, "takes no connections now"),
        (GREETING, hang_up, MailboxUnreachable, "hung up before TLS"),
    ],
)
def test_no_login_is_sent_when_the_upgrade_is_tampered_with(
    tmp_path: Path,
    greeting: bytes,
    answer: Callable[[bytes], bytes | None],
    kind: type[AmtsboteError],
    words: str,
) -> None:
    with (
        ScriptedServer(AUTHORITY.issue(), tmp_path, never, greeting=greeting, in_the_clear=answer) as server,
        pytest.raises(kind, match=words) as caught,
    ):
        Mailbox.open(make_starttls_settings(server, tmp_path), PASSWORD, timeout=3)
    assert_no_login(server)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("pair", "why"),
    [
        (make_self_signed(), "self-signed certificate"),
        (Authority.create("Fremde CA").issue(), "unable to get local issuer certificate"),
        (AUTHORITY.issue(("imap.example",)), "mismatch"),
    ],
    ids=["self-signed", "foreign authority", "wrong host name"],
)
def test_no_login_is_sent_when_the_upgrade_does_not_verify(tmp_path: Path, pair: KeyPair, why: str) -> None:
    with (
        ScriptedServer(pair, tmp_path, never, greeting=GREETING, in_the_clear=offer_starttls) as server,
        pytest.raises(CertificateUntrusted, match=why),
    ):
        Mailbox.open(make_starttls_settings(server, tmp_path), PASSWORD, timeout=3)
    assert_no_login(server)


def test_who_greets_as_logged_in_under_tls_gets_no_login(tmp_path: Path) -> None:
    def answer(line: bytes) -> bytes | None:
        return b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" + line.partition(b" ")[0] + b" OK done\r\n"

    with (
        ScriptedServer(AUTHORITY.issue(), tmp_path, answer, greeting=b"* PREAUTH hello\r\n") as server,
        pytest.raises(ConfigurationError, match="PREAUTH"),
    ):
        Mailbox.open(make_starttls_settings(server, tmp_path, security="tls"), PASSWORD, timeout=3)
    assert_no_login(server)


def make_starttls_settings(server: ScriptedServer, folder: Path, *, security: str = "starttls") -> MailboxSettings:
    (folder / "ca.pem").write_bytes(AUTHORITY.pem)
    return MailboxSettings.model_validate(
        {"account": "amt-a", "host": server.host, "port": server.port, "user": "amt-a", "secret": "mailbox",
         "security": security, "ca_file": folder / "ca.pem"}
    )  # fmt: skip


def assert_no_login(server: ScriptedServer) -> None:
    said = (server.received_clear + server.received).upper()
    assert not [word for word in (b"LOGIN ", b"AUTHENTICATE", PASSWORD.upper().encode()) if word in said]
