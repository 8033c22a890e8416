"""Intake of one mailbox: which trouble waits for an officer, and which is simply tried again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bots.mailbox import Mailbox
from casework import configuration
from casework.actions import health, pauses
from casework.configuration import shipped
from casework.record.models import SystemHealth
from casework.words.errors import ConfigurationError, LoginRefused, SecretMissing, TryAgainLater
from casework.words.mailbox import CertificateUntrusted
from flows.stations import receive
from flows.stations.receive import Receiver
from tests import factories

BOX = ("amt-a", "mailbox", "posteingang")


@pytest.fixture
def house(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two offices with a mailbox each; the test's connection stays open."""
    folders = [str(shipped()), str(factories.write_offices(tmp_path))]
    monkeypatch.setenv("AMTSBOTE_CONFIG", os.pathsep.join(folders))
    monkeypatch.setattr(receive, "hang_up", lambda: None)
    configuration.forget()
    yield
    configuration.forget()


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    "trouble", [TryAgainLater("mailbox_unreachable"), ConfigurationError("no folder"), CertificateUntrusted("expired")]
)
def test_what_locks_no_account_is_tried_again(monkeypatch: pytest.MonkeyPatch, trouble: Exception) -> None:
    assert not _after(monkeypatch, trouble).needs_officer


@pytest.mark.usefixtures("house")
def test_a_missing_secret_is_tried_again_once_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver("amt-a", "posteingang") as receiver, pytest.raises(SecretMissing):
        receiver.drain()
    row = SystemHealth.objects.get()
    assert (row.failures, row.needs_officer, health.usable(*BOX)) == (1, False, True)


@pytest.mark.usefixtures("house")
def test_a_refused_login_waits_for_an_officer_who_resumes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _after(monkeypatch, LoginRefused("the server refused the login")).needs_officer
    assert not health.usable(*BOX)
    pauses.resume("mailbox", "amt-a/posteingang", user=factories.person("doerte"))
    assert health.usable(*BOX)


def _after(monkeypatch: pytest.MonkeyPatch, trouble: Exception) -> SystemHealth:
    """How the mailbox stands after its server answered with this."""

    def refuse(*_: Any) -> Mailbox:
        raise trouble

    monkeypatch.setenv("AMTSBOTE_SECRET_POSTEINGANG", "geheim")
    monkeypatch.setattr(Mailbox, "open", refuse)
    with Receiver("amt-a", "posteingang") as receiver, pytest.raises(type(trouble)):
        receiver.drain()
    return SystemHealth.objects.get()
