"""Reading the folders: YAML to trees, trees laid over each other, objects checked alone and then together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any
from weakref import WeakKeyDictionary

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from casework.configuration import places
from casework.configuration.answer_templates import AnswerTemplate
from casework.configuration.baselines import ActivityTable, Baseline, WageTable
from casework.configuration.configuration import Configuration
from casework.configuration.crosschecks import cross_problems, secrets_in_plain_sight
from casework.configuration.located import Located, Origin, Problem, Tree, UnreadableYaml, read_tree
from casework.configuration.offices import Office
from casework.configuration.overrides import Override
from casework.configuration.processes import Process
from casework.configuration.sentences import did_you_mean, problems_of
from casework.configuration.statutes import Statute
from casework.configuration.suppliers import read_suppliers
from casework.configuration.systems import System
from casework.words.errors import ConfigurationError
from casework.words.reading import Supplier

SECTIONS: dict[str, Any] = {
    "offices": Office,
    "processes": Process,
    "systems": System,
    "answers": AnswerTemplate,
    "statutes": Statute,
    "baselines": Baseline,
    "rates": Annotated[ActivityTable | WageTable, Field(discriminator="kind")],
}
"""The folders of a configuration and what a file in each of them is."""

_ADAPTERS: dict[str, TypeAdapter[Any]] = {section: TypeAdapter(kind) for section, kind in SECTIONS.items()}
ID_KEYS = {"systems": "system"}
_PATHS = {
    ("suppliers",),
    ("smime", "certificate"),
    ("mailboxes", "*", "ca_file"),
    ("mailboxes", "*", "oauth2", "ca_file"),
    ("folders", "*", "path"),
    ("senders", "dkim", "keys", "*"),
    ("systems", "*", "folder"),
    ("systems", "*", "ca_file"),
}
Key = tuple[str, str]
_LAID_OVER: WeakKeyDictionary[Configuration, tuple[list[Override], Configuration]] = WeakKeyDictionary()


@dataclass
class _Reading:
    """What was collected so far: trees by section and id, and everything that is wrong."""

    trees: dict[Key, Tree] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    faulty: set[Key] = field(default_factory=set)
    digest: Any = field(default_factory=hashlib.sha256)


def load(folders: Sequence[Path]) -> Configuration:
    """The configuration of these folders, later ones laid over earlier ones.

    Raises `ConfigurationError` with every problem as `file:line: message – hint`.
    """
    configuration, found = _examine(folders)
    if found:
        raise ConfigurationError(*map(str, found))
    return configuration


def problems(folders: Sequence[Path]) -> list[Problem]:
    """Everything that is wrong in these folders, ordered by file and line."""
    return _examine(folders)[1]


def current() -> Configuration:
    """The configuration that `AMTSBOTE_CONFIG` names, read once per process."""
    return _cached(places.config_folders())


def forget() -> None:
    """Read anew at the next `current()`; for tests and for a long-lived officer's session."""
    _cached.cache_clear()


@lru_cache(maxsize=4)
def _cached(folders: tuple[Path, ...]) -> Configuration:
    return load(folders)


def lay_over(configuration: Configuration, overrides: Sequence[Override]) -> Configuration:
    """The configuration with the record's decisions as its last layer, checked as a whole.

    The last result is kept. Raises `ConfigurationError` when a decision no longer fits what the files say.
    """
    if not overrides:
        return configuration
    last = _LAID_OVER.get(configuration)
    if last is None or last[0] != list(overrides):
        last = list(overrides), _lay_over(configuration, overrides)
        _LAID_OVER[configuration] = last
    return last[1]


def _lay_over(configuration: Configuration, overrides: Sequence[Override]) -> Configuration:
    trees = dict(configuration.trees)
    found: list[Problem] = []
    for override in overrides:
        key = (override.section, override.id) if "/" in override.target else ("", "")
        if key not in trees:
            found.append(Problem(override.tree().origin, f"the override of {override.target} names nothing known"))
            continue
        trees[key] = trees[key].overlaid(override.tree())
    laid, more = _build(trees)
    if found or more:
        raise ConfigurationError(*map(str, found + more))
    return replace(laid, digest=configuration.digest)


def _examine(folders: Sequence[Path]) -> tuple[Configuration, list[Problem]]:
    reading = _Reading()
    for index, folder in enumerate(folders):
        _read_folder(Path(folder), index, reading)
    configuration, found = _build(reading.trees, frozenset(reading.faulty))
    configuration = replace(configuration, digest=reading.digest.hexdigest())
    return configuration, sorted(set(reading.problems + found))


def _read_folder(folder: Path, index: int, reading: _Reading) -> None:
    if not folder.is_dir():
        problem = Problem(Origin(str(folder), 0), "this configuration folder does not exist", "check AMTSBOTE_CONFIG")
        reading.problems.append(problem)
        return
    for inner in sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")):
        files = sorted([*inner.glob("*.yaml"), *inner.glob("*.yml")])
        if inner.name not in SECTIONS:
            if files:
                hint = did_you_mean(inner.name, SECTIONS)
                reading.problems.append(Problem(Origin(str(inner), 0), f"unknown folder `{inner.name}`", hint))
            continue
        seen: dict[str, Origin] = {}
        for file in files:
            reading.digest.update(f"{index}/{inner.name}/{file.name}\0".encode() + file.read_bytes() + b"\0")
            _read_file(file, inner.name, seen, reading)


def _read_file(file: Path, section: str, seen: dict[str, Origin], reading: _Reading) -> None:
    if file.suffix == ".yml":
        reading.problems.append(Problem(Origin(str(file), 1), "files end in .yaml", f"call it {file.stem}.yaml"))
        return
    try:
        whole = read_tree(file)
    except UnreadableYaml as error:
        reading.problems.append(error.problem)
        reading.faulty.add((section, file.stem))
        return
    several = isinstance(whole.value, list)
    for tree in whole.value if several else [whole]:
        if not isinstance(tree.value, dict):
            reading.problems.append(Problem(tree.origin, "an object with keys is expected here"))
            continue
        tree = _with_absolute_paths(tree, file.parent) if section == "offices" else tree
        key = _identify(tree, section, file, several, reading.problems)
        if key is None:
            continue
        if key in seen:
            reading.problems.append(Problem(tree.origin, f"the id `{key}` stands already in {seen[key]}", "rename one"))
            continue
        seen[key] = tree.origin
        reading.problems.extend(secrets_in_plain_sight(tree, section))
        above = reading.trees.get((section, key))
        reading.trees[section, key] = tree if above is None else above.overlaid(tree)


def _identify(tree: Tree, section: str, file: Path, several: bool, found: list[Problem]) -> str | None:
    """The id: the file's name, or in a file with several objects the id each of them has to name."""
    name = ID_KEYS.get(section, "id")
    given = tree.step(name)
    if several:
        if given is None:
            found.append(Problem(tree.origin, f"`{name}` is missing", "in a file with several objects each needs one"))
            return None
        return str(given.value)
    if given is not None and str(given.value) != file.stem:
        hint = f"write {file.stem} or rename the file"
        found.append(Problem(given.origin, f"`{name}` is {given.value!r}, the file is called {file.name}", hint))
        return None
    tree.value.setdefault(name, Tree(file.stem, tree.origin))
    return file.stem


def _with_absolute_paths(tree: Tree, folder: Path) -> Tree:
    """File names in an office's file are meant relative to that file."""

    def walk(here: Tree, path: tuple[str, ...]) -> Tree:
        if isinstance(here.value, dict):
            return Tree({key: walk(child, (*path, key)) for key, child in here.value.items()}, here.origin)
        if isinstance(here.value, list):
            return Tree([walk(child, (*path, "*")) for child in here.value], here.origin)
        starred = (path[0], "*", *path[2:]) if len(path) > 2 else path
        if starred in _PATHS and isinstance(here.value, str):
            return Tree(str((folder / here.value).resolve()), here.origin)
        return here

    return walk(tree, ())


def _build(trees: dict[Key, Tree], faulty: frozenset[Key] = frozenset()) -> tuple[Configuration, list[Problem]]:
    found: list[Problem] = []
    objects: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    for (section, name), tree in trees.items():
        try:
            thing = _ADAPTERS[section].validate_python(tree.plain())
        except ValidationError as error:
            found.extend(problems_of(error, tree, SECTIONS[section]))
            continue
        _place(thing, tree)
        objects[section][name] = thing
    suppliers, more = _suppliers(objects["offices"].values(), trees)
    rates = objects.pop("rates")
    configuration = Configuration(
        offices=objects["offices"],
        processes=objects["processes"],
        systems=objects["systems"],
        answers=objects["answers"],
        statutes=objects["statutes"],
        baselines=objects["baselines"],
        activities={name: table for name, table in rates.items() if isinstance(table, ActivityTable)},
        wages={name: table for name, table in rates.items() if isinstance(table, WageTable)},
        suppliers=suppliers,
        origins={key: tree.origin for key, tree in trees.items()},
        trees=trees,
        faulty=faulty,
    )
    return configuration, found + more + cross_problems(configuration)


def _suppliers(
    offices: Iterable[Office], trees: dict[Key, Tree]
) -> tuple[dict[str, tuple[Supplier, ...]], list[Problem]]:
    tables: dict[str, tuple[Supplier, ...]] = {}
    found: list[Problem] = []
    for office in offices:
        if office.suppliers is None:
            tables[office.id] = ()
        elif not office.suppliers.is_file():
            place = trees["offices", office.id].place(("suppliers",))
            found.append(Problem(place, f"the table of suppliers {office.suppliers} does not exist"))
        else:
            tables[office.id], more = read_suppliers(office.suppliers)
            found.extend(more)
    return tables, found


def _place(thing: Any, tree: Tree) -> None:
    """Tell every model in `thing` where it was read."""
    if isinstance(thing, Located):
        thing._origin = tree.origin
    if isinstance(thing, BaseModel):
        for name in type(thing).model_fields:
            child = tree.step(name)
            if child is not None:
                _place(getattr(thing, name), child)
    elif isinstance(thing, dict):
        for key, inner in thing.items():
            child = tree.step(str(key))
            if child is not None:
                _place(inner, child)
    elif isinstance(thing, tuple):
        for index, inner in enumerate(thing):
            child = tree.step(index)
            if child is not None:
                _place(inner, child)
