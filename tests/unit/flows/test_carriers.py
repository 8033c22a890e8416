"""What a step of a process gives its bot to carry."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework import configuration
from casework.actions import journal
from casework.actions.force import in_force
from casework.words.states import OperationClass
from flows.stations.transfer import TransferDesk, _Carriers
from tests import factories


@pytest.fixture
def house(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    overlay = factories.write_offices(tmp_path / "configs")
    monkeypatch.setenv("AMTSBOTE_CONFIG", os.pathsep.join([str(configuration.shipped()), str(overlay)]))
    configuration.forget()
    yield
    configuration.forget()


def test_after_a_correction_the_bot_is_given_the_former_keys(house: None) -> None:
    case = factories.invoice()
    process = in_force("amt-a", "invoice")
    step, carriers, marker = process.postings[0], _Carriers(TransferDesk(), process), journal.marker_for(case, 0)
    first = carriers.work(case, step, marker=marker)
    journal.open_posting(
        case,
        step=0,
        system=step.system,
        operation=step.operation,
        operation_class=OperationClass.CREATE,
        business_key=first.business_key,
    )
    case.fields.filter(name="number").update(value="R-2")
    corrected = carriers.work(case, step, marker=marker)
    assert corrected.business_key != first.business_key
    assert (first.former_keys, corrected.former_keys) == ([], [first.business_key])
