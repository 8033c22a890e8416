"""The demo's overlay makes, with the shipped pack, a configuration without a single problem."""

from __future__ import annotations

from pathlib import Path

import pytest

from casework.configuration import Stage, load, problems, secrets, shipped
from demo.letters import OFFICES, suppliers
from demo.overlay import SYSTEMS, Places, write_overlay

DEMO = Path(__file__).resolve().parents[3] / "demo" / "configs"


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    places = Places(
        imap={"host": "127.0.0.1", "port": 993, "ca_file": str(tmp_path / "ca.pem")},
        passwords={office.key: f"password of {office.key}" for office in OFFICES},
        urls=dict.fromkeys(SYSTEMS, "http://127.0.0.1:1"),
    )
    folder = tmp_path / "configs"
    known = list(suppliers(seed=1))
    write_overlay(folder, places=places, suppliers=known, drops=tmp_path / "drops", secrets=tmp_path / "secrets")
    return folder


def test_it_has_no_problem(overlay: Path) -> None:
    assert [str(problem) for problem in problems([shipped(), DEMO, overlay])] == []


def test_every_process_is_automatic_on_a_basis_that_says_it_is_invented(overlay: Path) -> None:
    configuration = load([shipped(), DEMO, overlay])
    for office in configuration.offices.values():
        assert set(office.processes) == set(configuration.processes)
        assert {process.stage for process in office.processes.values()} == {Stage.AUTOMATIC}
        assert all(process.basis and process.basis.fictitious for process in office.processes.values())


def test_every_secret_it_names_is_given_in_a_private_file(overlay: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(overlay.parent / "secrets"))
    assert secrets.secret("mailbox-amt-moorwiek") == "password of amt-moorwiek"
    assert secrets.secret("haushaltskasse-amt-osterfehn") == "Osterfehn-2026"
    modes = {path.stat().st_mode & 0o777 for path in (overlay.parent / "secrets").iterdir()}
    assert modes == {0o600}


def test_the_offices_know_their_suppliers(overlay: Path) -> None:
    configuration = load([shipped(), DEMO, overlay])
    names = {supplier.name for supplier in configuration.suppliers["amt-moorwiek"]}
    assert names == {firm.name for firm in suppliers(seed=1)}
