"""An SMTP server with a certificate of a throw-away authority, and the office's account on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from casework import configuration
from casework.actions import clock
from casework.configuration.systems import MailSystem
from casework.words.work import Work
from demo.mailserver.certificates import Authority
from flows.stations import transfer
from flows.stations.transfer import TransferDesk
from tests.integration.mailing.office import write_office
from tests.integration.mailing.server import PASSWORD, USER, MailServer, Script


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority.create("Test CA")


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def server(authority: Authority, script: Script, tmp_path: Path) -> Iterator[MailServer]:
    with MailServer(authority.issue(), script=script, folder=tmp_path / "smtp") as running:
        yield running


@pytest.fixture
def account(authority: Authority, tmp_path: Path) -> Callable[..., MailSystem]:
    """The system as an office sees it, for a server."""
    (tmp_path / "ca.pem").write_bytes(authority.pem)

    def of(server: MailServer, **changes: object) -> MailSystem:
        values: dict[str, object] = {
            "system": "antwort",
            "title": "Antwort",
            "transport": "mail",
            "secret": "antwort",
            "host": server.host,
            "port": server.port,
            "account": USER,
            "sender": "post@amt.example",
            "from_name": "Amt Ahlbek",
            "ca": str(tmp_path / "ca.pem"),
            "longest_request_s": 10,
            "operations": {"acknowledge": {"title": "Eingang bestätigen"}},
        }
        return MailSystem.model_validate({**values, **changes})

    return of


@pytest.fixture
def work() -> Work:
    """An answer to a citizen."""
    return Work(
        business_key="ABCDEFGHIJ/acknowledgement/1",
        marker="AB-0123456789AB",
        case="ABCDEFGHIJ",
        fields={
            "to": "buergerin@example.org",
            "subject": "Eingang Ihres Schreibens – Aktenzeichen ABCDEFGHIJ",
            "body": "Guten Tag,\n\nIhr Schreiben ist eingegangen. Größe: 1\u00a0m².\n.\nEin Punkt allein.\n",
            "message_id": "<ab-0123456789ab@amt.example>",
            "date": "2026-11-23T09:30:00+01:00",
            "in_reply_to": "<frage@example.org>",
            "references": "<aelter@example.org>",
            "auto_submitted": "auto-replied",
        },
    )


class Watch:
    """The clock of a test."""

    def __init__(self) -> None:
        self.forward_by = timedelta()
        self._now = clock.now

    def __call__(self) -> Any:
        return self._now() + self.forward_by

    def forward(self, seconds: float) -> None:
        self.forward_by += timedelta(seconds=seconds)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    held = Watch()
    monkeypatch.setattr(clock, "now", held)
    return held


@pytest.fixture
def settings(
    db: None, server: MailServer, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """How the office is set up; the test's connection to the record stays open."""
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    monkeypatch.setattr(transfer, "hang_up", lambda: None)
    monkeypatch.setenv("AMTSBOTE_SECRET_ANTWORT", PASSWORD)

    def set_up(**options: Any) -> None:
        folder = write_office(tmp_path / "configs", server, ca=tmp_path / "ca.pem", **options)
        monkeypatch.setenv("AMTSBOTE_CONFIG", os.pathsep.join([str(configuration.shipped()), str(folder)]))
        configuration.forget()

    set_up()
    yield set_up
    configuration.forget()


@pytest.fixture
def desk(settings: Any) -> Iterator[TransferDesk]:
    with TransferDesk() as opened:
        yield opened
