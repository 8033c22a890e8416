"""Short paths through invoice XML by local names: `A/B[TypeCode=VA]/C@unitCode`. Namespaces differ by version, names
hardly do; where ZUGFeRD 1 has other names, they are looked up by their later ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from classifiers.kinds.einvoice.model import Group, Value, local_name, path_of

_STEP = re.compile(r"^(?P<name>[A-Za-z]+)(?:\[(?P<not>!)?(?P<test>@?[A-Za-z/]+)(?:=(?P<value>[^\]]*))?\])?$")


UNSQUEEZED = frozenset({"BT-20"})
"""Payment terms: their line breaks carry meaning (#SKONTO#)."""


class Step(NamedTuple):
    """One step: a local name and an optional test on a child or attribute; `values` empty means it must exist."""

    name: str
    test: str | None
    values: tuple[str, ...]
    negated: bool


@lru_cache(maxsize=1024)
def _steps(path: str) -> tuple[Step, ...]:
    steps: list[Step] = []
    for piece in re.split(r"/(?![^\[]*\])", path):
        match = _STEP.match(piece)
        if match is None:
            raise ValueError(f"no path: {path}")
        values = tuple(match["value"].split("|")) if match["value"] is not None else ()
        steps.append(Step(match["name"], match["test"], values, match["not"] is not None))
    return tuple(steps)


def _split_attribute(path: str) -> tuple[str, str]:
    """`A/B@unit` to `A/B` and `unit`; an `@` inside a test belongs to the test."""
    bare = path.rpartition("]")[2]
    return (path, "") if "@" not in bare else (path.rpartition("@")[0], path.rpartition("@")[2])


class Finder:
    """Finds elements below a start by a short path. `renames` maps a document's own names to the ones in paths."""

    def __init__(self, renames: dict[str, str] | None = None) -> None:
        self.renames = renames or {}

    def all(self, start: etree._Element, path: str) -> Iterator[etree._Element]:
        """Every element at the path, in document order."""
        found = [start]
        for step in _steps(path):
            found = [child for node in found for child in node if self._fits(child, step)]
        yield from found

    def first(self, start: etree._Element, path: str) -> etree._Element | None:
        return next(self.all(start, path), None)

    def value(self, start: etree._Element, paths: str, *, squeeze: bool = True) -> Value | None:
        """The first non-empty text (or attribute, after `@`) at any of the paths separated by blanks."""
        for path in paths.split():
            where, attribute = (path, "") if path.endswith("]") else _split_attribute(path)
            for element in self.all(start, where) if where else iter([start]):
                text = (element.get(attribute) or "") if attribute else (element.text or "")
                if text.strip():
                    shown = " ".join(text.split()) if squeeze else text
                    return Value(shown, path_of(element) + (f"/@{attribute}" if attribute else ""))
        return None

    def group(self, start: etree._Element, table: dict[str, str]) -> Group:
        """All terms of a table that have a value below `start`."""
        found = ((term, self.value(start, paths, squeeze=term not in UNSQUEEZED)) for term, paths in table.items())
        return {term: value for term, value in found if value is not None}

    def _fits(self, element: etree._Element, step: Step) -> bool:
        name = local_name(element)
        if self.renames.get(name, name) != step.name:
            return False
        if step.test is None:
            return True
        if step.test.startswith("@"):
            values = [element.get(step.test[1:])] if element.get(step.test[1:]) is not None else []
        else:
            values = [(child.text or "").strip() for child in self.all(element, step.test)]
        holds = bool(values) if not step.values else any(value in step.values for value in values)
        return holds is not step.negated
