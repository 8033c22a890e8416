"""Does a process's posting fit the fields it has and the masks it fills?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from casework.configuration.located import Origin, Problem
from casework.configuration.processes import PostingStep, Process, placeholders, stray_braces
from casework.configuration.sentences import did_you_mean
from casework.configuration.systems import BrowserSystem, DropSystem, MailSystem, Step
from casework.configuration.vocabulary import GIVEN

if TYPE_CHECKING:
    from casework.configuration.configuration import Configuration

FILTERS = frozenset({"key", "upper"})
"""Filters of templates: `key` for comparing (case, blanks and punctuation away), `upper`."""

_WORK_NAMES = frozenset({"marker", "key", "business_key", "case", "name", "path"})
"""What a catalogue's templates may use beside the work's fields."""

_CATALOGUE_NAME = re.compile(r"\{([a-z_][a-z0-9_]*)(\?)?\}")
_Path = tuple[str | int, ...]


def posting_problems(
    process: Process, step: PostingStep, path: _Path, configuration: Configuration
) -> Iterator[Problem]:
    """Unknown system or operation, templates that name no field, mask fields that nobody fills or nobody takes."""
    place = configuration.trees["processes", process.id].place
    known = {field.name for field in process.fields} | GIVEN
    for inner, template in step.templates():
        yield from _template(template, known, place((*path, *inner)))
    for name, template in step.lines.items():
        if stray_braces(template):
            yield Problem(place((*path, "lines", name)), f"`{template}` is no template", "write {name}")
    system = configuration.systems.get(step.system)
    if system is None:
        known_systems = configuration.names("systems")
        if step.system not in known_systems:
            hint = did_you_mean(step.system, known_systems)
            yield Problem(place((*path, "system")), f"system `{step.system}` is not known", hint)
        return
    if isinstance(system, MailSystem):
        hint = "name an answer under `answers`"
        yield Problem(place((*path, "system")), f"`{step.system}` sends mail; a posting cannot go there", hint)
        return
    if step.operation not in system.operations:
        hint = did_you_mean(step.operation, system.operations)
        message = f"system `{step.system}` has no operation `{step.operation}`"
        yield Problem(place((*path, "operation")), message, hint)
        return
    needed, wished = _asked_by(system, step.operation)
    for name in sorted(needed - set(step.fields)):
        message = f"operation `{step.operation}` of `{step.system}` needs the field `{name}`"
        yield Problem(place((*path, "fields")), message, f"map it: `{name}: …`")
    for name in step.fields:
        if name not in needed | wished:
            message = f"operation `{step.operation}` of `{step.system}` takes no field `{name}`"
            yield Problem(place((*path, "fields", name)), message, did_you_mean(name, needed | wished))


def _template(template: str, known: Collection[str], origin: Origin) -> Iterator[Problem]:
    if stray_braces(template):
        yield Problem(origin, f"`{template}` is no template", "write {name}, {name?} or {one|other:key}")
    for names, filter_name, _ in placeholders(template):
        for name in names:
            if name not in known:
                yield Problem(origin, f"the process has no field `{name}`", did_you_mean(name, known))
        if filter_name and filter_name not in FILTERS:
            yield Problem(origin, f"unknown filter `{filter_name}`", did_you_mean(filter_name, FILTERS))


def _asked_by(system: BrowserSystem | DropSystem, operation: str) -> tuple[set[str], set[str]]:
    """Fields of the work that the operation must have, and those it takes when they are there."""
    needed: set[str] = set()
    wished: set[str] = set()
    for template, optional in _templates(system, operation):
        for name, mark in _CATALOGUE_NAME.findall(template):
            (wished if optional or mark else needed).add(name)
    return needed - _WORK_NAMES, wished - _WORK_NAMES


def _templates(system: BrowserSystem | DropSystem, operation: str) -> Iterator[tuple[str, bool]]:
    if isinstance(system, DropSystem):
        for template in system.operations[operation].metadata.values():
            yield template, False
        return
    found = system.operations[operation]
    for search in found.find:
        for template in search.match.values():
            yield template, True
        yield from _of_steps(search.steps, optional=True)
    yield from _of_steps(found.enter, optional=False)
    yield from _of_steps(found.commit.steps, optional=False)


def _of_steps(steps: tuple[Step, ...], *, optional: bool) -> Iterator[tuple[str, bool]]:
    for step in steps:
        for template in step.fill.values():
            yield template, optional
        if step.when:
            yield f"{{{step.when}}}", True
        if step.each != "lines":
            yield from _of_steps(step.steps, optional=optional or bool(step.when))
