from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.http import QueryDict
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from casework.actions import clock
from casework.console import review_list
from casework.console.review_list import Narrowing
from casework.record.models import Case
from tests import factories

SignIn = Callable[[str], Client]


def _shown(name: str, query: str) -> list[Case]:
    return list(review_list.narrowed(factories.person(name), Narrowing.of(QueryDict(query))))


def test_deadlines_and_due_dates_come_first(house: None) -> None:
    old = factories.case(opened_at=factories.ago(days=2))
    soon = factories.case(due=clock.now() + timedelta(days=1))
    deadline = factories.case(due=clock.now() + timedelta(hours=1))
    assert _shown("alke", "") == [deadline, soon, old]
    assert _shown("alke", "sort=oldest")[0] == old


def test_filters_narrow_the_list(house: None) -> None:
    iban = factories.invoice(reason="iban_new")
    dog = factories.case(process="dog_registration", kind="dog_registration", opened_at=factories.ago(days=4))
    assert _shown("alke", "reason=iban_new") == [iban]
    assert _shown("alke", "process=dog_registration") == [dog]
    assert _shown("alke", "age=3") == [dog]
    assert _shown("alke", "office=amt-b") == []


def test_held_cases_are_out_of_the_way_until_their_day(house: None) -> None:
    held = factories.case(held_until=clock.now() + timedelta(days=1))
    back = factories.case(held_until=factories.ago(days=1))
    assert _shown("alke", "") == [back]
    assert _shown("alke", "held=only") == [held]


def test_the_search_finds_subject_sender_value_and_reference(house: None) -> None:
    letter = factories.message(subject="Streusalz", sender="salz@nord.example", sender_name="Salz Nord")
    case = factories.invoice(message=letter)
    factories.invoice()
    for text in ("Streusalz", "salz@nord", "Salz Nord", f"R-{case.pk:05d}", case.reference):
        assert _shown("alke", f"q={text}") == [case], text


def test_reasons_are_counted_apart_from_their_own_filter(house: None) -> None:
    factories.case(reason="iban_new")
    factories.case(reason="iban_new")
    factories.case(reason="totals_wrong")
    counted = review_list.reasons(factories.person("alke"), Narrowing(reason="totals_wrong"))
    assert counted == [("iban_new", 2), ("totals_wrong", 1)]


def test_the_next_case_is_never_somebody_elses(house: None) -> None:
    bente = factories.person("bente")
    factories.case(due=clock.now(), assigned_to=bente)
    free = factories.case()
    assert review_list.next_case(factories.person("alke"), Narrowing()) == free
    assert review_list.next_case(factories.person("doerte"), Narrowing()) is None


def test_who_skips_a_case_gets_the_one_behind_it(house: None) -> None:
    first, second, third = (factories.case() for _ in range(3))
    alke = factories.person("alke")
    behind = [review_list.case_following(alke, Narrowing(), case.reference) for case in (first, second, third)]
    assert behind == [second, third, first]


def test_who_skips_the_only_case_gets_the_list(as_person: SignIn) -> None:
    case = factories.case()
    answer = as_person("alke").get(f"/pruefliste/naechster/?nach={case.reference}")
    assert answer["Location"] == "/pruefliste/"


def test_the_live_part_answers_304_until_something_changes(as_person: SignIn) -> None:
    factories.case()
    client = as_person("alke")
    first = client.get("/pruefliste/", headers={"HX-Request": "true"})
    assert "<html" not in first.content.decode()
    again = client.get("/pruefliste/", headers={"HX-Request": "true", "If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    factories.case()
    changed = client.get("/pruefliste/", headers={"HX-Request": "true", "If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_the_export_holds_the_filtered_rows_and_no_formula(as_person: SignIn) -> None:
    factories.case(reason="iban_new", message=factories.message(subject="=HYPERLINK(1)"))
    factories.case(reason="totals_wrong", message=factories.message(subject="Salz"))
    text = as_person("alke").get("/pruefliste/export.csv?reason=iban_new").content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "Salz" not in text
    assert text.count("\r\n") == 2


def test_the_queries_of_the_list_do_not_grow_with_its_rows(
    as_person: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_person("alke")
    for rows in (1, 30):
        for _ in range(rows):
            factories.invoice()
        with django_assert_max_num_queries(10):
            client.get("/pruefliste/")
        with django_assert_max_num_queries(8):
            client.get("/vorgaenge/")
