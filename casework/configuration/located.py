"""YAML that remembers where it stands: every value and every key knows its file and line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, PrivateAttr


@dataclass(frozen=True, order=True)
class Origin:
    """The file and line (from 1) something was read from; line 0 when it came from no file (a row of the record)."""

    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in the configuration, with its place and a remedy."""

    origin: Origin
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.origin}: {self.message}" + (f" – {self.hint}" if self.hint else "")


class Located(BaseModel):
    """Base of every configured object: frozen, no unknown keys, knows its origin."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)

    _origin: Origin = PrivateAttr(default_factory=Origin)

    @property
    def origin(self) -> Origin:
        """File and line the object was read from."""
        return self._origin

    def __hash__(self) -> int:
        return hash((type(self), self._origin))


@dataclass(frozen=True)
class Tree:
    """A YAML node: a dict of trees, a list of trees or a scalar, with the place it (or its key) stands at."""

    value: Any
    origin: Origin

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def step(self, key: str | int) -> Tree | None:
        """The child under `key`, or None."""
        if isinstance(self.value, dict):
            return self.value.get(str(key))
        if isinstance(self.value, list) and isinstance(key, int) and 0 <= key < len(self.value):
            child: Tree = self.value[key]
            return child
        return None

    def place(self, path: Sequence[str | int]) -> Origin:
        """Where `path` stands; names of union members, which are not in the file, are passed over."""
        here = self
        for key in path:
            here = here.step(key) or here
        return here.origin

    def scalars(self, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Tree]]:
        """Every scalar with its path."""
        if isinstance(self.value, dict):
            for key, child in self.value.items():
                yield from child.scalars((*path, key))
        elif isinstance(self.value, list):
            for index, child in enumerate(self.value):
                yield from child.scalars((*path, index))
        else:
            yield path, self

    def overlaid(self, other: Tree) -> Tree:
        """This tree with `other` laid over it: mappings are merged, lists and scalars replaced."""
        if not (isinstance(self.value, dict) and isinstance(other.value, dict)):
            return other
        merged = dict(self.value)
        for key, child in other.value.items():
            merged[key] = merged[key].overlaid(child) if key in merged else child
        return Tree(merged, other.origin)


class _Loader(yaml.SafeLoader):
    """YAML 1.2 scalars: `off` is a word, `12:30` no number, `01234` keeps its zero, `2021-01-01` is text."""

    yaml_implicit_resolvers: dict[str, Any] = {}


_TAG = "tag:yaml.org,2002:"


def _scalar_rules() -> None:
    import re

    _Loader.add_implicit_resolver(f"{_TAG}bool", re.compile(r"^(?:true|false)$"), list("tf"))
    _Loader.add_implicit_resolver(f"{_TAG}int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))
    _Loader.add_implicit_resolver(f"{_TAG}null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])


_scalar_rules()


class UnreadableYaml(Exception):
    """The file is no YAML we accept; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def read_tree(path: Path) -> Tree:
    """The file as a tree. Decimal fractions stay text, so that amounts keep every digit.

    Raises `UnreadableYaml` for broken YAML, duplicate keys, anchors and aliases, and files that are not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8")
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                raise UnreadableYaml(Problem(Origin(str(path), 1), "the file is empty", "fill it or remove it"))
            return _tree(loader, node, str(path), node.start_mark.line + 1, frozenset())
        finally:
            loader.dispose()
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problem = Problem(Origin(str(path), line), "the file is not UTF-8", "save it as UTF-8")
        raise UnreadableYaml(problem) from error
    except yaml.YAMLError as error:
        raise UnreadableYaml(_yaml_problem(path, error)) from error


def _yaml_problem(path: Path, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or str(error)
    line = mark.line + 1 if mark is not None else 1
    return Problem(Origin(str(path), line), f"this is not valid YAML: {what}", "check indentation, colons and quotes")


def _tree(loader: _Loader, node: yaml.Node, file: str, line: int, above: frozenset[int]) -> Tree:
    if id(node) in above:
        raise UnreadableYaml(Problem(Origin(file, line), "an alias contains itself", "write the values out"))
    above = above | {id(node)}
    if isinstance(node, yaml.MappingNode):
        return Tree(_mapping(loader, node, file, above), Origin(file, line))
    if isinstance(node, yaml.SequenceNode):
        children = [_tree(loader, child, file, child.start_mark.line + 1, above) for child in node.value]
        return Tree(children, Origin(file, line))
    return Tree(_scalar(loader, node, Origin(file, line)), Origin(file, line))


def _mapping(loader: _Loader, node: yaml.MappingNode, file: str, above: frozenset[int]) -> dict[str, Tree]:
    found: dict[str, Tree] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise UnreadableYaml(Problem(Origin(file, line), "a key has to be a plain word"))
        key = str(key_node.value)
        if key in found:
            first = found[key].origin.line
            raise UnreadableYaml(Problem(Origin(file, line), f"`{key}` stands here twice, first in line {first}"))
        found[key] = _tree(loader, value_node, file, line, above)
    return found


def _scalar(loader: _Loader, node: yaml.Node, origin: Origin) -> Any:
    if node.tag.startswith("!"):
        raise UnreadableYaml(Problem(origin, f"the tag {node.tag} is not allowed", "write a plain value"))
    return loader.construct_object(node)
