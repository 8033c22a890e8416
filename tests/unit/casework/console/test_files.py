"""Originals are only ever saved, never opened here; what may be malware, only by an officer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from casework.words.states import State
from tests import factories

SignIn = Callable[[str], Client]


def test_an_original_comes_as_an_attachment_that_may_do_nothing(as_person: SignIn) -> None:
    case = factories.invoice()
    answer = as_person("alke").get(f"/vorgaenge/{case.reference}/original/")

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{case.reference}.eml"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert {"default-src 'none'", "sandbox"} == set(answer.headers["Content-Security-Policy"].split("; "))


def infected() -> str:
    case = factories.invoice()
    factories.part(case.message, fate="refused", reason="malware")
    return case.reference


def unscanned() -> str:
    return factories.case(state=State.NEW, reason="virus_scanner_away").reference


@pytest.mark.parametrize("make", [infected, unscanned])
def test_what_may_be_malware_only_an_officer_saves(as_person: SignIn, make: Callable[[], str]) -> None:
    reference = make()
    address = f"/vorgaenge/{reference}/original/"
    clerk, officer = as_person("alke").get(address), as_person("doerte").get(address)

    assert (clerk.status_code, officer.status_code) == (403, 200)
    assert address not in as_person("alke").get(f"/vorgaenge/{reference}/").content.decode()
    assert address in as_person("doerte").get(f"/vorgaenge/{reference}/").content.decode()


def test_a_page_is_a_picture_and_nothing_else(as_person: SignIn) -> None:
    case = factories.invoice()
    factories.part(case.message)
    page = factories.page(case.message, words=[])
    answer = as_person("alke").get(f"/vorgaenge/{case.reference}/seiten/{page.pk}/")

    assert answer.headers["Content-Type"] == "image/png"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
