"""The list of kinds stands in the configuration's vocabulary; each has the module of its name."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from casework.configuration.vocabulary import KINDS as NAMES
from casework.words.errors import ConfigurationError
from classifiers.kinds.registry import KINDS, kind_of


def test_every_kind_of_the_vocabulary_but_the_unknown_has_its_module() -> None:
    assert set(KINDS) == NAMES - {"unknown"}
    assert {name: kind.NAME for name, kind in KINDS.items()} == {name: name for name in KINDS}


def test_a_kind_without_a_module_names_the_file_to_write() -> None:
    with pytest.raises(ConfigurationError, match=r"kind 'hedge' has no module: write classifiers/kinds/hedge\.py"):
        kind_of("hedge")


def test_a_kind_must_have_its_parts_and_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("classifiers.kinds.hedge")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with pytest.raises(ConfigurationError, match="lacks NAME, identify, extract"):
        kind_of("hedge")
    vars(module).update(NAME="hedges", identify=print, extract=print)
    with pytest.raises(ConfigurationError, match="calls itself 'hedges'"):
        kind_of("hedge")
