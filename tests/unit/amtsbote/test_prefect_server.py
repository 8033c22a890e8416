"""Prefect's surroundings: loopback, quiet, with a secret of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from amtsbote import prefect_server
from amtsbote.prefect_server import PortTaken


def test_the_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = prefect_server.auth_string(tmp_path / "prefect")
    assert prefect_server.auth_string(tmp_path / "prefect") == first
    assert first.startswith("amtsbote:")
    assert len(first) > 30
    assert (tmp_path / "prefect" / "auth").stat().st_mode & 0o777 == 0o600


def test_prefect_stays_on_loopback_and_tells_nobody(tmp_path: Path) -> None:
    surroundings = prefect_server.environment(tmp_path, tmp_path, port=4242)
    assert surroundings["PREFECT_API_URL"] == "http://127.0.0.1:4242/api"
    assert surroundings["PREFECT_SERVER_API_HOST"] == "127.0.0.1"
    assert surroundings["DO_NOT_TRACK"] == "1"
    assert surroundings["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert surroundings["PREFECT_API_AUTH_STRING"] == surroundings["PREFECT_SERVER_API_AUTH_STRING"]


def test_a_server_that_is_away_is_not_up(tmp_path: Path) -> None:
    surroundings = prefect_server.environment(tmp_path, tmp_path, port=prefect_server.free_port())
    assert not prefect_server.is_up(surroundings)


def test_another_project_file_is_deployed_anew(tmp_path: Path) -> None:
    (tmp_path / "prefect.yaml").write_text("name: a")
    first = prefect_server.deployed_mark(tmp_path)
    assert prefect_server.deployed_mark(tmp_path) == first
    (tmp_path / "prefect.yaml").write_text("name: b")
    assert prefect_server.deployed_mark(tmp_path) != first


IMPOSTOR = """
import os, socket, sys
os.setuid(65534)
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listening", flush=True)
server.accept()[0].recv(1)
print("was told something", flush=True)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="starting a program of another account takes root")
def test_another_accounts_program_on_the_port_is_told_nothing(tmp_path: Path) -> None:
    surroundings = prefect_server.environment(tmp_path, tmp_path, port=prefect_server.free_port())
    command = [sys.executable, "-I", "-S", "-c", IMPOSTOR, surroundings["PREFECT_SERVER_API_PORT"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd="/") as impostor:
        assert impostor.stdout is not None
        assert impostor.stdout.readline() == "listening\n"
        with pytest.raises(PortTaken):
            prefect_server.is_up(surroundings)
        impostor.terminate()
        assert impostor.stdout.read() == ""
    assert prefect_server.auth_string(tmp_path) != surroundings["PREFECT_API_AUTH_STRING"]


@pytest.mark.parametrize(
    ("address", "state", "owner", "expected"),
    [
        ("0100007F:1092", "0A", 65534, "taken"),
        ("00000000:1092", "0A", 65534, "taken"),
        (f"{'0' * 32}:1092", "0A", 65534, "taken"),
        ("0100007F:1092", "0A", os.geteuid(), "ours"),
        ("0100007F:1093", "0A", 65534, "nobody"),
        ("0100007F:1092", "01", 65534, "nobody"),
        ("0101A8C0:1092", "0A", 65534, "nobody"),
    ],
)
def test_who_listens_is_read_from_the_kernel(
    tmp_path: Path, address: str, state: str, owner: int, expected: str
) -> None:
    table = tmp_path / "tcp"
    row = f"   0: {address} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000 {owner} 0 1 1 0 100 0 0 10 0"
    table.write_text(f"  sl  local_address rem_address   st\n{row}\n", encoding="ascii")
    surroundings = prefect_server.environment(tmp_path, tmp_path, port=4242)
    try:
        found = "ours" if prefect_server.check_port(surroundings, tables=(table,)) else "nobody"
    except PortTaken:
        found = "taken"
    assert found == expected


def test_a_port_that_another_program_has_is_said_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(prefect_server.PortTaken, match=f"port {port} cannot be used"):
            prefect_server.check_free(port)
    prefect_server.check_free(port)


def test_prefect_keeps_its_files_in_the_home_of_whoever_runs_it(tmp_path: Path) -> None:
    surroundings = prefect_server.environment(tmp_path, tmp_path, port=4242)
    assert Path(surroundings["TMPDIR"]).is_dir()
    assert Path(surroundings["TMPDIR"]).stat().st_mode & 0o777 == 0o700
    assert Path(surroundings["PREFECT_SERVER_UI_STATIC_DIRECTORY"]).parent == tmp_path
