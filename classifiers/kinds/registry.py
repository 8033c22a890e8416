"""All kinds, by name. The one list is `KINDS` of the configuration's vocabulary; a kind's module has its name."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from casework.configuration.vocabulary import KINDS as NAMES
from casework.words.errors import ConfigurationError
from classifiers.kinds.contract import Kind

UNKNOWN = "unknown"
"""What a human has to say: the only kind without a module."""


def kind_of(name: str) -> Kind:
    """The module of a kind. Raises `ConfigurationError` when it is not there, says another name or lacks a part."""
    module = f"classifiers.kinds.{name}"
    try:
        kind = import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise ConfigurationError(f"kind {name!r} has no module: write {module.replace('.', '/')}.py") from error
    lacking = [part for part in ("NAME", "identify", "extract") if not hasattr(kind, part)]
    if lacking:
        raise ConfigurationError(f"{module} lacks {', '.join(lacking)}; see classifiers/kinds/contract.py")
    if name != kind.NAME:
        raise ConfigurationError(f"{module} calls itself {kind.NAME!r}: NAME has to be the module's name")
    return cast(Kind, kind)


KINDS: dict[str, Kind] = {name: kind_of(name) for name in sorted(NAMES - {UNKNOWN})}
