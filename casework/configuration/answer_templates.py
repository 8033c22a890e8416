"""Templates of answers: Jinja in a sandbox, checked when they are read, rendered from named values of one case only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import Field

from casework.configuration.located import Located, Origin, Problem
from casework.configuration.processes import Label, Process
from casework.configuration.sentences import did_you_mean
from casework.configuration.systems import MailSystem
from casework.words.errors import NeedsReview

if TYPE_CHECKING:
    from casework.configuration.configuration import Configuration

GIVEN = frozenset(
    {"case", "office_name", "process_title", "received_on", "subject", "sender_name", "fields", "findings"}
)
"""Names that a template may use; `fields.NAME` are the fields of the process, written as Germans do."""
OF_FINDING = frozenset({"rule", "message", "advice"})
LONGEST_BODY = 20_000
TO_FILL_IN = "–"
LONGEST_SUBJECT = 250
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_FILTERS = frozenset({"default", "join", "lower", "replace", "title", "trim", "upper", "wordwrap"})


class AnswerTemplate(Located):
    """An answer as the office words it: `operation` of the mail system `system`, subject and text in German.

    `by_hand`: an administrative act, or whatever else no rule may ever release. `hold_days`: a case in
    review is put aside for so long, or until the sender replies. `office` with `instead_of`: that office's own words
    for another template.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Label
    system: str = "antwort"
    operation: str
    office: str = ""
    instead_of: str = ""
    by_hand: bool = False
    hold_days: int | None = Field(default=None, ge=1, le=90)
    subject: str
    body: str


@dataclass(frozen=True)
class Rendered:
    """An answer in words. `body` has line feeds and ends with one."""

    subject: str
    body: str


def render(template: AnswerTemplate, values: Mapping[str, Any]) -> Rendered:
    """Fill a template. Raises `NeedsReview("answer_unsendable")` when it cannot be filled or comes out empty."""
    environment = _environment()
    try:
        subject = environment.from_string(template.subject).render(values)
        body = environment.from_string(template.body).render(values)
    except TemplateError as error:
        raise NeedsReview("answer_unsendable", f"the template {template.id} cannot be filled: {error}") from error
    return written(subject, body)


def written(subject: str, body: str) -> Rendered:
    """Subject and text as they are sent: one line, and lines ended alike, without control characters.

    Raises `NeedsReview("answer_unsendable")` when one of them is empty or too long.
    """
    line = _BREAKS.sub(" ", subject).strip()
    text = _CONTROL.sub("", body.replace("\r\n", "\n").replace("\r", "\n")).strip("\n") + "\n"
    if not line or not text.strip():
        raise NeedsReview("answer_unsendable", "subject or text of the answer is empty")
    if len(line) > LONGEST_SUBJECT or len(text) > LONGEST_BODY:
        raise NeedsReview("answer_unsendable", "subject or text of the answer is too long")
    return Rendered(line, text)


def is_unfinished(text: Rendered) -> bool:
    """Does a line hold nothing but the dash that marks where somebody has to write?"""
    return any(line.strip() == TO_FILL_IN for line in text.body.split("\n"))


def answer_problems(configuration: Configuration) -> Iterator[Problem]:
    """Templates that do not parse or name what there is not, and processes whose answers lead nowhere."""
    users: dict[str, list[Process]] = {name: [] for name in configuration.answers}
    for process in configuration.processes.values():
        place = configuration.trees["processes", process.id].place
        for index, answer in enumerate(process.answers):
            template = configuration.answers.get(answer.answer)
            origin = place(("answers", index, "answer"))
            if template is None:
                if answer.answer not in configuration.names("answers"):
                    hint = did_you_mean(answer.answer, configuration.names("answers"))
                    yield Problem(origin, f"answer `{answer.answer}` is not known", hint)
                continue
            users[template.id].append(process)
            if template.by_hand and answer.release == "rule":
                yield Problem(origin, f"answer `{template.id}` is released by hand alone", "write `release: hand`")
    for template in configuration.answers.values():
        yield from _own_words(template, configuration)
        yield from _template(template, users.get(template.instead_of or template.id, []), configuration)


def _own_words(template: AnswerTemplate, configuration: Configuration) -> Iterator[Problem]:
    """Words of one office: the office and the shared template that they stand for have to be there."""
    place = configuration.trees["answers", template.id].place
    if bool(template.office) != bool(template.instead_of):
        yield Problem(template.origin, "`office` and `instead_of` belong together", "write both, or none of them")
        return
    for key, section in (("office", "offices"), ("instead_of", "answers")):
        name = getattr(template, key)
        if name and name not in configuration.names(section):
            hint = did_you_mean(name, configuration.names(section))
            yield Problem(place((key,)), f"`{name}` is not known", hint)


def _template(template: AnswerTemplate, users: Sequence[Process], configuration: Configuration) -> Iterator[Problem]:
    place = configuration.trees["answers", template.id].place
    system = configuration.systems.get(template.system)
    if not isinstance(system, MailSystem):
        yield Problem(place(("system",)), f"`{template.system}` is no system that sends mail")
    elif template.operation not in system.operations:
        hint = did_you_mean(template.operation, system.operations)
        yield Problem(place(("operation",)), f"system `{system.system}` has no operation `{template.operation}`", hint)
    for name, text in (("subject", template.subject), ("body", template.body)):
        yield from _text(text, place((name,)), users)


def _text(text: str, origin: Origin, users: Sequence[Process]) -> Iterator[Problem]:
    try:
        tree = _environment().parse(text)
    except TemplateSyntaxError as error:
        yield Problem(_line(origin, text, error.lineno), f"this is no template: {error.message}")
        return
    strange = [node for node in tree.find_all(nodes.Filter) if node.name not in _FILTERS]
    if strange:
        for node in strange:
            hint = did_you_mean(node.name, _FILTERS)
            yield Problem(_line(origin, text, node.lineno), f"unknown filter `{node.name}`", hint)
        return
    for name in sorted(find_undeclared_variables(tree) - GIVEN):
        yield Problem(_where(origin, text, tree, name), f"unknown name `{name}`", did_you_mean(name, GIVEN))
    looked_up: list[nodes.Getattr | nodes.Getitem] = [*tree.find_all(nodes.Getattr), *tree.find_all(nodes.Getitem)]
    for named in looked_up:
        if isinstance(named.node, nodes.Name) and named.node.name == "fields":
            yield from _field(named, _line(origin, text, named.lineno), users)


def _field(node: nodes.Getattr | nodes.Getitem, origin: Origin, users: Sequence[Process]) -> Iterator[Problem]:
    if isinstance(node, nodes.Getattr):
        name = node.attr
    elif isinstance(node.arg, nodes.Const):
        name = str(node.arg.value)
    else:
        yield Problem(origin, "a field is named, not computed", "write fields.NAME")
        return
    for process in users:
        if process.field(name) is None:
            known = [field.name for field in process.fields]
            yield Problem(origin, f"process `{process.id}` has no field `{name}`", did_you_mean(name, known))


def _where(origin: Origin, text: str, tree: nodes.Template, name: str) -> Origin:
    lines = [node.lineno for node in tree.find_all(nodes.Name) if node.name == name]
    return _line(origin, text, min(lines, default=1))


def _line(origin: Origin, text: str, number: int) -> Origin:
    """The line in the file: a text of one line stands beside its key, a block begins on the next line."""
    return Origin(origin.file, origin.line + (number if "\n" in text else 0))


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    """No markup is made here, so nothing is escaped: a mail in plain text has no markup to break out of."""
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    made.filters = {name: made.filters[name] for name in _FILTERS}
    made.globals = {}
    return made
