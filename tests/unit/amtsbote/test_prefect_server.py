"""Prefect's surroundings: loopback, quiet, with a secret of its own."""

from __future__ import annotations

from pathlib import Path

from amtsbote import prefect_server


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
