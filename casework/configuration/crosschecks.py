"""What only shows when objects are seen together: names that lead nowhere, stages without a basis, sums that differ."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from casework.configuration.answer_templates import answer_problems
from casework.configuration.baselines import Baseline, Unpublished
from casework.configuration.doors import FolderSettings
from casework.configuration.located import Located, Origin, Problem, Tree
from casework.configuration.mappings import posting_problems
from casework.configuration.offices import Office, ProcessOverlay
from casework.configuration.processes import Process, placeholders
from casework.configuration.senders import SenderGate
from casework.configuration.sentences import did_you_mean
from casework.configuration.statutes import Statute, calendar_day
from casework.configuration.vocabulary import CHECKS, DERIVED, KINDS, FieldType, Nature, Provenance, Stage
from casework.words.mailbox import BY_HAND_ACCOUNT

if TYPE_CHECKING:
    from casework.configuration.configuration import Configuration

_SECRET_KEYS = {"password", "passwort", "kennwort", "passphrase", "token", "api_key", "apikey", "pin"}


def cross_problems(configuration: Configuration) -> list[Problem]:
    """Everything that is wrong between the objects."""
    found: list[Problem] = []
    for process in configuration.processes.values():
        found += _process(process, configuration)
    for office in configuration.offices.values():
        found += _office(office, configuration)
    found += answer_problems(configuration)
    for statute in configuration.statutes.values():
        found += _statute(statute)
    for baseline in configuration.baselines.values():
        found += _baseline(baseline, configuration)
    shared = [*_shared_kinds(configuration), *_shared_mailboxes(configuration), *_shared_doors(configuration)]
    return found + shared


def secrets_in_plain_sight(tree: Tree, section: str) -> list[Problem]:
    """Keys that would hold a password; YAML names secrets, it never holds one."""
    if section == "systems":
        return []
    return [
        Problem(
            scalar.origin,
            f"`{path[-1]}` would hold a secret in the file",
            "write `secret: NAME` and give the value apart",
        )
        for path, scalar in tree.scalars()
        if path and str(path[-1]).lower() in _SECRET_KEYS
    ]


def _unknown(thing: Located, origin: Origin, what: str, name: str, known: Collection[str]) -> Iterator[Problem]:
    if name not in known:
        yield Problem(
            origin if origin.file else thing.origin, f"{what} `{name}` is not known", did_you_mean(name, known)
        )


def _process(process: Process, configuration: Configuration) -> Iterator[Problem]:
    place = configuration.trees["processes", process.id].place
    for index, kind in enumerate(process.kinds):
        yield from _unknown(process, place(("kinds", index)), "kind", kind, KINDS)
    for index, check in enumerate(process.checks):
        yield from _unknown(process, place(("checks", index)), "check", check, CHECKS)
    yield from _unknown(process, place(("baseline",)), "baseline", process.baseline, configuration.names("baselines"))
    baseline = configuration.baselines.get(process.baseline)
    if baseline is not None and baseline.process != process.id:
        yield Problem(place(("baseline",)), f"baseline `{baseline.id}` belongs to process `{baseline.process}`")
    seen: set[str] = set()
    for field in process.fields:
        if field.name in seen:
            yield Problem(field.origin, f"field `{field.name}` stands here twice")
        seen.add(field.name)
        if field.derived:
            yield from _unknown(field, field.origin, "derived field", field.name, DERIVED)
    for index, step in enumerate(process.postings):
        yield from posting_problems(process, step, ("postings", index), configuration)


def _office(office: Office, configuration: Configuration) -> Iterator[Problem]:
    place = configuration.trees["offices", office.id].place
    for name, overlay in office.processes.items():
        origin = place(("processes", name))
        yield from _unknown(office, origin, "process", name, configuration.names("processes"))
        process = configuration.processes.get(name)
        if process is not None:
            yield from _overlay(office, process, overlay, configuration)
    for name in office.systems:
        yield from _unknown(office, place(("systems", name)), "system", name, configuration.names("systems"))
    for name, statute in office.municipalities.items():
        yield from _unknown(
            office, place(("municipalities", name)), "statute", statute, configuration.names("statutes")
        )
    for other in configuration.offices.values():
        for reference in set(office.buyer_references) & set(other.buyer_references):
            if other.id < office.id:
                origin = place(("buyer_references",))
                yield Problem(origin, f"buyer reference `{reference}` belongs already to office `{other.id}`")


def _overlay(
    office: Office, process: Process, overlay: ProcessOverlay, configuration: Configuration
) -> Iterator[Problem]:
    place = configuration.trees["offices", office.id].place
    stage = place(("processes", process.id, "stage"))
    if overlay.stage is Stage.AUTOMATIC and process.nature is Nature.DECISION:
        message = f"process `{process.id}` issues an administrative act and can never be automatic"
        yield Problem(stage, message, "use `assisted`: a human releases every case")
    elif overlay.stage is Stage.AUTOMATIC and overlay.basis is None:
        message = f"process `{process.id}` is automatic without a recorded legal basis"
        yield Problem(stage, message, "add `basis: {text: …}` or use `assisted`")
    gate = overlay.sender or process.sender
    if overlay.stage is Stage.AUTOMATIC and gate is SenderGate.ANY and _pays(process):
        message = f"process `{process.id}` prepares payments, posts alone, and takes them from any sender"
        yield Problem(stage, message, "write `sender: proven` (or `not_contradicted`), or use `assisted`")
    known = {field.name for field in process.fields} | set(process.kinds)
    for name in overlay.thresholds:
        origin = place(("processes", process.id, "thresholds", name))
        yield from _unknown(overlay, origin, "field or kind", name, known)
    if overlay.baseline is not None:
        origin = place(("processes", process.id, "baseline"))
        yield from _unknown(overlay, origin, "baseline", overlay.baseline, configuration.names("baselines"))


def _pays(process: Process) -> bool:
    """Does a posting of the process carry an account or an amount to pay into a target system?"""
    money = {field.name for field in process.fields if field.type is FieldType.IBAN or field.name == "payable"}
    templates = [template for step in process.postings for _, template in step.templates()]
    return any(money.intersection(names) for template in templates for names, _, _ in placeholders(template))


def _statute(statute: Statute) -> Iterator[Problem]:
    starts = sorted(statute.versions)
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        version = statute.versions[start]
        if version.valid_to is not None and version.valid_to < start:
            yield Problem(version.origin, f"the version of {start} ends before it begins")
        if following and version.valid_to and version.valid_to >= following:
            yield Problem(version.origin, f"the version of {start} still holds when that of {following} begins")
        if statute.example and version.confirmed is not None and not version.confirmed.fictitious:
            message = "an example statute cannot be confirmed by a municipality"
            yield Problem(version.confirmed.origin, message, "copy it under the municipality's own name")
        for day in (*version.due.dates, *((version.due.annual,) if version.due.annual else ())):
            if calendar_day(2023, day) is None:
                yield Problem(version.due.origin, f"{day} is no day of every year")


def _baseline(baseline: Baseline, configuration: Configuration) -> Iterator[Problem]:
    place = configuration.trees["baselines", baseline.id].place
    yield from _unknown(baseline, place(("process",)), "process", baseline.process, configuration.names("processes"))
    if baseline.office is not None:
        yield from _unknown(baseline, place(("office",)), "office", baseline.office, configuration.names("offices"))
    if baseline.valid_to is not None and baseline.valid_to < baseline.valid_from:
        yield Problem(place(("valid_to",)), "the baseline ends before it begins")
    if baseline.provenance is Provenance.TABLE:
        yield from _table_sum(baseline, configuration)


def _table_sum(baseline: Baseline, configuration: Configuration) -> Iterator[Problem]:
    place = configuration.trees["baselines", baseline.id].place
    table = configuration.activities.get(baseline.table or "")
    if table is None:
        name = baseline.table or ""
        yield from _unknown(baseline, place(("table",)), "table of activities", name, configuration.names("rates"))
        return
    total = 0
    for row in baseline.rows:
        try:
            total += row.times * table.minutes(row.row, row.complexity)
        except Unpublished as error:
            yield Problem(row.origin, str(error))
            return
    if total != baseline.minutes:
        yield Problem(place(("minutes",)), f"`minutes` is {baseline.minutes}, the rows add up to {total}")


def _shared_kinds(configuration: Configuration) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for process in configuration.processes.values():
        for kind in process.kinds:
            if owners.setdefault(kind, process.id) != process.id:
                place = configuration.trees["processes", process.id].place(("kinds",))
                yield Problem(place, f"kind `{kind}` belongs already to process `{owners[kind]}`")


def _shared_mailboxes(configuration: Configuration) -> Iterator[Problem]:
    """A folder that two doors take in, or that one takes in or puts away what the other has put away there."""
    owners: dict[tuple[str, int, str, str], Origin] = {}
    for mailbox in (box for office in configuration.offices.values() for box in office.mailboxes):
        for folder in (*mailbox.all_folders, mailbox.done_folder):
            key = (mailbox.host.lower(), mailbox.port, mailbox.user.lower(), folder)
            if key in owners and folder in mailbox.all_folders:
                yield Problem(mailbox.origin, f"mailbox `{mailbox.account}` is read already by {owners[key]}")
            elif key in owners:
                message = f"folder `{folder}` of mailbox `{mailbox.account}` belongs already to {owners[key]}"
                yield Problem(mailbox.origin, message, "write all `folders` of one mailbox below one entry")
            owners[key] = mailbox.origin


def _shared_doors(configuration: Configuration) -> Iterator[Problem]:
    """Doors of one office with one name, and watched folders that lie in each other's way."""
    watched: list[FolderSettings] = []
    for office in configuration.offices.values():
        names: set[str] = {BY_HAND_ACCOUNT}
        for door in office.doors:
            if door.account in names:
                hint = "the record tells what came in by the name of its door"
                yield Problem(door.origin, f"`{door.account}` is the name of another door of `{office.id}`", hint)
            names.add(door.account)
        for folder in office.folders:
            for other in watched:
                if _in_the_way(folder, other):
                    yield Problem(folder.origin, f"folder `{folder.name}` is taken in already by {other.origin}")
            watched.append(folder)


def _in_the_way(folder: FolderSettings, other: FolderSettings) -> bool:
    """Would one of them take in what belongs to the other?"""
    pairs = [(mine, theirs) for mine in (folder.path, folder.done_path) for theirs in (other.path, other.done_path)]
    return any(mine == theirs or mine in theirs.parents or theirs in mine.parents for mine, theirs in pairs)
