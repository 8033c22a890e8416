"""Prefect on one box: its environment, its secret, its commands (figures and faults: docs/adr/0004)."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from casework.words.errors import AmtsboteError

POOL = "local"
LISTENERS = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
LISTENING = "0A"
ADDRESSES = ("0100007F", "0" * 8, "0" * 32, "0000000000000000FFFF00000100007F")
"""Loopback and every address, as the kernel writes them: who listens there gets what is meant for our server."""
COMMAND = (sys.executable, "-m", "prefect", "--no-prompt")


class PortTaken(AmtsboteError):
    """Another account's program listens where our server should: whoever asks it would tell it the secret."""


def free_port() -> int:
    """A port on loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def check_free(port: int) -> None:
    """Raise `PortTaken` when another program listens on this port of loopback."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            message = f"port {port} cannot be used ({error.strerror}); stop the program that has it, or give --port"
            raise PortTaken(message) from error


def auth_string(folder: Path) -> str:
    """The server's secret as `user:password`, made at the first start and kept (0600) beside its database."""
    file = folder / "auth"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            handle.write(f"amtsbote:{secrets.token_urlsafe(24)}")
    return file.read_text(encoding="utf-8")


def _folder_for_passing_files(folder: Path) -> Path:
    passing = folder / "tmp"
    passing.mkdir(parents=True, exist_ok=True, mode=0o700)
    return passing


def environment(folder: Path, project: Path, *, port: int) -> dict[str, str]:
    """What every process of Prefect gets beside our own environment: quiet, private, loopback only."""
    secret = auth_string(folder)
    return {
        "PREFECT_HOME": str(folder),
        # else Prefect copies its pages into the installation and keeps a folder of a fixed name in /tmp: whoever
        # started it first would own them
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(folder / "pages"),
        "TMPDIR": str(_folder_for_passing_files(folder)),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_API_AUTH_STRING": secret,
        "PREFECT_SERVER_API_AUTH_STRING": secret,
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PREFECT_WORKER_PREFETCH_SECONDS": "0",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_RUNS": "2",
        "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_RUNS": "3",
        "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT1M",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_CLI_COLORS": "false",
        "PROJ_DIR": str(project),
        "PROJ_PY": sys.executable,
        "PYTHONUNBUFFERED": "1",
        # Django sets its time zone in the runs; Prefect's own times have to agree with it
        "TZ": "Europe/Berlin",
    }


def check_port(surroundings: dict[str, str], *, tables: tuple[Path, ...] = LISTENERS) -> bool:
    """Does anybody listen on the server's port? To be asked before each word to it, and after each of its falls.

    For another account's program the secret is forgotten (the next start makes a new one) and `PortTaken` raised.
    """
    port = urlsplit(surroundings["PREFECT_API_URL"]).port or 0
    owners = set(_owners(port, tables))
    if owners - {os.geteuid()}:
        (Path(surroundings["PREFECT_HOME"]) / "auth").unlink(missing_ok=True)
        raise PortTaken(
            f"a program of another account listens on port {port}, where Prefect's server should; start again"
        )
    return bool(owners)


def _owners(port: int, tables: tuple[Path, ...]) -> Iterator[int]:
    """The accounts (uid) that listen on this port of loopback."""
    for table in tables:
        for line in table.read_text(encoding="ascii").splitlines()[1:] if table.exists() else ():
            columns = line.split()
            address, _colon, number = columns[1].partition(":")
            if columns[3] == LISTENING and address in ADDRESSES and int(number, 16) == port:
                yield int(columns[7])


def is_up(surroundings: dict[str, str]) -> bool:
    """Does the server answer? Raises `PortTaken`."""
    if not check_port(surroundings):
        return False
    token = base64.b64encode(surroundings["PREFECT_API_AUTH_STRING"].encode()).decode()
    request = urllib.request.Request(
        surroundings["PREFECT_API_URL"] + "/health", headers={"Authorization": f"Basic {token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def server_command() -> list[str]:
    return [*COMMAND, "server", "start"]


def worker_command() -> list[str]:
    return [*COMMAND, "worker", "start", "--pool", POOL, "--type", "process", "--install-policy", "never"]


def deploy_command() -> list[str]:
    return [*COMMAND, "deploy", "--all"]


def deployed_mark(project: Path) -> str:
    """Changes whenever `prefect deploy --all` would deploy something else."""
    parts = [(project / "prefect.yaml").read_bytes(), str(project).encode(), sys.executable.encode()]
    return hashlib.sha256(b"\0".join([*parts, version("prefect").encode()])).hexdigest()
