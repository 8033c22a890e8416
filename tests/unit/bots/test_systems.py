"""The models of the mask catalogue: what they accept, and what they say when something does not fit."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from casework.configuration.masks import RequestSign, Step, wildcard_matches
from casework.configuration.sentences import dotted
from casework.configuration.systems import SYSTEM, BrowserSystem


def minimal(**changes: Any) -> dict[str, Any]:
    mask = {
        "title": "Maske",
        "sign": {"text": "Maske"},
        "fields": {"a": {"label": "A"}, "user": {"label": "Benutzer"}, "password": {"label": "Kennwort"}},
        "buttons": {"b": {"name": "B"}, "login": {"name": "Anmelden"}},
        "tables": {"t": {"columns": {"number": "Nummer", "note": "Notiz"}}},
    }
    operation = {
        "title": "Tun",
        "class": "create",
        "find": [],
        "enter": [{"open": "m"}, {"fill": ["a"]}],
        "commit": {
            "signs": ["book"],
            "steps": [{"see": "m"}, {"click": "b"}],
            "success": {"text": "ok (?P<receipt>.)"},
        },
    }
    login = {"account": "x", "page": "/", "mask": "m", "success": {"text": "drin"}, "failure": [{"text": "falsch"}]}
    return {
        "system": "probe",
        "title": "Probe",
        "transport": "browser",
        "base_url": "http://127.0.0.1/",
        "login": login,
        "session_lost": [{"text": "weg"}],
        "commits": [{"name": "book", "path": "/x", "form": {"a": "b"}}],
        "masks": {"m": mask},
        "operations": {"do": operation},
        **changes,
    }


def problem(content: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        SYSTEM.validate_python(content)
    return str(caught.value)


def test_a_minimal_catalogue_is_read_and_a_list_of_fields_stands_for_itself() -> None:
    system = SYSTEM.validate_python(minimal())
    assert isinstance(system, BrowserSystem)
    operation = system.operations["do"]
    assert operation.operation_class == "create"
    assert operation.enter[1].fill == {"a": "{a}"}


def mistakes(content: dict[str, Any]) -> dict[str, str]:
    """Place (without the transport) and sentence of everything that is wrong."""
    with pytest.raises(ValidationError) as caught:
        SYSTEM.validate_python(content)
    return {dotted(error["loc"][1:]): str(error["ctx"]["error"]) for error in caught.value.errors()}


def test_names_that_lead_nowhere_are_told_with_their_place() -> None:
    content = minimal()
    content["operations"]["do"]["enter"] = [{"open": "m"}, {"fill": ["c"]}, {"click": "nope"}, {"open": "elsewhere"}]
    content["operations"]["do"]["commit"]["signs"] = ["pay"]
    assert mistakes(content) == {
        "operations.do.commit.signs[0]": "commit sign 'pay' is not defined – known are `book`",
        "operations.do.enter[1].fill.c": "field 'c' of mask 'm' is not defined – known are `a`, `password`, `user`",
        "operations.do.enter[2].click": "button 'nope' of mask 'm' is not defined – known are `b`, `login`",
        "operations.do.enter[3].open": "mask 'elsewhere' is not defined – known are `m`",
    }


def test_the_commit_goes_on_in_the_mask_that_was_entered_and_is_checked_there() -> None:
    content = minimal()
    content["operations"]["do"]["enter"] = [{"open": "m"}, {"when": "x", "steps": [{"fill": {"aa": "{x}"}}]}]
    content["operations"]["do"]["commit"]["steps"] = [{"click": "bb"}]
    assert list(mistakes(content)) == ["operations.do.enter[1].steps[0].fill.aa", "operations.do.commit.steps[0].click"]


def test_steps_before_any_mask_are_told() -> None:
    content = minimal()
    content["operations"]["do"]["enter"] = [{"click": "b"}, {"open": "m"}]
    assert mistakes(content) == {
        "operations.do.enter[0]": "no mask stands here yet: begin with `open` or `see`",
    }


def test_the_login_names_fields_and_a_button_of_its_mask() -> None:
    content = minimal()
    content["login"] |= {"user": "usr", "submit": "go", "take_over": [{"fill": {"end": "true"}}]}
    assert list(mistakes(content)) == ["login.user", "login.submit", "login.take_over[0].fill.end"]


def test_a_search_names_columns_that_the_table_or_its_detail_has() -> None:
    """A column that does not exist would let any row count."""
    content = minimal()
    search = {"by": "fields", "steps": [{"open": "m"}], "mask": "m", "table": "t", "receipt": "nr"}
    detail = {"mask": "m", "read": {"gross": "a", "iban": "b"}}
    content["operations"]["do"]["find"] = [
        {**search, "match": {"gross": "{gross}"}, "marker_in": "note"},
        {**search, "match": {"gross": "{gross}", "nummer": "1"}, "detail": detail},
        {**search, "match": {"number": "1"}, "table": "u"},
    ]
    assert list(mistakes(content)) == [
        "operations.do.find[0].receipt",
        "operations.do.find[0].match.gross",
        "operations.do.find[1].receipt",
        "operations.do.find[1].match.nummer",
        "operations.do.find[1].detail.read.iban",
        "operations.do.find[2].table",
    ]


def test_a_success_without_a_receipt_is_refused() -> None:
    content = minimal()
    content["operations"]["do"]["commit"]["success"] = {"text": "ok"}
    assert mistakes(content) == {
        "operations.do.commit.success": "name the receipt's number in `text`: `(?P<receipt>…)`; "
        "without it nothing is confirmed"
    }


def test_a_choice_of_rows_names_a_table_and_its_columns() -> None:
    content = minimal()
    content["operations"]["do"]["enter"] = [
        {"open": "m"},
        {"choose": {"table": "t", "match": {"nunber": "1"}}},
        {"choose": {"table": "v", "match": {"number": "1"}}},
    ]
    assert mistakes(content) == {
        "operations.do.enter[1].choose.match.nunber": "column 'nunber' is not defined – did you mean `number`?",
        "operations.do.enter[2].choose.table": "table 'v' of mask 'm' is not defined – known are `t`",
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"settle_s": 1}, "settle_s must be at least longest_request_s"),
        ({"colour": "red"}, "Extra inputs are not permitted"),
        ({"session_lost": [{"name": "empty"}]}, "needs a text, a url, a dialog or an element"),
        ({"session_lost": [{"text": "("}]}, "no regular expression"),
        ({"logins": 0}, "greater than or equal to 1"),
        ({"commits": [{"name": "book", "method": "GET", "path": "/", "form": {"a": "b"}}]}, "has no form; use query"),
    ],
)
def test_mistakes_are_refused_with_a_reason(changes: dict[str, Any], words: str) -> None:
    assert words in problem(minimal(**changes))


def test_a_step_has_exactly_one_action() -> None:
    with pytest.raises(ValidationError):
        Step.model_validate({"open": "m", "click": "b"})
    with pytest.raises(ValidationError):
        Step.model_validate({})
    with pytest.raises(ValidationError):
        Step.model_validate({"each": "lines"})
    inner = Step.model_validate({"each": "lines", "steps": [{"click": "b"}, {"when": "x", "steps": [{"press": "F9"}]}]})
    assert [step.press for step in inner.walk()] == ["", "", "", "F9"]


def test_a_star_stands_for_any_text_and_everything_else_for_itself() -> None:
    assert wildcard_matches("/hk/vorerfassung*", "/hk/vorerfassung2")
    assert wildcard_matches("*$btnSpeichern", "ctl00$cphMain$btnSpeichern")
    assert wildcard_matches("a[0].b", "a[0].b")
    assert not wildcard_matches("a.c", "abc")
    assert not wildcard_matches("Buchen", "Buchen ")


def test_method_names_are_upper_case() -> None:
    assert RequestSign(name="x", method="put", path="/").method == "PUT"


def test_a_search_must_be_able_to_tell_rows_apart() -> None:
    search = {"steps": [], "mask": "m", "table": "t", "receipt": "r"}
    for by, missing in (("marker", "marker_in"), ("fields", "match"), ("business_key", "match")):
        content = minimal()
        content["operations"]["do"]["find"] = [{**search, "by": by}]
        assert f"needs `{missing}`" in problem(content)
