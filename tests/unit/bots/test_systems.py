"""The models of the mask catalogue: what they accept, and what they say when something does not fit."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from casework.configuration.masks import RequestSign, Step, wildcard_matches
from casework.configuration.systems import SYSTEM, BrowserSystem


def minimal(**changes: Any) -> dict[str, Any]:
    mask = {
        "title": "Maske",
        "sign": {"text": "Maske"},
        "fields": {"a": {"label": "A"}},
        "buttons": {"b": {"name": "B"}},
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


def test_names_that_lead_nowhere_are_told_with_their_place() -> None:
    content = minimal()
    content["operations"]["do"]["enter"] = [{"open": "m"}, {"fill": ["c"]}, {"click": "nope"}, {"open": "elsewhere"}]
    content["operations"]["do"]["commit"]["signs"] = ["pay"]
    told = problem(content)
    assert "operations.do: commit sign 'pay' is not defined" in told
    assert "operations.do.enter: the mask has no field 'c'" in told
    assert "operations.do.enter: the mask has no button 'nope'" in told
    assert "operations.do.enter: mask 'elsewhere' is not defined" in told


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
