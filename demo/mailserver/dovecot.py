"""Debian's Dovecot as the mail server of the demo and the tests: unprivileged, in its own folder, IMAPS on loopback.

with Dovecot(folder, ["amt-a", "amt-b"]) as server:
    server.host, server.port, server.ca_file, server.password("amt-a")
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from casework.words.errors import AmtsboteError
from demo.mailserver.certificates import Authority, KeyPair
from demo.mailserver.configuration import make_config
from demo.mailserver.passwords import Passwords, make_hash
from demo.unprivileged import Lodging, choose_account

HOST = "127.0.0.1"
START_SECONDS = 10
STOP_SECONDS = 2
FREE_SECONDS = 5
ATTEMPTS = 5
ACCOUNT_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,60}")
CERTIFICATE_DAYS = 20


class MailserverError(AmtsboteError):
    """The demo's mail server did not start or broke; the message carries what its log says."""


class Dovecot:
    """A running Dovecot with `accounts`; started again in the same folder it has the same port, passwords and mail.

    It ends with the thread that started it, however that ends.
    `certificate` replaces the throw-away one (for tests with bad certificates); `capability` replaces the list of
    capabilities announced after login (for tests of servers that can do less). `files` are written beside its
    configuration, `{path}` in them being their folder, and `more.conf` among them is included. Raises
    `MailserverError`.
    """

    host = HOST

    def __init__(
        self,
        folder: Path,
        accounts: Sequence[str],
        *,
        port: int = 0,
        certificate: KeyPair | None = None,
        capability: str = "",
        files: Mapping[str, str] | None = None,
    ) -> None:
        for name in accounts:
            if not ACCOUNT_NAME.fullmatch(name):
                raise MailserverError(f"mail account {name!r}: use small letters, digits and . _ - @ only")
        self.folder = Path(folder)
        self.accounts = tuple(accounts)
        self.port = port
        self._certificate = certificate
        self._capability = capability
        self._files = dict(files or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._lodging: Lodging | None = None
        self._passwords = Passwords(self.folder / "passwords.json")

    def __enter__(self) -> Dovecot:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def ca_file(self) -> Path:
        """The PEM file a client has to trust."""
        return self.folder.resolve() / "ca.pem"

    @property
    def pid(self) -> int | None:
        """The master process, None when stopped."""
        return self._process.pid if self._process else None

    @property
    def lodging(self) -> Lodging:
        """Where it keeps its mail (below `mail`) and as whom it runs; raises `MailserverError` while it is stopped."""
        if self._lodging is None:
            raise MailserverError("the mail server is stopped")
        return self._lodging

    def password(self, account: str) -> str:
        """The generated password of an account."""
        return self._passwords.of(account)

    def start(self) -> None:
        """Start and wait until the port answers (well under a second)."""
        if not shutil.which("dovecot", path=_search_path()):
            raise MailserverError("Dovecot is missing: run scripts/install-debian-packages base")
        self._lodging = Lodging.take(self.folder / "server", choose_account("dovecot"))
        try:
            self._write_files(self._lodging)
            wanted = self.port or self._remembered_port()
            for attempt in range(ATTEMPTS):
                if self._try_port(wanted if attempt == 0 and wanted else _free_port()):
                    return
                if self.port:
                    break
            raise MailserverError(
                f"Dovecot did not start on {HOST} (port {wanted or 'any'}); its log says: {self._last_words()}"
            )
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End every process of the server; the mail stays in the folder."""
        process, self._process = self._process, None
        if process is not None:
            _end(process)
        if self._lodging is not None:
            shutil.rmtree(self._lodging.path / "run", ignore_errors=True)
            self._lodging.leave()
            self._lodging = None

    def is_running(self) -> bool:
        """Does the master process live?"""
        return self._process is not None and self._process.poll() is None

    def restart(self) -> None:
        """Bring a dead server back, with its mail, port and passwords."""
        self.stop()
        self.start()

    def kill(self) -> None:
        """Kill all its processes at once (SIGKILL), as a power cut does; `start` brings it back with its mail."""
        process, self._process = self._process, None
        if process is not None:
            _signal_group(process, signal.SIGKILL)
            process.wait()

    def _try_port(self, port: int) -> bool:
        assert self._lodging is not None
        if not _becomes_free(port):
            return False
        self._write_config(self._lodging, port)
        command = self._lodging.account.command(
            shutil.which("dovecot", path=_search_path()) or "dovecot", "-F", "-c", f"{self._lodging.path}/dovecot.conf"
        )
        # a session of its own: Ctrl-C reaches only us, and we end the whole group
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, cwd="/",
        )  # fmt: skip
        if not _answers(process, port):
            _end(process)
            return False
        self._process, self.port = process, port
        (self.folder / "port.json").write_text(json.dumps(port))
        return True

    def _remembered_port(self) -> int:
        try:
            return int(json.loads((self.folder / "port.json").read_text()))
        except FileNotFoundError:
            return 0

    def _write_files(self, lodging: Lodging) -> None:
        passwords = self._passwords.make(self.accounts)
        for name in ("run", "mail"):
            (lodging.path / name).mkdir(exist_ok=True)
        users = "".join(f"{name}:{make_hash(passwords[name])}\n" for name in self.accounts)
        _write_private(lodging.path / "users", users.encode())
        for name, text in self._files.items():
            _write_private(lodging.path / name, text.replace("{path}", str(lodging.path)).encode())
        self._write_certificate(lodging)
        lodging.hand_over()

    def _write_certificate(self, lodging: Lodging) -> None:
        own = lodging.path / "server.pem"
        if self._certificate is not None:
            pair = self._certificate
        elif own.exists() and self.ca_file.exists() and _age_days(own) < CERTIFICATE_DAYS:
            return
        else:
            authority = Authority.create()
            self.ca_file.write_bytes(authority.pem)
            pair = authority.issue()
        _write_private(lodging.path / "server.key", pair.key)
        own.write_bytes(pair.certificate)

    def _write_config(self, lodging: Lodging, port: int) -> None:
        text = make_config(lodging, host=HOST, port=port, capability=self._capability)
        (lodging.path / "dovecot.conf").write_text(text)
        lodging.hand_over()

    def _last_words(self) -> str:
        assert self._lodging is not None
        log = self._lodging.path / "dovecot.log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        return " | ".join(lines[-3:]) or "nothing"


def _search_path() -> str:
    """Debian's servers live in sbin, which an ordinary user's PATH leaves out."""
    return os.environ.get("PATH", os.defpath) + ":/usr/sbin:/usr/local/sbin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _becomes_free(port: int) -> bool:
    """A killed server lets go of its port a moment after it is gone."""
    deadline = time.monotonic() + FREE_SECONDS
    while not _is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return process.poll() is None
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask, then kill with all its children: right after its start Dovecot takes five seconds to end by itself."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    _signal_group(process, signal.SIGKILL)
    process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def _write_private(path: Path, content: bytes) -> None:
    path.touch(mode=0o600, exist_ok=True)
    path.write_bytes(content)


def _age_days(path: Path) -> float:
    return (time.time() - path.stat().st_mtime) / 86400
