"""The demo's overlay makes, with the shipped pack, a configuration without a single problem."""

from __future__ import annotations

from pathlib import Path

import pytest

from casework.configuration import Stage, load, problems, secrets, shipped
from casework.configuration.answers import Release
from casework.configuration.systems import MailSystem
from demo.letters import OFFICES, suppliers
from demo.overlay import SYSTEMS, Places, write_overlay, writer

DEMO = Path(__file__).resolve().parents[3] / "demo" / "configs"


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    places = Places(
        imap={"host": "127.0.0.1", "port": 993, "ca_file": str(tmp_path / "ca.pem")},
        outgoing={"host": "127.0.0.1", "port": 587, "ca_file": str(tmp_path / "outgoing-ca.pem")},
        passwords={name: f"password of {name}" for office in OFFICES for name in (office.key, writer(office))},
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
    assert secrets.secret("antwort-amt-osterfehn") == "password of post-amt-osterfehn"
    assert secrets.secret("haushaltskasse-amt-osterfehn") == "Osterfehn-2026"
    modes = {path.stat().st_mode & 0o777 for path in (overlay.parent / "secrets").iterdir()}
    assert modes == {0o600}


def test_the_offices_know_their_suppliers(overlay: Path) -> None:
    configuration = load([shipped(), DEMO, overlay])
    names = {supplier.name for supplier in configuration.suppliers["amt-moorwiek"]}
    assert names == {firm.name for firm in suppliers(seed=1)}


def test_each_office_answers_from_its_own_mailbox_and_only_by_hand(overlay: Path) -> None:
    configuration = load([shipped(), DEMO, overlay])
    for office in OFFICES:
        system = configuration.system_for(office.key, "antwort")
        assert isinstance(system, MailSystem)
        assert (system.is_set_up, system.sender, system.from_name) == (True, office.mailbox, office.name)
        overlays = configuration.offices[office.key].processes.values()
        assert {process.answers for process in overlays} == {Release.HAND}
