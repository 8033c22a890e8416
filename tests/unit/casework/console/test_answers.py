"""The page for answers: what is read there is what leaves, and only who may decide sends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from casework import configuration
from casework.record.models import Answer, Case
from casework.words.answers import AnswerState
from casework.words.states import State
from tests import factories

SignIn = Callable[[str], Client]


@pytest.fixture
def mailing(house: None, tmp_path: Path) -> Iterator[None]:
    """The offices also have a mail account."""
    factories.write_offices(tmp_path / "configs", mail=True)
    configuration.forget()
    yield
    configuration.forget()


@pytest.fixture
def case(mailing: None) -> Case:
    letter = factories.message(
        sender="buergerin@example.org", sender_verdict={"outcome": "proven", "proved_by": "gateway"}
    )
    made = factories.case(message=letter, process="dog_registration", kind="dog_registration")
    factories.field(made, "dog_name", "Bello <b>")
    return made


def _page(client: Client, case: Case, template: str = "eingang_hundesteuer") -> str:
    answer = client.get(f"/vorgaenge/{case.reference}/antworten/?vorlage={template}")
    assert answer.status_code == 200
    return answer.content.decode()


def _form(html: str) -> dict[str, str]:
    """What a browser would send of the sending form, unchanged."""
    form = html.split("antworten/senden/", 1)[1].split("</form>")[0]
    values = {
        name: unescape(value)
        for tag in re.findall(r"<input[^>]*>", form)
        for name, value in [(_attribute(tag, "name"), _attribute(tag, "value"))]
    }
    values["body"] = unescape(form.split("<textarea", 1)[1].split(">\n", 1)[1].split("</textarea>")[0])
    return values


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


def test_what_is_read_is_what_is_sent_to_the_letter(as_person: SignIn, case: Case) -> None:
    client = as_person("alke")
    form = _form(_page(client, case))
    sent = client.post(f"/vorgaenge/{case.reference}/antworten/senden/", form)
    assert sent.status_code == 302
    answer = Answer.objects.get()
    assert (answer.recipient, answer.subject, answer.body) == (form["recipient"], form["subject"], form["body"])
    assert "Bello <b>" in answer.body
    assert answer.ordered_by is not None and answer.ordered_by.username == "alke"
    case.refresh_from_db()
    assert case.state == State.REVIEW
    assert "wartet" in _page(client, case)


def test_changed_words_are_sent_as_changed(as_person: SignIn, case: Case) -> None:
    client = as_person("alke")
    form = _form(_page(client, case)) | {"subject": "Neuer Betreff", "body": "Moin,\r\n\r\nalles gut.\r\n"}
    client.post(f"/vorgaenge/{case.reference}/antworten/senden/", form)
    answer = Answer.objects.get()
    assert (answer.subject, answer.body) == ("Neuer Betreff", "Moin,\n\nalles gut.\n")


def test_what_cannot_be_sent_comes_back_with_what_was_typed(as_person: SignIn, case: Case) -> None:
    client = as_person("alke")
    form = _form(_page(client, case)) | {"recipient": "anders@example.org", "subject": "Mein Betreff"}
    page = client.post(f"/vorgaenge/{case.reference}/antworten/senden/", form)
    html = page.content.decode()
    assert page.status_code == 422
    assert 'role="alert"' in html and "nicht die des Absenders" in html and 'value="Mein Betreff"' in html
    assert not Answer.objects.exists()
    client.post(f"/vorgaenge/{case.reference}/antworten/senden/", form | {"confirmed": "anders@example.org"})
    assert Answer.objects.get().recipient == "anders@example.org"


def test_an_outdated_page_sends_nothing(as_person: SignIn, case: Case) -> None:
    client = as_person("alke")
    form = _form(_page(client, case))
    Case.objects.filter(pk=case.pk).update(version=case.version + 1)
    assert client.post(f"/vorgaenge/{case.reference}/antworten/senden/", form).status_code == 422
    assert not Answer.objects.exists()


@pytest.mark.parametrize(("name", "status"), [("cord", 404), ("frauke", 403), ("doerte", 403)])
def test_only_who_may_decide_sends(as_person: SignIn, case: Case, name: str, status: int) -> None:
    form = _form(_page(as_person("alke"), case))
    sent = as_person(name).post(f"/vorgaenge/{case.reference}/antworten/senden/", form)
    assert sent.status_code == status
    assert not Answer.objects.exists()


def test_readers_see_the_answers_and_no_form(as_person: SignIn, case: Case) -> None:
    client = as_person("alke")
    client.post(f"/vorgaenge/{case.reference}/antworten/senden/", _form(_page(client, case)))
    html = _page(as_person("frauke"), case)
    assert "Aktenzeichen" in html and "<textarea" not in html and "withdraw" not in html


def test_the_one_question_stands_with_the_id_to_look_for(as_person: SignIn, case: Case) -> None:
    client = as_person("alke")
    client.post(f"/vorgaenge/{case.reference}/antworten/senden/", _form(_page(client, case)))
    Answer.objects.update(state=AnswerState.UNKNOWN)
    html = _page(client, case)
    assert "Ist die Antwort hinausgegangen?" in html
    assert Answer.objects.get().message_id.strip("<>") in html


def test_a_waiting_answer_is_withdrawn(as_person: SignIn, case: Case) -> None:
    client = as_person("alke")
    client.post(f"/vorgaenge/{case.reference}/antworten/senden/", _form(_page(client, case)))
    case.refresh_from_db()
    gone = client.post(f"/vorgaenge/{case.reference}/antworten/1/", {"said": "withdraw", "version": str(case.version)})
    assert gone.status_code == 302
    assert Answer.objects.get().state == AnswerState.WITHDRAWN


def test_what_did_not_go_out_of_a_finished_case_stands_on_the_start_page(as_person: SignIn, case: Case) -> None:
    client = as_person("alke")
    client.post(f"/vorgaenge/{case.reference}/antworten/senden/", _form(_page(client, case)))
    assert "nicht hinausgingen" not in client.get("/").content.decode()
    Answer.objects.update(state=AnswerState.FAILED, reason="rejected")
    Case.objects.filter(pk=case.pk).update(state=State.DONE)
    html = client.get("/").content.decode()
    assert "nicht hinausgingen" in html and case.reference in html


def test_the_case_page_leads_to_the_answers_in_both_languages(as_person: SignIn, case: Case) -> None:
    client = as_person("alke")
    assert "Dem Absender antworten" in client.get(f"/vorgaenge/{case.reference}/").content.decode()
    english = client.get(f"/vorgaenge/{case.reference}/antworten/", headers={"accept-language": "en"})
    assert "New answer" in english.content.decode()


def test_without_a_mail_account_nothing_is_offered(as_person: SignIn) -> None:
    case = factories.case(process="dog_registration", kind="dog_registration")
    client = as_person("alke")
    assert "Dem Absender antworten" not in client.get(f"/vorgaenge/{case.reference}/").content.decode()
    assert "kein Postausgang" in _page(client, case)
