"""The demo's mail server as a whole: gateway in front, Dovecot behind, one process that leaves nothing."""

from __future__ import annotations

import email
import email.policy
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bots.mailbox import Mailbox
from casework.configuration.mailboxes import MailboxSettings
from casework.words.mailbox import MailboxUnreachable
from demo.mailserver.client import GatewayClient, NotSent, SenderLogin, send
from demo.mailserver.delivery import Delivery
from demo.mailserver.dovecot import Dovecot
from demo.mailserver.plan import MailserverPlan
from tests.integration.mailbox.letters import make_letter, make_settings, waiting
from tests.integration.mailbox.processes import command_of, descendants, is_alive

ROOT = Path(__file__).parents[3]
ADDRESS = "posteingang@amt-a.example"
FORM = b"From: Online-Dienst <noreply@portal.example>\nSubject: Hundeanmeldung\n\nName: Alke\n.\nEnde\n"


@dataclass
class World:
    process: subprocess.Popen[str]
    host: str
    port: int
    settings: MailboxSettings
    passwords: dict[str, str]

    @property
    def portal(self) -> SenderLogin:
        return SenderLogin("portal", self.passwords["portal"])

    def read(self) -> list[bytes]:
        with Mailbox.open(self.settings, self.passwords["amt-a"]) as box:
            return [raw for _, raw in box.fetch_many(waiting(box))]


def start(folder: Path) -> World:
    command = [sys.executable, "-W", "error", "-m", "demo.mailserver", "--folder", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout
    ready = json.loads(process.stdout.readline())
    passwords = json.loads(Path(ready["passwords"]).read_text())
    settings = MailboxSettings(account="amt-a", user="amt-a", secret="amt-a", **ready["imap"])
    return World(process, ready["smtp"]["host"], ready["smtp"]["port"], settings, passwords)


def stop(process: subprocess.Popen[str]) -> int:
    process.terminate()
    code = process.wait(15)
    assert process.stdout
    process.stdout.close()
    return code


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    MailserverPlan.make(
        authserv_id="mx.amt-a.example", mailboxes={ADDRESS: "amt-a"}, senders={"portal": ("portal.example",)}
    ).write(tmp_path)
    return tmp_path


@pytest.fixture
def world(folder: Path) -> Iterator[World]:
    world = start(folder)
    yield world
    if world.process.poll() is None:
        stop(world.process)


def test_only_who_may_speak_for_a_domain_is_vouched_for(world: World) -> None:
    forged = b"Authentication-Results: mx.amt-a.example; dkim=pass header.d=portal.example\n" + FORM
    with GatewayClient(world.host, world.port, login=world.portal) as client:
        client.send(FORM, "noreply@portal.example", ADDRESS.title())
        client.send(FORM.replace(b"portal.example", b"evil.example"), "x@evil.example", ADDRESS)
    send(forged, "x@evil.example", ADDRESS, host=world.host, port=world.port)

    letters = [email.message_from_bytes(raw, policy=email.policy.SMTP) for raw in world.read()]
    verdicts = [letter.get_all("Authentication-Results", []) for letter in letters]
    assert [len(fields) for fields in verdicts] == [1, 1, 1]
    assert verdicts[0] == [
        "mx.amt-a.example;\tdkim=pass header.d=portal.example;\tspf=pass smtp.mailfrom=noreply@portal.example;"
        "\tdmarc=pass header.from=portal.example"
    ]
    assert ["dmarc=fail" in fields[0] for fields in verdicts] == [False, True, True]
    assert [letter.get_payload() for letter in letters] == ["Name: Alke\r\n.\r\nEnde\r\n"] * 3
    assert "ESMTPA id" in letters[0]["Received"]


def test_real_life_letters_pass_with_long_lines_8_bit_and_20_mb(world: World) -> None:
    letters = [
        b"Subject: \xc3\xa4 " + b"x" * 5000 + b"\r\n\r\n" + b"y" * 70_000 + b"\r\n",
        make_letter(1, size=20_000_000),
    ]
    with GatewayClient(world.host, world.port) as client:
        for letter in letters:
            client.send(letter, "", ADDRESS)
    assert [raw.endswith(letter) for raw, letter in zip(world.read(), letters, strict=True)] == [True, True]


def test_the_gateway_refuses_unknown_mailboxes_and_wrong_logins(world: World) -> None:
    with pytest.raises(NotSent, match="no such mailbox"):
        send(FORM, "a@b.example", "other@amt-a.example", host=world.host, port=world.port)
    with pytest.raises(NotSent, match="refused the sender's login"):
        send(FORM, "a@b.example", ADDRESS, host=world.host, port=world.port, login=SenderLogin("portal", "falsch"))
    assert world.read() == []


def test_it_comes_back_in_its_folder_with_ports_passwords_and_mail(world: World, folder: Path) -> None:
    send(FORM, "noreply@portal.example", ADDRESS, host=world.host, port=world.port, login=world.portal)
    assert stop(world.process) == 0
    again = start(folder)
    try:
        assert (again.port, again.settings.port, again.passwords) == (world.port, world.settings.port, world.passwords)
        assert len(world.read()) == 1
    finally:
        stop(again.process)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_however_it_ends_no_process_is_left(world: World, folder: Path, number: signal.Signals) -> None:
    assert world.read() == []
    below = descendants(world.process.pid)
    assert len(below) >= 3
    world.process.send_signal(number)
    world.process.wait(15)
    wait_until_gone(below)
    assert world.process.stdout
    world.process.stdout.close()
    with pytest.raises(MailboxUnreachable):
        world.read()
    again = start(folder)
    assert stop(again.process) == 0
    assert not (folder / "server" / "lodging").is_symlink()


def test_a_dovecot_that_dies_is_brought_back(world: World) -> None:
    send(FORM, "noreply@portal.example", ADDRESS, host=world.host, port=world.port)
    master = next(pid for pid in descendants(world.process.pid) if "dovecot.conf" in command_of(pid))
    os.kill(master, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while is_alive(master) or not any("dovecot.conf" in command_of(pid) for pid in descendants(world.process.pid)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    for _ in range(100):
        try:
            assert len(world.read()) == 1
            break
        except MailboxUnreachable:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    send(FORM, "noreply@portal.example", ADDRESS, host=world.host, port=world.port)
    assert len(world.read()) == 2


def test_a_dovecot_keeps_its_mail_over_a_power_cut(tmp_path: Path) -> None:
    with Dovecot(tmp_path, ["amt-a"]) as server:
        delivery = Delivery(server)
        delivery.deliver("amt-a", make_letter(1))
        server.kill()
        delivery.close()
        server.start()
        with Mailbox.open(make_settings(server, "amt-a"), server.password("amt-a")) as box:
            assert [raw for _, raw in box.fetch_many(waiting(box))] == [make_letter(1)]


def test_a_folder_with_a_long_path_and_blanks_serves_too_and_holds_the_mail_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / ("Ein Ordner mit Leerzeichen und ä " * 3) / "mail"
    for number in range(2):
        with Dovecot(folder, ["amt-a"]) as server:
            delivery = Delivery(server)
            delivery.deliver("amt-a", make_letter(number))
            delivery.close()
            with Mailbox.open(make_settings(server, "amt-a"), server.password("amt-a")) as box:
                assert len(waiting(box)) == number + 1
            lodging = (folder / "server" / "lodging").resolve()
            assert lodging.is_dir()
        assert not lodging.exists()
        assert len(list((folder / "server" / "mail" / "amt-a" / "cur").iterdir())) == number + 1


def wait_until_gone(pids: set[int]) -> None:
    deadline = time.monotonic() + 10
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, "processes are left behind"
        time.sleep(0.05)
