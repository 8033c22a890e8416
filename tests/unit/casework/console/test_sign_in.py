from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from casework.actions import audit, clock, sign_ins
from casework.console.views import sign_in
from casework.record.models import AuditEvent, SignInTries
from tests import factories


@pytest.fixture
def browser(house: None) -> Client:
    factories.person("alke", password=factories.PASSWORD)
    factories.person("bente", password=factories.PASSWORD)
    return Client(HTTP_ACCEPT_LANGUAGE="de")


@pytest.fixture(autouse=True)
def quick_hashes(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _try(browser: Client, password: str, name: str = "alke", **where: str) -> HttpResponse:
    answer: HttpResponse = browser.post("/anmelden/", {"username": name, "password": password}, **where)
    return answer


def _later(monkeypatch: pytest.MonkeyPatch, **span: float) -> None:
    moment = clock.now() + timedelta(**span)
    monkeypatch.setattr(clock, "now", lambda: moment)


def test_who_guesses_waits_and_even_the_right_password_is_not_looked_at(browser: Client) -> None:
    got = [_try(browser, f"falsch-{number}").status_code for number in range(5)]
    assert got == [200, 200, 200, 200, 429]
    answer = _try(browser, factories.PASSWORD)
    assert (answer.status_code, "Zu viele Versuche. Bitte warten Sie" in answer.content.decode()) == (429, True)
    assert 'value="alke"' in answer.content.decode()
    assert int(answer["Retry-After"]) <= 2


def test_the_wait_grows_with_every_wrong_password(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = []
    for _number in range(6):
        assert _try(browser, "falsch").status_code == 200
        row = SignInTries.objects.order_by("pk").first()
        assert row is not None
        waits.append(round((row.until - row.last_at).total_seconds()))
        _later(monkeypatch, seconds=waits[-1])
    assert waits == [0, 0, 0, 2, 4, 8]
    assert sign_ins.ONE_ACCOUNT.wait(10_000) == timedelta(seconds=900)


def test_after_the_wait_the_right_password_opens_and_forgives(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for _number in range(4):
        _try(browser, "falsch")
    _later(monkeypatch, seconds=3)
    assert _try(browser, factories.PASSWORD).status_code == 302
    assert [_try(Client(), "falsch").status_code for _number in range(4)] == [200] * 4


@pytest.mark.parametrize(("name", "address"), [("bente", "10.0.0.1"), ("alke", "10.0.0.2")])
def test_nobody_is_locked_out_by_who_guesses_elsewhere(browser: Client, name: str, address: str) -> None:
    for _number in range(5):
        _try(browser, "falsch", REMOTE_ADDR="10.0.0.1")
    assert _try(browser, factories.PASSWORD, name, REMOTE_ADDR=address).status_code == 302


def test_another_spelling_of_a_name_has_no_tries_of_its_own(browser: Client) -> None:
    got = [_try(browser, "falsch", name).status_code for name in ("alke", " alke", "ａlke", "alke ", "aｌke")]
    assert got[-1] == 429


def test_one_address_cannot_try_every_account(browser: Client) -> None:
    got = [_try(browser, "falsch", f"name-{number}").status_code for number in range(sign_ins.ONE_ADDRESS.free + 2)]
    assert got == [200] * (sign_ins.ONE_ADDRESS.free + 1) + [429]


def test_signing_in_and_failing_stand_on_the_chain_of_the_house_without_what_was_typed(browser: Client) -> None:
    _try(browser, "falsch")
    _try(browser, "falsch", "mein-kennwort-im-falschen-feld")
    _try(browser, factories.PASSWORD)
    events = AuditEvent.objects.filter(case=None, office="").order_by("number")
    assert [(event.code, event.user and event.user.username) for event in events] == [
        ("login_failed", "alke"),
        ("login_failed", None),
        ("login", "alke"),
    ]
    assert all(set(event.data) == {"from"} and "127.0.0.1" not in str(event.data) for event in events)
    assert list(audit.verify(None)) == []


def test_tries_of_long_ago_are_forgotten(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for _number in range(4):
        _try(browser, "falsch")
    _later(monkeypatch, hours=2)
    _try(browser, "falsch", "bente")
    assert SignInTries.objects.count() == 2


def test_the_address_behind_a_web_server_is_what_that_server_wrote(rf: RequestFactory, settings: Settings) -> None:
    request = rf.get("/", headers={"X-Forwarded-For": "6.6.6.6, 10.0.0.7"})
    assert sign_in.address_of(request) == "127.0.0.1"
    settings.BEHIND_TLS = True
    assert sign_in.address_of(request) == "10.0.0.7"


def test_behind_tls_browsers_are_told_to_come_back_by_tls_only() -> None:
    program = (
        "from casework.site import boot; boot()\n"
        "from django.test import Client\n"
        "print(Client(HTTP_HOST='localhost').get('/lebt/', HTTP_X_FORWARDED_PROTO='https').headers)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "AMTSBOTE_TLS": "1"}, capture_output=True, check=True
    )
    assert b"'Strict-Transport-Security': 'max-age=31536000'" in done.stdout
