"""What holds for every test: a home of its own, loopback only, nothing left behind."""

from __future__ import annotations

import ipaddress
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework import site
from demo.postgres import PostgresCluster

HOME = pytest.StashKey[Path]()
CLUSTER = pytest.StashKey[PostgresCluster]()
SLOW_FIRST = (
    "tests/e2e/",
    "tests/integration/rigs/",
    "tests/integration/supervisor/",
    "tests/integration/actions/",
    "tests/integration/",
)
"""A file stays with one worker: a long one that comes late leaves the other worker with nothing to do."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=("sqlite", "postgresql"), default="sqlite", help="the record's database in these tests"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    home = config.stash[HOME] = Path(tempfile.mkdtemp(prefix="amtsbote-test-"))
    os.environ["AMTSBOTE_HOME"] = str(home)
    for name in [name for name in os.environ if name.startswith("AMTSBOTE_") and name != "AMTSBOTE_HOME"]:
        del os.environ[name]
    is_controller = not hasattr(config, "workerinput")
    if is_controller and config.getoption("--database") == "postgresql":
        config.stash[CLUSTER] = PostgresCluster(home / "postgresql")
        config.stash[CLUSTER].start()
        os.environ["DATABASE_URL"] = config.stash[CLUSTER].url
    elif is_controller:
        os.environ.pop("DATABASE_URL", None)
    site.boot()
    sys.addaudithook(_refuse_outside)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first; whatever touches the record is marked, also when only a fixture of it does."""
    items.sort(key=_place)
    for item in items:
        touches = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
        if touches and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.django_db(transaction="transactional_db" in touches))


def _place(item: pytest.Item) -> int:
    """Its place in the line; within a place the order of the files stays as it is."""
    return next((n for n, folder in enumerate(SLOW_FIRST) if item.nodeid.startswith(folder)), len(SLOW_FIRST))


def pytest_unconfigure(config: pytest.Config) -> None:
    cluster = config.stash.get(CLUSTER, None)
    if cluster is not None:
        cluster.stop()
    shutil.rmtree(config.stash[HOME], ignore_errors=True)


def _refuse_outside(event: str, arguments: tuple[object, ...]) -> None:
    """Audit hook: a test that connects to anything but this machine fails at once."""
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and isinstance(address[0], str) and not _is_here(address[0]):
        raise AssertionError(f"tests use loopback only, not {address[0]}")


def _is_here(host: str) -> bool:
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session")
def shared_data() -> Iterator[Path]:
    """The folder of real files beside the checkout; without it the tests that need it are skipped."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is absent")
    yield folder
