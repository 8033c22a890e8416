from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from casework.actions import accounts, orders
from casework.actions.accounts import AccountRefused
from casework.record.models import Membership, OrderState

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


def test_an_order_waits_once_runs_and_ends(house: None) -> None:
    first = orders.place("system_check", office="amt-a", subject="haushaltskasse")
    assert orders.place("system_check", office="amt-a", subject="haushaltskasse") == first
    taken = orders.take()
    assert taken == first
    assert orders.take() is None
    orders.end(first, result={"differs": 0})
    first.refresh_from_db()
    assert (first.state, first.result) == (OrderState.DONE, {"differs": 0})
    assert list(orders.recent(["amt-b"])) == []
