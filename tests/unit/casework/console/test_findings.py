from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from casework.console.findings import finding_view, further, reason_of_rule
from tests import factories

SignIn = Callable[[str], Client]


def test_a_finding_of_ours_speaks_the_language_of_the_page(house: None) -> None:
    finding = factories.finding(
        factories.invoice(), "AB-IBAN-INVALID", "Die Prüfziffer stimmt nicht: DE1.", about="iban"
    )
    with override("de"):
        german = finding_view(finding)
    with override("en"):
        english = finding_view(finding)
    assert (german.text, german.language, german.rule) == ("Die Prüfziffer stimmt nicht: DE1.", "", "")
    assert english.text.startswith("The IBAN's check digits are wrong.")


@pytest.mark.parametrize(
    ("rule", "page", "language"), [("BR-CO-15", "de", "en"), ("BR-DE-19", "en", "de"), ("BR-DE-19", "de", "")]
)
def test_an_official_rule_keeps_its_text_its_id_and_its_language(
    house: None, rule: str, page: str, language: str
) -> None:
    finding = factories.finding(factories.invoice(), rule, "as it is written", about="")
    with override(page):
        view = finding_view(finding)
    assert (view.text, view.rule, view.language) == ("as it is written", rule, language)


def test_a_rule_of_ours_stands_for_its_reason() -> None:
    rules = ("AB-IBAN-NEW", "AB-XML-PDF-gross", "AB-NOTHING-KNOWN", "BR-CO-15")
    assert [reason_of_rule(rule) for rule in rules] == ["iban_new", "xml_pdf_differ", "", ""]


def test_nothing_is_said_twice(house: None) -> None:
    case = factories.invoice(reason="empty_message", reasons=["empty_message", "sender_unproven", "bound_unproven"])
    same = factories.finding(case, "AB-EMPTY-MESSAGE", "Die Mail ist leer.", about="")
    other = factories.finding(case, "AB-BOUND-UNPROVEN", "Es fehlen noch 299.", about="")
    with override("de"):
        codes, views = further(case, [same, other])
    assert (codes, [view.text for view in views]) == (["sender_unproven"], ["Es fehlen noch 299."])


def test_the_same_text_in_another_form_gets_no_tab_and_others_of_one_title_are_numbered(as_person: SignIn) -> None:
    case = factories.invoice()
    factories.part(case.message, name="", type="text/plain", html="<p>Guten Tag</p>")
    factories.part(
        case.message, "2", name="", type="text/html", fate="kept", reason="alternative_text", html="<p>x</p>"
    )
    factories.part(case.message, "3", name="", type="text/plain", fate="kept", reason="attachment", html="<p>Fuß</p>")
    tabs = as_person("alke").get(f"/vorgaenge/{case.reference}/").context["tabs"]
    assert [tab.title for tab in tabs] == ["Mailtext", "Mailtext (2)"]


def test_days_are_written_in_the_language_of_the_page(as_person: SignIn) -> None:
    factories.invoice(due=factories.ago(days=1))
    client = as_person("alke")
    german = client.get("/pruefliste/").content.decode()
    english = client.get("/pruefliste/", headers={"accept-language": "en"}).content.decode()
    day = timezone.localtime(factories.ago(days=1))
    assert f">{day:%d.%m.%Y}<" in german
    assert f">{day:%Y-%m-%d}<" in english
