from __future__ import annotations

import pytest

from casework.policies import permissions
from casework.policies.permissions import NotPermitted
from casework.words.states import AttemptState
from tests import factories


def test_a_clerk_sees_the_cases_of_their_own_office_only(house: None) -> None:
    own, foreign = factories.case("amt-a"), factories.case("amt-b")
    assert list(permissions.cases_visible_to(factories.person("alke"))) == [own]
    assert list(permissions.cases_visible_to(factories.person("cord"))) == [foreign]


def test_a_manager_sees_books_but_no_letters(house: None) -> None:
    factories.case("amt-a")
    enno = factories.person("enno")
    assert list(permissions.cases_visible_to(enno)) == []
    assert permissions.can_see_books(enno)


def test_only_clerks_decide_and_only_officers_take_back(house: None) -> None:
    case = factories.case("amt-a")
    may_decide = {name for name in factories.PEOPLE if permissions.can_decide(factories.person(name), case)}
    may_withdraw = {name for name in factories.PEOPLE if permissions.can_withdraw(factories.person(name), case)}
    assert (may_decide, may_withdraw) == ({"alke", "bente"}, {"doerte"})


def test_checks_raise_where_the_pair_says_no(house: None) -> None:
    case, cord = factories.case("amt-a"), factories.person("cord")
    for check in (permissions.check_decide, permissions.check_send_back, permissions.check_withdraw):
        with pytest.raises(NotPermitted):
            check(cord, case)
    with pytest.raises(NotPermitted):
        permissions.check_reopen(cord, case)


def test_four_eyes_are_two_people(house: None) -> None:
    alke, bente = factories.person("alke"), factories.person("bente")
    assert permissions.can_second(bente, alke.pk)
    assert not permissions.can_second(alke, alke.pk)
    assert not permissions.can_second(alke, None)


def test_a_clerk_sees_pictures_only_while_asked_about_them(house: None) -> None:
    asked = factories.attempt(factories.case("amt-a", reason="outcome_unknown"))
    other = factories.attempt(factories.case("amt-a"), AttemptState.CONFIRMED)
    alke = factories.person("alke")
    assert permissions.can_see_evidence(alke, asked)
    assert not permissions.can_see_evidence(alke, other)
    assert permissions.can_see_evidence(factories.person("frauke"), other)


def test_what_concerns_all_offices_takes_an_officer_of_all(house: None) -> None:
    doerte, gesa = factories.person("doerte"), factories.person("gesa")
    both = ["amt-a", "amt-b"]
    assert permissions.can_pause(doerte, "all", "", offices=both)
    assert not permissions.can_pause(gesa, "all", "", offices=both)
    assert permissions.can_pause(gesa, "office", "amt-a", offices=both)
    assert not permissions.can_pause(gesa, "office", "amt-b", offices=both)
    assert not permissions.can_pause(factories.person("alke"), "all", "", offices=[])
