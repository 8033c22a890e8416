from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from casework.actions import accounts
from casework.actions.accounts import AccountRefused
from casework.record.models import AuditEvent, Membership

GOOD = "ein-ganz-langes-kennwort"


def test_an_account_is_made_with_its_role(house: None) -> None:
    user = accounts.add_user("alke", role="clerk", offices=["amt-a", "amt-b"], password=GOOD)
    assert user.check_password(GOOD)
    assert sorted(Membership.objects.values_list("office", "role")) == [("amt-a", "clerk"), ("amt-b", "clerk")]


def test_a_further_role_keeps_the_password(house: None) -> None:
    accounts.add_user("alke", role="clerk", offices=["amt-a"], password=GOOD)
    user = accounts.add_user("alke", role="manager", offices=["amt-a"])
    assert user.check_password(GOOD)
    assert Membership.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "role", "offices", "password"),
    [
        ("alke", "clerk", ["amt-a"], None),
        ("alke", "clerk", ["amt-a"], "kurz"),
        ("alke", "king", ["amt-a"], GOOD),
        ("alke", "clerk", ["amt-z"], GOOD),
        ("alke", "clerk", [], GOOD),
        ("Alke Ahrens", "clerk", ["amt-a"], GOOD),
    ],
)
def test_what_is_no_good_account_is_refused(
    house: None, name: str, role: str, offices: list[str], password: str | None
) -> None:
    with pytest.raises(AccountRefused):
        accounts.add_user(name, role=role, offices=offices, password=password)
    assert User.objects.count() == 0


def test_the_password_comes_from_the_environment_a_secret_or_a_question(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AccountRefused):
        accounts.password_for("alke")
    assert accounts.password_for("alke", ask=lambda: "gefragt") == "gefragt"
    monkeypatch.setenv("AMTSBOTE_SECRET_USER_ALKE", "geheim")
    assert accounts.password_for("alke") == "geheim"
    monkeypatch.setenv("AMTSBOTE_USER_PASSWORD", "gegeben")
    assert accounts.password_for("alke") == "gegeben"


def test_a_role_is_taken_away_and_what_is_not_there_is_refused(house: None) -> None:
    accounts.add_user("alke", role="clerk", offices=["amt-a", "amt-b"], password=GOOD)
    accounts.remove_role("alke", role="clerk", office="amt-a")
    assert list(Membership.objects.values_list("office", "role")) == [("amt-b", "clerk")]
    assert AuditEvent.objects.get(code="role_taken").office == "amt-a"
    with pytest.raises(AccountRefused):
        accounts.remove_role("alke", role="clerk", office="amt-a")
    with pytest.raises(AccountRefused):
        accounts.lock("nobody")


def test_who_is_locked_is_out_at_the_next_page_and_cannot_come_back_until_unlocked(house: None) -> None:
    user = accounts.add_user("alke", role="clerk", offices=["amt-a"], password=GOOD)
    client = Client()
    client.force_login(user)
    assert client.get("/pruefliste/").status_code == 200
    accounts.lock("alke")
    assert client.get("/pruefliste/").status_code == 302
    assert not client.login(username="alke", password=GOOD)
    assert [(found["name"], found["locked"], found["roles"]) for found in accounts.listed()] == [
        ("alke", True, ["clerk@amt-a"])
    ]
    accounts.lock("alke", locked=False)
    assert client.login(username="alke", password=GOOD)
    codes = AuditEvent.objects.filter(case=None, office="").values_list("code", flat=True)
    assert list(codes) == ["account_locked", "account_unlocked"]
