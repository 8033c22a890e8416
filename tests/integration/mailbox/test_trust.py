"""No password to a server that is not trusted, and no password in any error."""

from __future__ import annotations

import base64
import datetime as dt
import logging
import socket
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bots.mailbox import Mailbox
from casework.configuration.mailboxes import MailboxSettings
from casework.words.errors import AmtsboteError, ConfigurationError, LoginRefused, TryAgainLater
from casework.words.mailbox import CertificateUntrusted, MailboxUnreachable
from demo.mailserver.certificates import Authority, KeyPair, make_self_signed
from demo.mailserver.dovecot import Dovecot
from tests.integration.mailbox.letters import make_settings
from tests.integration.mailbox.scripted_server import ScriptedServer

PASSWORD = 'geheim-"Wort\\7391'
AUTHORITY = Authority.create()


def answer_politely(line: bytes) -> bytes:
    tag, _, command = line.partition(b" ")
    if command.upper().startswith(b"CAPABILITY"):
        return b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n"
    return tag + b" OK done\r\n"


@pytest.mark.parametrize(
    ("pair", "why"),
    [
        (make_self_signed(), "self-signed certificate"),
        (Authority.create("Fremde CA").issue(), "unable to get local issuer certificate"),
        (AUTHORITY.issue(("imap.example", "127.0.0.2")), "IP address mismatch"),
        (AUTHORITY.issue(until=dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)), "certificate has expired"),
    ],
    ids=["self-signed", "foreign authority", "wrong host name", "expired"],
)
def test_a_server_with_a_bad_certificate_never_gets_a_login(tmp_path: Path, pair: KeyPair, why: str) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(AUTHORITY.pem)
    with ScriptedServer(pair, tmp_path, answer_politely) as server:
        with pytest.raises(CertificateUntrusted, match=why) as caught:
            Mailbox.open(make_settings_for(server, ca_file), PASSWORD)
        assert server.connections == 1
    assert server.received == b""
    assert "Zertifikat" in str(caught.value)
    assert isinstance(caught.value, ConfigurationError)


def test_without_a_ca_of_its_own_the_system_store_decides(tmp_path: Path) -> None:
    with (
        ScriptedServer(AUTHORITY.issue(), tmp_path, answer_politely) as server,
        pytest.raises(CertificateUntrusted),
    ):
        Mailbox.open(make_settings_for(server, None), PASSWORD)
    assert server.received == b""


def test_the_name_is_checked_beside_the_chain(tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(AUTHORITY.pem)
    with (
        ScriptedServer(AUTHORITY.issue(("imap.example",)), tmp_path, answer_politely) as server,
        pytest.raises(CertificateUntrusted, match="Hostname mismatch"),
    ):
        Mailbox.open(make_settings_for(server, ca_file, host="localhost"), PASSWORD)
    assert server.received == b""


def test_a_server_without_tls_gets_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings = MailboxSettings(account="a", host="127.0.0.1", port=listener.getsockname()[1], user="a", secret="a")
        with ThreadPoolExecutor() as pool:
            caught = pool.submit(pytest.raises, MailboxUnreachable, Mailbox.open, settings, PASSWORD, timeout=5)
            listener.settimeout(5)
            line, _ = listener.accept()
            with line:
                line.sendall(b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n")
                heard = line.recv(65536)
            assert "no TLS possible" in str(caught.result().value)
    assert PASSWORD.encode() not in heard


def echo_login(line: bytes) -> bytes | None:
    """Refuses a login and quotes it, as careless servers do."""
    if b" LOGIN " in line:
        return line.partition(b" ")[0] + b" NO cannot log in with " + line + b"\r\n"
    return answer_politely(line)


def call_login_bad(line: bytes) -> bytes | None:
    return line.partition(b" ")[0] + b" BAD what is " + line + b"\r\n" if b" LOGIN " in line else answer_politely(line)


def hang_up_at_login(line: bytes) -> bytes | None:
    return None if b" LOGIN " in line else answer_politely(line)


def say_bye_at_login(line: bytes) -> bytes | None:
    return b"* BYE because of " + line + b"\r\n" if b" LOGIN " in line else answer_politely(line)


def stay_silent_at_login(line: bytes) -> bytes | None:
    return b"" if b" LOGIN " in line else answer_politely(line)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (echo_login, LoginRefused),
        (call_login_bad, LoginRefused),
        (hang_up_at_login, TryAgainLater),
        (say_bye_at_login, TryAgainLater),
        (stay_silent_at_login, TryAgainLater),
    ],
)
def test_no_error_of_a_failed_login_carries_the_password(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    answer: Callable[[bytes], bytes | None],
    kind: type[AmtsboteError],
) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(AUTHORITY.pem)
    with ScriptedServer(AUTHORITY.issue(), tmp_path, answer) as server:
        with pytest.raises(kind) as caught:
            Mailbox.open(make_settings_for(server, ca_file), PASSWORD, timeout=2)
        assert b"LOGIN" in server.received
    told = "\n".join([*everything_in(caught.value), *capfd.readouterr()])
    for secret in forms_of(PASSWORD):
        assert secret not in told


def quote_everything(line: bytes) -> bytes | None:
    """Logs us in, then quotes the login in whatever goes wrong."""
    tag, _, command = line.partition(b" ")
    if b" LOGIN " in line:
        HEARD.append(line)
    if command.startswith(b"SELECT"):
        return b"* OK [UIDVALIDITY 7] ok\r\n* 1 EXISTS\r\n" + tag + b" OK [READ-WRITE] ok\r\n"
    if command.startswith(b"UID SEARCH"):
        return b"* SEARCH 1\r\n" + tag + b" OK done\r\n"
    if command.startswith(b"UID FETCH"):
        return REPLIES.get("fetch", b"").replace(b"TAG", tag)
    return answer_politely(line)


HEARD: list[bytes] = []
REPLIES: dict[str, bytes] = {}


@pytest.mark.parametrize(
    "reply",
    [b"", b"TAG BAD you said something\r\n", b"garbage {999999999999}\r\n", b"* 1 FETCH (UID {5}\r\nab", b"* BYE\r\n"],
    ids=["silence", "bad", "garbage", "half a literal", "bye"],
)
def test_nothing_that_arises_after_the_login_carries_the_password(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, reply: bytes
) -> None:
    caplog.set_level(logging.DEBUG)
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(AUTHORITY.pem)
    HEARD.clear()
    REPLIES["fetch"] = reply
    with ScriptedServer(AUTHORITY.issue(), tmp_path, quote_everything) as server:
        box = Mailbox.open(make_settings_for(server, ca_file), PASSWORD, timeout=1)
        with pytest.raises(TryAgainLater) as caught:
            box.look("INBOX")
        told = [*everything_in(caught.value), repr(box), repr(vars(box)), repr(vars(box._connection)), repr(box.notes)]
        box.close()
    assert HEARD, "the password was sent, so it could have been told"
    text = "\n".join([*told, caplog.text, *capfd.readouterr()])
    assert not [form for form in forms_of(PASSWORD) if form in text]


def test_no_error_of_a_refused_login_at_dovecot_carries_the_password(settings: MailboxSettings) -> None:
    with pytest.raises(LoginRefused) as caught:
        Mailbox.open(settings, PASSWORD)
    told = "\n".join(everything_in(caught.value))
    assert settings.account in told
    assert not [secret for secret in forms_of(PASSWORD, settings.user) if secret in told]


def test_a_password_with_umlauts_is_refused_as_a_password_not_as_an_encoding(settings: MailboxSettings) -> None:
    with pytest.raises(LoginRefused):
        Mailbox.open(settings, "Türschloß")


def test_a_missing_ca_file_is_named(settings: MailboxSettings, tmp_path: Path) -> None:
    nowhere = settings.model_copy(update={"ca_file": tmp_path / "nowhere.pem"})
    with pytest.raises(ConfigurationError, match=r"nowhere\.pem cannot be used: No such file"):
        Mailbox.open(nowhere, PASSWORD)


def test_an_expired_dovecot_is_refused_too(tmp_path: Path) -> None:
    pair = AUTHORITY.issue(until=dt.datetime.now(dt.UTC) - dt.timedelta(hours=1))
    (tmp_path / "own.pem").write_bytes(AUTHORITY.pem)
    with (
        Dovecot(tmp_path / "server", ["amt-a"], certificate=pair) as server,
        pytest.raises(CertificateUntrusted, match="expired"),
    ):
        Mailbox.open(make_settings(server, "amt-a", ca_file=tmp_path / "own.pem"), server.password("amt-a"))


def make_settings_for(server: ScriptedServer, ca_file: Path | None, *, host: str = "127.0.0.1") -> MailboxSettings:
    return MailboxSettings(
        account="amt-a", host=host, port=server.port, user="amt-a", secret="mailbox", ca_file=ca_file
    )  # fmt: skip


def forms_of(password: str, user: str = "amt-a") -> set[str]:
    """The password as it may stand in a text: plain, quoted, as repr, in base64."""
    quoted = password.replace("\\", "\\\\").replace('"', '\\"')
    sasl = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    return {
        password,
        quoted,
        repr(password)[1:-1],
        repr(quoted)[1:-1],
        sasl,
        base64.b64encode(password.encode()).decode(),
    }


def everything_in(error: BaseException) -> Iterator[str]:
    """Texts, arguments and the chain of causes and contexts of an error."""
    yield from traceback.format_exception(error)
    link: BaseException | None = error
    while link is not None:
        yield from (str(link), repr(link), repr(link.args), repr(vars(link)))
        assert link.__cause__ is None or link.__cause__ is link.__context__
        link = link.__cause__ or link.__context__
