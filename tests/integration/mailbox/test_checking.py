"""`check_mailbox` and `amtsbote check --mailbox` against Dovecots that grant less; a mailbox shared by its owner."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from amtsbote import checkup
from bots.mailbox import Mailbox, check_mailbox
from casework import configuration
from casework.configuration import shipped
from demo.mailserver.delivery import Delivery
from demo.mailserver.dovecot import Dovecot
from tests.integration.mailbox.letters import make_letter, make_settings, waiting

MORE = """mail_plugins = acl quota
protocol imap {
  mail_plugins = acl quota imap_acl imap_quota
}
namespace inbox {
  separator = /
}
namespace shared {
  type = shared
  prefix = Shared/%%u/
  separator = /
  location = maildir:{path}/mail/%%u:INDEXPVT={path}/mail/%u/shared/%%u
  subscriptions = no
  list = children
}
plugin {
  acl = vfile
  acl_shared_dict = file:{path}/mail/shared-mailboxes.db
  quota = maildir:User quota
  quota_rule = *:storage=100k
}
"""
OWNER = "poststelle"
SHARED = f"Shared/{OWNER}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with Dovecot(tmp_path_factory.mktemp("rights"), [OWNER, "amt-a", "amt-b"], files={"more.conf": MORE}) as server:
        yield server


@pytest.fixture
def delivery(server: Dovecot) -> Iterator[Delivery]:
    delivery = Delivery(server)
    yield delivery
    delivery.close()


def grant(server: Dovecot, account: str, rights: str) -> None:
    """The owner of the shared mailbox grants another account these rights on it."""
    file = server.lodging.path / "mail" / OWNER / "dovecot-acl"
    file.write_text(f"user={account} {rights}\n" if rights else "")
    if os.geteuid() == 0:
        shutil.chown(file, server.lodging.account.uid, server.lodging.account.gid)


def test_a_shared_mailbox_needs_settings_alone(server: Dovecot, delivery: Delivery) -> None:
    delivery.deliver(OWNER, make_letter(1))
    grant(server, "amt-a", "lrwstie")
    settings = make_settings(server, "amt-a", folder=SHARED)
    with Mailbox.open(settings, server.password("amt-a")) as box:
        assert check_mailbox(box) == []
        (arrival,) = waiting(box)
        assert [raw for _, raw in box.fetch_many([arrival])] == [make_letter(1)]
        assert box.done([arrival.place])[arrival.place] is not None
        assert waiting(box) == []


def test_rights_that_are_missing_are_named_and_fatal(server: Dovecot, delivery: Delivery) -> None:
    delivery.deliver(OWNER, make_letter(1))
    grant(server, "amt-a", "lr")
    with Mailbox.open(make_settings(server, "amt-a", folder=SHARED), server.password("amt-a")) as box:
        lacks = [lack for lack in check_mailbox(box) if lack.fatal]
    assert f"folder {SHARED!r} may only be read: grant the account to change it" in [lack.text for lack in lacks]
    assert {text for lack in lacks for text in [lack.text.partition("(right ")[2][:3]] if text} == {"'w'", "'t'", "'e'"}
    assert {lack.code for lack in lacks} == {"no_right"}


def test_a_folder_nobody_granted_is_a_folder_that_cannot_be_opened(server: Dovecot, delivery: Delivery) -> None:
    delivery.deliver(OWNER, make_letter(1))
    grant(server, "amt-a", "")
    with Mailbox.open(make_settings(server, "amt-a", folders=("INBOX", SHARED)), server.password("amt-a")) as box:
        (lack,) = [lack for lack in check_mailbox(box) if lack.fatal]
    assert lack.code == "no_folder"
    assert f"cannot open folder {SHARED!r}" in lack.text


def test_a_mailbox_that_is_nearly_full_is_said_before_it_refuses_mail(server: Dovecot, delivery: Delivery) -> None:
    delivery.deliver("amt-b", make_letter(1, size=92_000))
    with Mailbox.open(make_settings(server, "amt-b"), server.password("amt-b")) as box:
        (lack,) = check_mailbox(box)
    assert (lack.code, lack.fatal) == ("nearly_full", False)
    assert lack.text.startswith("the mailbox has used 9")


def test_the_command_tells_problems_with_their_line_and_older_ways_as_notes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Dovecot(tmp_path / "server", ["amt-a", "amt-b", "amt-c"], capability="IMAP4rev1 IDLE UIDPLUS") as server:
        offices = tmp_path / "overlay" / "offices"
        offices.mkdir(parents=True)
        box = f"    host: {server.host}\n    port: {server.port}\n    ca_file: {server.ca_file}\n"
        (offices / "amt-a.yaml").write_text(
            "name: Amt A\nmailboxes:\n"
            f"  - account: posteingang\n{box}    user: amt-a\n    secret: amt-a\n"
            f"  - account: fax\n{box}    user: amt-b\n    secret: wrong\n"
            f"  - account: alt\n{box}    user: amt-c\n    secret: amt-c\n    folder: Gibt es nicht\n"
        )
        monkeypatch.setenv("AMTSBOTE_CONFIG", os.pathsep.join([str(shipped()), str(tmp_path / "overlay")]))
        monkeypatch.setenv("AMTSBOTE_HOME", str(tmp_path / "home"))
        for name in ("amt-a", "amt-c"):
            monkeypatch.setenv(f"AMTSBOTE_SECRET_{name.upper().replace('-', '_')}", server.password(name))
        monkeypatch.setenv("AMTSBOTE_SECRET_WRONG", "falsches-passwort-1")
        configuration.forget()
        report = checkup.examine(mailboxes=True)
        configuration.forget()
    file = offices / "amt-a.yaml"
    refused, missing = report.problems
    assert refused.startswith(f"{file}:9: mailbox fax of amt-a: login of 'amt-b'")
    assert "check user and secret 'wrong'" in refused
    assert missing.startswith(f"{file}:15: mailbox alt of amt-a: ")
    assert "cannot open folder 'Gibt es nicht'" in missing
    assert f"{file}:3: mailbox posteingang of amt-a: the server has no MOVE: messages are copied" in "\n".join(
        report.notes
    )
    assert "falsches-passwort-1" not in report.words()
