"""Login by OAuth 2: a real token endpoint over HTTPS, and Dovecot asking it about every token."""

from __future__ import annotations

import base64
import logging
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from bots.mailbox import Mailbox, tokens
from casework.configuration.mailboxes import MailboxSettings
from casework.words.errors import ConfigurationError, LoginRefused
from casework.words.mailbox import CertificateUntrusted, MailboxUnreachable
from demo.mailserver.certificates import Authority
from demo.mailserver.delivery import Delivery
from demo.mailserver.dovecot import Dovecot
from tests.integration.mailbox.letters import make_letter, make_settings, waiting
from tests.integration.mailbox.scripted_server import ScriptedServer
from tests.integration.mailbox.token_server import TokenServer

AUTHORITY = Authority.create()
SECRET = "client-geheimnis-4711"
MORE = """auth_mechanisms = plain login xoauth2
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = {path}/oauth2.conf
}
"""
INTROSPECTION = """introspection_mode = auth
introspection_url = {address}/introspect
tls_ca_cert_file = {{path}}/authority.pem
username_attribute = username
active_attribute = active
active_value = true
"""
MakeSettings = Callable[..., MailboxSettings]


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[TokenServer]:
    tokens._tokens.cache_clear()
    (tmp_path / "authority.pem").write_bytes(AUTHORITY.pem)
    with TokenServer(AUTHORITY.issue(), tmp_path, secret=SECRET, user="amt-a") as server:
        yield server


@pytest.fixture
def server(authority: TokenServer, tmp_path: Path) -> Iterator[Dovecot]:
    files = {
        "more.conf": MORE,
        "oauth2.conf": INTROSPECTION.format(address=authority.address),
        "authority.pem": AUTHORITY.pem.decode(),
    }
    with Dovecot(tmp_path / "server", ["amt-a"], files=files) as server:
        yield server


@pytest.fixture
def settings_for(authority: TokenServer, tmp_path: Path) -> MakeSettings:
    def make(server: Dovecot, **changes: object) -> MailboxSettings:
        values = {
            "authority": authority.address, "client_id": authority.client, "secret": "mail-client",
            "scope": "imap/.default", "ca_file": tmp_path / "authority.pem",
        }  # fmt: skip
        return make_settings(server, "amt-a", secret=None, oauth2=values | changes)

    return make


def test_a_token_opens_the_mailbox_and_serves_until_it_runs_out(
    server: Dovecot, authority: TokenServer, settings_for: MakeSettings
) -> None:
    delivery = Delivery(server)
    delivery.deliver("amt-a", make_letter(1))
    delivery.close()
    for _ in range(2):
        with Mailbox.open(settings_for(server), SECRET) as box:
            assert [raw for _, raw in box.fetch_many(waiting(box))] == [make_letter(1)]
    assert len(authority.given) == 1


def test_a_token_is_renewed_before_it_runs_out(
    server: Dovecot, authority: TokenServer, settings_for: MakeSettings
) -> None:
    authority.lifetime = 200  # less than the five minutes a token has to last
    for _ in range(2):
        Mailbox.open(settings_for(server), SECRET).close()
    assert len(authority.given) == 2


def test_a_token_that_was_revoked_is_replaced_without_an_officer(
    server: Dovecot, authority: TokenServer, settings_for: MakeSettings
) -> None:
    Mailbox.open(settings_for(server), SECRET).close()
    authority.revoked.update(authority.given)
    with pytest.raises(MailboxUnreachable, match="no longer taken"):
        Mailbox.open(settings_for(server), SECRET)
    Mailbox.open(settings_for(server), SECRET).close()
    assert len(authority.given) == 2


def test_no_error_and_no_log_of_a_refused_token_carries_it(
    server: Dovecot, authority: TokenServer, settings_for: MakeSettings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    authority.user = "somebody-else"
    with pytest.raises(LoginRefused, match="grant the application access") as caught:
        Mailbox.open(settings_for(server), SECRET)
    assert_silent(caught.value, caplog, authority.given[0])


def test_a_wrong_client_secret_is_told_by_its_code_alone(
    server: Dovecot, settings_for: MakeSettings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "falsches-geheimnis-99"
    with pytest.raises(LoginRefused, match=r"invalid_client, AADSTS7000215.*secret 'mail-client'") as caught:
        Mailbox.open(settings_for(server), wrong)
    assert_silent(caught.value, caplog, wrong)


def test_an_authority_that_is_busy_is_asked_again_later(
    server: Dovecot, authority: TokenServer, settings_for: MakeSettings
) -> None:
    authority.refusal = (503, {"error": "temporarily_unavailable"})
    with pytest.raises(MailboxUnreachable, match="tried again later"):
        Mailbox.open(settings_for(server), SECRET)


def test_an_authority_that_is_not_there_is_tried_later_and_a_foreign_one_gets_no_secret(
    server: Dovecot, authority: TokenServer, settings_for: MakeSettings, tmp_path: Path
) -> None:
    with pytest.raises(MailboxUnreachable, match="out of reach"):
        Mailbox.open(settings_for(server, authority="https://127.0.0.1:1/amt"), SECRET)
    (tmp_path / "foreign.pem").write_bytes(Authority.create("Fremde CA").pem)
    with pytest.raises(CertificateUntrusted, match="no secret was sent"):
        Mailbox.open(settings_for(server, ca_file=tmp_path / "foreign.pem"), SECRET)
    assert authority.given == []


def test_a_token_address_without_tls_gets_no_secret(
    server: Dovecot, authority: TokenServer, settings_for: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = authority.describe() | {"token_endpoint": authority.address.replace("https:", "http:") + "/token"}
    monkeypatch.setattr(authority, "describe", lambda: described)
    with pytest.raises(ConfigurationError, match="is no authority for tokens"):
        Mailbox.open(settings_for(server), SECRET)
    assert authority.given == []


def test_a_server_that_takes_no_tokens_gets_none(
    authority: TokenServer, settings_for: MakeSettings, tmp_path: Path
) -> None:
    with (
        Dovecot(tmp_path / "plain", ["amt-a"]) as server,
        pytest.raises(ConfigurationError, match="takes no tokens"),
    ):
        Mailbox.open(settings_for(server), SECRET)


def test_a_token_comes_as_answer_to_the_challenge_and_the_explanation_is_acknowledged(
    authority: TokenServer, settings_for: MakeSettings, tmp_path: Path
) -> None:
    """A scripted server, because Dovecot takes tokens in one step as well: no initial response is needed."""
    said: list[bytes] = []

    def answer(line: bytes) -> bytes | None:
        said.append(line)
        tag, _, command = line.partition(b" ")
        if command.upper().startswith(b"CAPABILITY"):
            return b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n" + tag + b" OK done\r\n"
        if b"AUTHENTICATE" in line:
            return b"+ \r\n"
        if line == b"":
            return said[-3].partition(b" ")[0] + b" NO AUTHENTICATE failed.\r\n"
        return b"+ " + base64.b64encode(b'{"status":"400","schemes":"bearer"}') + b"\r\n"

    with ScriptedServer(AUTHORITY.issue(), tmp_path, answer) as scripted:
        place = SimpleNamespace(host=scripted.host, port=scripted.port, ca_file=tmp_path / "authority.pem")
        settings = settings_for(place)
        with pytest.raises(LoginRefused):
            Mailbox.open(settings, SECRET, timeout=3)
    sent = next(base64.b64decode(line) for line in said if line.startswith(b"dXNlcj1"))
    assert sent == f"user=amt-a\1auth=Bearer {authority.given[0]}\1\1".encode()


def assert_silent(error: BaseException, caplog: pytest.LogCaptureFixture, secret: str) -> None:
    """Neither the error with all that hangs on it nor any log record tells the secret, in the clear or in base64."""
    told = [*traceback.format_exception(error), repr(error), caplog.text]
    link = error.__cause__ or error.__context__
    while link is not None:
        told += [repr(link), repr(vars(link))]
        link = link.__cause__ or link.__context__
    text = "\n".join(told)
    for form in (secret, base64.b64encode(secret.encode()).decode().rstrip("="), SECRET):
        assert form not in text
