from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests import factories

SignIn = Callable[[str], Client]
EVERYBODYS_PAGES = {
    "alke": ["/", "/pruefliste/", "/vorgaenge/"],
    "doerte": ["/", "/pruefliste/", "/vorgaenge/", "/einsparungen/", "/betrieb/", "/revision/"],
    "enno": ["/", "/einsparungen/"],
    "frauke": ["/", "/pruefliste/", "/vorgaenge/", "/einsparungen/", "/revision/"],
}


@pytest.mark.parametrize("name", EVERYBODYS_PAGES)
def test_every_page_of_the_menu_opens(as_person: SignIn, name: str) -> None:
    factories.invoice()
    client = as_person(name)
    assert {path: client.get(path).status_code for path in EVERYBODYS_PAGES[name]} == dict.fromkeys(
        EVERYBODYS_PAGES[name], 200
    )


def test_a_case_page_opens_with_its_letter_and_fields(as_person: SignIn) -> None:
    case = factories.invoice()
    factories.part(case.message)
    factories.page(case.message, words=[("Rechnung", 60, 90), ("119,00", 400, 500)])
    html = as_person("alke").get(f"/vorgaenge/{case.reference}/").content.decode()
    assert "Rechnungsnummer" in html
    assert 'value="119,00"' in html
    assert "Freigeben" in html
    assert "&quot;x&quot;: 398" in html
