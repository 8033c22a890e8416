from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.rigs.crash_world import SEED
from demo.rigs.faults import OPEN_DOORS
from demo.targets.control import TargetProcess
from tests.integration.actions.by_hand import Desk


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TargetProcess]:
    folder = tmp_path_factory.mktemp("target")
    with TargetProcess("haushaltskasse", data=folder, options=["--calm"], seed=SEED) as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, target: TargetProcess) -> Desk:
    """A fresh record before a target system whose own protection against doubles is off."""
    target.faults(*OPEN_DOORS)
    return Desk(tmp_path, target)
