from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from casework.words.states import State
from tests import factories

IBAN_WORDS = [("DE02", 60, 90), ("1203", 95, 90), ("0000", 130, 90), ("0000", 165, 90), ("2020", 200, 90)]
IBAN_WORDS += [("51", 235, 90)]
SignIn = Callable[[str], Client]


def _page(client: Client, reference: str) -> str:
    answer = client.get(f"/vorgaenge/{reference}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_reason_stands_in_one_sentence_and_the_doubtful_field_is_first(as_person: SignIn) -> None:
    case = factories.invoice(reason="iban_unconfirmed")
    case.findings.create(rule="AB-IBAN-UNCONFIRMED", severity="error", message="Nur eine Quelle.", field="iban")
    html = _page(as_person("alke"), case.reference)
    assert "Die IBAN ist nur aus einer Quelle bekannt. Bitte bestätigen Sie sie." in html
    focused = html.split("data-first")[0].rsplit("data-field=", 1)[1]
    assert focused.startswith('"iban"')


def test_a_missing_required_field_is_looked_at_before_a_doubtful_one(as_person: SignIn) -> None:
    case = factories.invoice(reason="iban_unconfirmed")
    case.fields.filter(name="number").delete()
    html = _page(as_person("alke"), case.reference)
    assert html.split("data-first")[0].rsplit("data-field=", 1)[1].startswith('"number"')


def test_values_are_german_on_german_pages_and_canonical_on_english_ones(as_person: SignIn) -> None:
    case = factories.invoice()
    client = as_person("alke")
    german = _page(client, case.reference)
    english = client.get(f"/vorgaenge/{case.reference}/", headers={"accept-language": "en"}).content.decode()
    assert ('value="02.11.2026"' in german, 'value="119,00"' in german) == (True, True)
    assert ('value="2026-11-02"' in english, 'value="119.00"' in english) == (True, True)
    assert "Invoice number" in english


def test_the_place_of_a_value_is_found_among_the_words_of_the_page(as_person: SignIn) -> None:
    case = factories.invoice()
    factories.part(case.message)
    page = factories.page(case.message, words=IBAN_WORDS)
    html = _page(as_person("alke"), case.reference)
    field = html.split('data-field="iban"')[1].split(">")[0]
    assert f"&quot;page&quot;: {page.pk}" in field
    assert "&quot;x&quot;: 58" in field


def test_the_box_of_a_source_counts_before_the_search(as_person: SignIn) -> None:
    case = factories.invoice()
    box = {"page": 1, "x0": 10.0, "y0": 20.0, "x1": 30.0, "y1": 40.0}
    case.fields.filter(name="gross").update(sources=[{"origin": "text", "where": "page 1", "box": box, "part": "1"}])
    factories.page(case.message, words=[("119,00", 400, 500)])
    field = _page(as_person("alke"), case.reference).split('data-field="gross"')[1].split(">")[0]
    assert "&quot;x&quot;: 8.0" in field
    assert "&quot;x&quot;: 398" not in field


def test_candidates_carry_the_digit_that_takes_them(as_person: SignIn) -> None:
    case = factories.invoice()
    other = {"value": "2026-11-03", "confidence": 0.5, "source": {"origin": "ocr", "where": "page 1"}}
    case.fields.filter(name="date").update(candidates=[other])
    html = _page(as_person("alke"), case.reference)
    assert 'data-value="03.11.2026"' in html
    assert 'data-key="1"' in html


def test_a_case_on_its_way_offers_no_decision(as_person: SignIn) -> None:
    case = factories.invoice(state=State.POSTING, reason="claimed")
    html = _page(as_person("alke"), case.reference)
    assert 'id="release"' not in html
    assert "close-dialog" not in html


def test_an_officer_reads_but_does_not_release(as_person: SignIn) -> None:
    html = _page(as_person("doerte"), factories.invoice().reference)
    assert 'id="release"' not in html
    assert "kind-dialog" in html


def test_shadow_fields_cannot_be_typed_into(as_person: SignIn) -> None:
    case = factories.case(process="dog_deregistration", kind="dog_deregistration", reason="shadow")
    factories.field(case, "dog_name", "Bello")
    html = _page(as_person("alke"), case.reference)
    assert 'id="release"' not in html
    assert "readonly" in html.split('name="field-dog_name"')[1].split(">")[0]


def test_an_unknown_outcome_asks_its_one_question_with_the_picture(as_person: SignIn) -> None:
    case = factories.invoice(reason="outcome_unknown")
    picture = factories.evidence(factories.attempt(case))
    html = _page(as_person("alke"), case.reference)
    assert "Steht der Eintrag in Haushaltskasse?" in html
    assert f"/vorgaenge/{case.reference}/belege/{picture.pk}/" in html
    assert 'id="release"' not in html


def test_a_case_of_a_process_that_is_gone_still_opens(as_person: SignIn) -> None:
    case = factories.case(process="gone", reason="no_process")
    factories.field(case, "something", "42")
    html = _page(as_person("alke"), case.reference)
    assert "something" in html
    assert "close-dialog" in html


def test_hostile_mail_arrives_as_text(as_person: SignIn) -> None:
    evil = "<script>alert(1)</script>"
    case = factories.invoice(message=factories.message(subject=evil, sender_name=evil))
    factories.part(
        case.message,
        name=evil,
        type="text/html",
        html=f"<p onclick='x()' style='top:0'>Hallo</p>{evil}<img src=x><a href='javascript:x'>da</a>",
    )
    html = _page(as_person("alke"), case.reference)
    assert "alert(1)</script>" not in html
    assert "<p>Hallo</p>" in html
    assert "javascript:x" not in html


def test_the_queries_of_the_case_page_do_not_grow_with_its_fields(
    as_person: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    case = factories.invoice()
    client = as_person("alke")
    for number in range(20):
        factories.field(case, f"further_{number}", "x")
        factories.finding(case, "AB-X", "Etwas", about=f"further_{number}")
    with django_assert_max_num_queries(26):
        _page(client, case.reference)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (
            {"outcome": "proven", "proved_by": "gateway", "methods": [{"name": "dmarc", "result": "pass", "by": "mx"}]},
            ("Wer hat das geschickt?", "nachgewiesen durch das Mail-Gateway des Hauses", "DMARC (mx)", "bestanden"),
        ),
        (
            {
                "outcome": "contradicted",
                "reasons": ["sender_body_altered"],
                "methods": [{"name": "dkim", "result": "altered"}],
            },
            ("widersprüchlich", "Er wurde danach verändert.", "DKIM (eigene Prüfung)", "Text wurde verändert"),
        ),
        (
            {"outcome": "unproven", "reasons": ["sender_not_vouched"]},
            ("nicht nachgewiesen", "sagt nichts über den Absender"),
        ),
    ],
)
def test_who_sent_it_is_said_in_plain_words(
    as_person: SignIn, verdict: dict[str, object], said: tuple[str, ...]
) -> None:
    letter = factories.message(sender_proof=verdict["outcome"], sender_verdict=verdict)
    page = _page(as_person("alke"), factories.invoice(message=letter).reference)
    assert [text for text in said if text not in page] == []


def test_nothing_is_said_of_a_sender_whom_nobody_judged(as_person: SignIn) -> None:
    assert "Wer hat das geschickt?" not in _page(as_person("alke"), factories.invoice().reference)


@pytest.mark.parametrize(
    ("name", "shown", "listed"),
    [
        (
            "Lieferant Nord GmbH",
            "Von Lieferant Nord GmbH &lt;x@evil.example&gt;, eingegangen",
            "x@evil.example · Lieferant Nord GmbH",
        ),
        ("antrag@online-dienst.example", "Von x@evil.example, eingegangen", "x@evil.example"),
        ("", "Von x@evil.example, eingegangen", "x@evil.example"),
    ],
)
def test_the_address_is_always_shown_and_what_is_proven_is_its_domain(
    as_person: SignIn, name: str, shown: str, listed: str
) -> None:
    letter = factories.message(sender_name=name, sender="x@evil.example", sender_proof="proven")
    case = factories.invoice(message=letter)
    client = as_person("alke")
    page = client.get(f"/vorgaenge/{case.reference}/").content.decode()
    assert (shown in page, "Nachgewiesen: evil.example" in page, "Absender nachgewiesen" in page) == (True, True, False)
    for path in ("/pruefliste/", "/vorgaenge/"):
        text = client.get(path).content.decode()
        assert f">{listed}</span>" in text
        assert "online-dienst.example" not in text
