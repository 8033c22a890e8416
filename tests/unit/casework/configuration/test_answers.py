"""Templates of answers are checked when they are read, and words of strangers stay words."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from casework.configuration import shipped
from casework.configuration.answer_templates import AnswerTemplate, render, written
from casework.configuration.loading import load, problems
from casework.words.errors import NeedsReview

GIVEN: dict[str, Any] = {
    "case": "ABCDEFGHIJ",
    "office_name": "Amt Ahlbek",
    "process_title": "Rechnung",
    "received_on": "02.11.2026",
    "subject": "",
    "sender_name": "",
    "findings": [],
}


def template(**changes: Any) -> AnswerTemplate:
    values = {"id": "t", "title": {"de": "T", "en": "T"}, "operation": "acknowledge", "subject": "S", "body": "B"}
    return AnswerTemplate.model_validate({**values, **changes})


def told(tmp_path: Path, **files: str) -> list[str]:
    """What is wrong with the shipped pack and these files of an overlay, by folder and name."""
    for name, text in files.items():
        section, _, stem = name.partition("__")
        path = tmp_path / section / f"{stem}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [str(problem).replace(f"{tmp_path}/", "") for problem in problems([shipped(), tmp_path])]


BODY = """\
title: {{de: Eigene, en: Own}}
operation: acknowledge
subject: "Aktenzeichen {{{{ case }}}}"
body: |
  Guten Tag,

  {line}
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{{ fields.dog_nam }}", "has no field `dog_nam` – did you mean `dog_name`?"),
        ('{{ fields["dog_nam"] }}', "has no field `dog_nam`"),
        ("{{ fields[subject] }}", "a field is named, not computed"),
        ("{{ offce_name }}", "unknown name `offce_name` – did you mean `office_name`?"),
        ("{% if %}", "this is no template"),
        ("{{ case | attr('x') }}", "unknown filter `attr`"),
        ("{{ case.__class__ | pprint }}", "unknown filter `pprint`"),
    ],
)
def test_what_a_template_gets_wrong_is_told_with_its_line(tmp_path: Path, line: str, expected: str) -> None:
    found = told(tmp_path, answers__eingang_hundesteuer=BODY.format(line=line))
    assert len(found) == 1
    assert found[0].startswith("answers/eingang_hundesteuer.yaml:7: ") and expected in found[0]


def test_answers_that_lead_nowhere_are_told(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        processes__invoice="answers: [{answer: rueckfrag}, {answer: rueckfrage, release: rule}]",
        answers__eigene=BODY.format(line="gut") + "system: ablage\n",
        answers__fremde=BODY.format(line="gut") + "office: amt-x\n",
    )
    text = "\n".join(found)
    assert "answer `rueckfrag` is not known – did you mean `rueckfrage`?" in text
    assert "answer `rueckfrage` is released by hand alone" in text
    assert "`ablage` is no system that sends mail" in text
    assert "`office` and `instead_of` belong together" in text


def test_a_posting_cannot_go_by_mail(tmp_path: Path) -> None:
    step = "postings: [{system: antwort, operation: acknowledge, business_key: '{case}'}]"
    assert any("a posting cannot go there" in each for each in told(tmp_path, processes__posteingang=step))


def test_an_office_has_its_own_words_under_the_shared_id(tmp_path: Path) -> None:
    assert told(
        tmp_path,
        offices__amt_a="name: Amt A",
        answers__eigene=BODY.format(line="Moin") + "office: amt_a\ninstead_of: eingang_hundesteuer\n",
    ) == []  # fmt: skip
    found = load([shipped(), tmp_path])
    own, shared = (found.answer_for(office, "eingang_hundesteuer") for office in ("amt_a", "amt_b"))
    assert own is not None and shared is not None
    assert (own.id, shared.id) == ("eingang_hundesteuer", "eingang_hundesteuer")
    assert "Moin" in own.body and "Moin" not in shared.body


@pytest.mark.parametrize(
    "body",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ fields.update({'a': 1}) }}",
        "{{ unknown }}",
        "{{ findings.__init__.__globals__ }}",
    ],
)
def test_the_sandbox_holds(body: str) -> None:
    with pytest.raises(NeedsReview):
        render(template(body=body), {**GIVEN, "fields": {"name": "x"}})


def test_a_subject_is_one_line_whatever_the_fields_say() -> None:
    text = render(
        template(subject="Zu {{ fields.name }}"), {**GIVEN, "fields": {"name": "A\r\nBcc: x@y.example\u2028B"}}
    )
    assert text.subject == "Zu A Bcc: x@y.example B"


def test_template_code_in_a_field_is_not_run() -> None:
    text = render(template(body="{{ fields.name }}"), {**GIVEN, "fields": {"name": "{{ case }}"}})
    assert text.body == "{{ case }}\n"


def test_findings_are_listed_with_rule_and_advice() -> None:
    found = load([shipped()]).answers["beanstandung_rechnung"]
    finding = SimpleNamespace(rule="BR-CO-15", message="Der Bruttobetrag stimmt nicht.", advice="Rechnen Sie neu.")
    text = render(found, {**GIVEN, "fields": {"number": "R-1", "date": ""}, "findings": [finding]})
    assert "1. Der Bruttobetrag stimmt nicht.\n   Regel: BR-CO-15\n   Bitte: Rechnen Sie neu.\n" in text.body


@pytest.mark.parametrize(("subject", "body"), [("", "B"), ("S", " \n"), ("S" * 300, "B"), ("S", "B" * 30_000)])
def test_empty_and_endless_words_are_refused(subject: str, body: str) -> None:
    with pytest.raises(NeedsReview):
        written(subject, body)


def test_lines_end_alike_and_once() -> None:
    assert written("S", "\r\n\r\neins\r\nzwei\rdrei\x07\n\n\n").body == "eins\nzwei\ndrei\n"


def test_no_rule_ever_releases_a_decision() -> None:
    shipped_answers = load([shipped()]).answers
    assert all(each.by_hand for each in shipped_answers.values() if each.operation == "tell_decision")
