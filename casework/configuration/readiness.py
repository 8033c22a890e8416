"""What reads well and would still go wrong at night: a system with no address, a secret not given, a choice not mapped.

These do not keep the configuration from being read: `amtsbote check` tells them, and the office that is being set up
is loaded all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from casework.configuration.answers import Release
from casework.configuration.located import Origin, Problem
from casework.configuration.masks import MaskField, Step
from casework.configuration.offices import Office
from casework.configuration.processes import FieldSettings, PostingStep, Process, placeholders
from casework.configuration.secrets import has_secret
from casework.configuration.systems import BrowserOperation, BrowserSystem, MailSystem
from casework.configuration.vocabulary import Stage

if TYPE_CHECKING:
    from casework.configuration.configuration import Configuration


def running(office: Office, configuration: Configuration) -> Iterator[Process]:
    """The processes that the office has switched on."""
    for name, overlay in office.processes.items():
        if overlay.stage is not Stage.OFF and name in configuration.processes:
            yield configuration.processes[name]


def posted_to(office: Office, configuration: Configuration) -> dict[str, Process]:
    """The systems into which the office's running processes post, each with the first process that does."""
    found: dict[str, Process] = {}
    for process in running(office, configuration):
        for step in process.postings:
            found.setdefault(step.system, process)
    return found


def missing_systems(configuration: Configuration) -> list[Problem]:
    """Systems that a running process posts into though the office does not say where they are."""
    found: list[Problem] = []
    for office in configuration.offices.values():
        place = configuration.trees["offices", office.id].place
        for name, process in posted_to(office, configuration).items():
            if name in office.systems or name not in configuration.systems:
                continue
            browser = isinstance(configuration.systems[name], BrowserSystem)
            needed = "base_url: …, login: {user: …, secret: …}" if browser else "folder: …"
            message = f"process `{process.id}` posts into `{name}`, and the office does not say where that is"
            hint = f"add `{name}: {{{needed}}}` under `systems`"
            found.append(Problem(place(("processes", process.id)), message, hint))
        found += _missing_mail(office, configuration)
    return found


def _missing_mail(office: Office, configuration: Configuration) -> Iterator[Problem]:
    """Answers that a rule shall release though the office does not say where its mail goes out."""
    place = configuration.trees["offices", office.id].place
    hint = "add `antwort: {host: …, from: …, login: {user: …, secret: …}}` under `systems`"
    for process in running(office, configuration):
        if office.processes[process.id].answers is not Release.RULE:
            continue
        named = [each.answer for each in process.answers if each.release is Release.RULE]
        systems = {configuration.answers[name].system for name in named if name in configuration.answers}
        for name in sorted(systems & set(configuration.systems)):
            system = configuration.system_for(office.id, name)
            if isinstance(system, MailSystem) and not system.is_set_up:
                message = f"process `{process.id}` answers by rule, and the office does not say where its mail goes out"
                yield Problem(place(("processes", process.id, "answers")), message, hint)


def missing_secrets(configuration: Configuration) -> list[Problem]:
    """Secrets that the offices name, or leave to a catalogue, and nobody gave to this process."""
    named: list[tuple[Origin, str]] = []
    for office in configuration.offices.values():
        named += [(mailbox.origin, mailbox.secret_name) for mailbox in office.mailboxes]
        named += [(login.origin, login.secret) for overlay in office.systems.values() for login in overlay.all_logins]
        named += [(office.smime.origin, office.smime.secret)] if office.smime else []
        named += _left_to_catalogues(office, configuration)
    return [
        Problem(
            origin, f"secret `{name}` was not given", f"set AMTSBOTE_SECRET_{name.upper().replace('-', '_')} or …_FILE"
        )
        for origin, name in named
        if not has_secret(name)
    ]


def _left_to_catalogues(office: Office, configuration: Configuration) -> Iterator[tuple[Origin, str]]:
    """The secrets of systems that the office names without an account of its own: the catalogue's counts."""
    place = configuration.trees["offices", office.id].place
    for name in posted_to(office, configuration):
        catalogue, overlay = configuration.systems.get(name), office.systems.get(name)
        if isinstance(catalogue, BrowserSystem) and catalogue.secret and overlay and not overlay.all_logins:
            yield place(("systems", name)), catalogue.secret


def unmapped_choices(configuration: Configuration) -> list[Problem]:
    """Choices of a process for which the mask's `values` have no word."""
    return [
        problem
        for process in configuration.processes.values()
        for index, step in enumerate(process.postings)
        for problem in _unmapped(process, step, index, configuration)
    ]


def _unmapped(process: Process, step: PostingStep, index: int, configuration: Configuration) -> Iterator[Problem]:
    system = configuration.systems.get(step.system)
    operation = system.operations.get(step.operation) if system else None
    if not isinstance(system, BrowserSystem) or not isinstance(operation, BrowserOperation):
        return
    place = configuration.trees["processes", process.id].place
    known = {field.name: field for field in process.fields}
    for mask, name, entry, template in _filled(system, operation.enter):
        field = _chosen(template, step.fields, known)
        lacking = _lacking(field, entry) if field is not None else []
        if field is not None and lacking:
            words = ", ".join(f"`{choice}`" for choice in lacking)
            message = f"field `{name}` of mask `{mask}` of `{step.system}` has no word for {words} of `{field.name}`"
            yield Problem(place(("postings", index, "system")), message, f"add it to `values`: `{lacking[0]}: …`")


def _filled(system: BrowserSystem, steps: Sequence[Step]) -> Iterator[tuple[str, str, MaskField, str]]:
    """Mask, name, field and template of what the steps fill; not what they fill only where the choice is offered."""
    walked = [inner for step in steps for inner in step.walk()]
    guarded = {id(inner) for step in walked if step.when_offered or step.each == "lines" for inner in step.walk()}
    mask = ""
    for step in walked:
        mask = step.open or step.see or mask
        if id(step) not in guarded:
            for name, template in step.fill.items():
                yield mask, name, system.masks[mask].fields[name], template


def _chosen(template: str, mapped: Mapping[str, str], known: Mapping[str, FieldSettings]) -> FieldSettings | None:
    """The choice of the process that reaches this field of the mask just as it is, by way of the posting's field."""
    work = _only_name(template)
    name = _only_name(mapped.get(work, "")) if work else ""
    return known.get(name)


def _only_name(template: str) -> str:
    """The one name of a template that is nothing but `{name}` or `{name?}`."""
    found = placeholders(template)
    if len(found) != 1 or len(found[0][0]) != 1:
        return ""
    (name,), by, _ = found[0]
    return name if not by and template in (f"{{{name}}}", f"{{{name}?}}") else ""


def _lacking(field: FieldSettings, entry: MaskField) -> list[str]:
    if entry.format != "choice" or not entry.values or entry.shown:
        return []
    return [choice for choice in field.choices if choice not in entry.values]
