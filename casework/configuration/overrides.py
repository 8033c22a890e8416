"""What people or the learner decided later: dated rows of the record that override a key of the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import yaml

from casework.configuration.located import Origin, Tree
from casework.words.errors import ConfigurationError


@dataclass(frozen=True)
class Override:
    """`target` is the object (`offices/amt-moorwiek`), `key` the dotted key in it (`processes.invoice.stage`).

    `value` is what the YAML would say (a scalar, mapping or list); `note` names the decision, so that an
    error can point at it.
    """

    target: str
    key: str
    value: Any
    note: str = ""

    def tree(self) -> Tree:
        """The override as a one-key overlay."""
        origin = Origin(f"record:{self.target}" + (f" ({self.note})" if self.note else ""), 0)
        here = _tree(self.value, origin)
        for name in reversed(self.key.split(".")):
            here = Tree({name: here}, origin)
        return here

    @property
    def section(self) -> str:
        """`offices`, `processes`, …"""
        return self.target.split("/", 1)[0]

    @property
    def id(self) -> str:
        """The id of the object."""
        return self.target.split("/", 1)[1]


def _tree(value: Any, origin: Origin) -> Tree:
    if isinstance(value, dict):
        return Tree({str(key): _tree(inner, origin) for key, inner in value.items()}, origin)
    if isinstance(value, list):
        return Tree([_tree(inner, origin) for inner in value], origin)
    return Tree(value, origin)


def export_overrides(overrides: Sequence[Override]) -> dict[PurePosixPath, str]:
    """The overrides as overlay files (`offices/amt-moorwiek.yaml` → YAML); a later one of the same key wins."""
    trees: dict[str, Any] = {}
    for override in overrides:
        if "/" not in override.target or not all(override.key.split(".")):
            raise ConfigurationError(f"override {override.target} {override.key}: write SECTION/ID and a dotted key")
        here = trees.setdefault(override.target, {})
        *above, last = override.key.split(".")
        for name in above:
            here = here.setdefault(name, {})
            if not isinstance(here, dict):
                raise ConfigurationError(f"override {override.target} {override.key}: {name} is already a value")
        here[last] = override.value
    return {
        PurePosixPath(f"{target}.yaml"): yaml.safe_dump(tree, allow_unicode=True, sort_keys=True)
        for target, tree in sorted(trees.items())
    }
