"""The embedded world of the demo: mail server, target systems, `amtsbote up`, all below one folder."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from casework.configuration import checkout, shipped
from casework.words.errors import AmtsboteError
from demo.letters import OFFICES, Letter, RegisteredDog, suppliers
from demo.mailserver.plan import MailserverPlan
from demo.overlay import ACCOUNT_NUMBERS, AUTHSERV_ID, SYSTEMS, Places, write_overlay, writer
from demo.sending import Gateway, from_domain
from demo.targets.control import TargetProcess

READY_SECONDS = 300
STOP_SECONDS = 60
PARTNERS = "partners"
"""The login of the systems whose mail the gateway can vouch for."""


class WorldFailed(AmtsboteError):
    """A part of the embedded world did not start."""


@dataclass(frozen=True)
class Folder:
    """The demo's folder and what lies where in it."""

    path: Path

    @property
    def home(self) -> Path:
        """AMTSBOTE_HOME of the demo."""
        return self.path / "home"

    @property
    def configs(self) -> Path:
        return self.path / "configs"

    @property
    def secrets(self) -> Path:
        return self.path / "secrets"

    @property
    def mail(self) -> Path:
        return self.path / "mail"

    @property
    def citizens(self) -> Path:
        """Where the answers lie that left the house."""
        return self.mail / "citizens"

    @property
    def drops(self) -> Path:
        return self.path / "ablage"

    @property
    def letters(self) -> Path:
        return self.path / "letters"

    @property
    def clerks_log(self) -> Path:
        """What the scripted clerks said."""
        return self.path / "clerks.log"

    @property
    def note(self) -> Path:
        """What `amtsbote demo send` has to know of a running demo (0600)."""
        return self.path / "world.json"

    def target(self, system: str) -> Path:
        return self.path / "targets" / system

    def environment(self) -> dict[str, str]:
        """What every command of the demo gets beside our own environment."""
        folders = (shipped(), Path(__file__).parent / "configs", self.configs)
        return {
            "AMTSBOTE_HOME": str(self.home),
            "AMTSBOTE_CONFIG": os.pathsep.join(map(str, folders)),
            "CREDENTIALS_DIRECTORY": str(self.secrets),
        }


class World:
    """Everything around the house: starts in order, ends in order, leaves no process."""

    def __init__(self, folder: Path) -> None:
        self.folder = Folder(folder)
        self.targets: dict[str, TargetProcess] = {}
        self.console = ""
        self._mail: dict[str, Any] = {}
        self._house: subprocess.Popen[bytes] | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.__enter__()
        self._stack.enter_context(_alone(self.folder.path.with_suffix(".lock")))
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop_house()
        finally:
            self._stack.close()
            self.folder.note.unlink(missing_ok=True)

    @property
    def gateway(self) -> Gateway:
        """Where letters are handed over."""
        return Gateway(self._mail["smtp"]["host"], self._mail["smtp"]["port"], PARTNERS, self._passwords()[PARTNERS])

    @property
    def house_pid(self) -> int | None:
        """The process of `amtsbote up` while it lives."""
        return self._house.pid if self._house is not None and self._house.poll() is None else None

    def build(self, *, seed: int, letters: Sequence[Letter], dogs: Sequence[RegisteredDog]) -> None:
        """Start mail server and target systems in a fresh folder, and write the overlay that leads to them."""
        self._clear()
        with _no_ctrl_c():
            mail = self._start_mail(sorted({from_domain(letter.raw) for letter in letters if letter.authentic}))
            for system in SYSTEMS:
                self.targets[system] = self._stack.enter_context(
                    TargetProcess(system, data=self.folder.target(system), auto_restart=True)
                )
            self._await_mail(mail)
        self.targets["hundeverzeichnis"].seed({"hunde": [_register_row(dog) for dog in dogs]})
        places = Places(
            imap=self._mail["imap"],
            outgoing=self._mail["outgoing"],
            passwords=self._passwords(),
            urls={name: target.url for name, target in self.targets.items()},
        )
        write_overlay(
            self.folder.configs,
            places=places,
            suppliers=list(suppliers(seed=seed)),
            drops=self.folder.drops,
            secrets=self.folder.secrets,
        )

    def start_house(self) -> None:
        """Start `amtsbote up`, without waiting for it."""
        log = self.folder.path / "up.log"
        environment = {**os.environ, **self.folder.environment()}
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
            self._house = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", "amtsbote", "up", "--port", "0"],
                cwd=checkout(),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def await_house(self, stop: threading.Event) -> None:
        """Wait until `amtsbote up` says it is ready, or a stop is asked for. Raises `WorldFailed`."""
        deadline = time.monotonic() + READY_SECONDS
        while not (state := self._state()).get("ready"):
            if stop.wait(0.1):
                return
            if self.house_pid is None or time.monotonic() > deadline:
                log = self.folder.path / "up.log"
                last = log.read_text(encoding="utf-8").strip().splitlines()[-1:] or ["nothing"]
                raise WorldFailed(f"amtsbote up did not start and said: {last[0]} (all of it in {log})")
        self.console = state["console"]["url"]
        self._write_note()

    def stop_house(self) -> None:
        """End `amtsbote up` in order."""
        if self._house is None or self._house.poll() is not None:
            return
        self._house.send_signal(signal.SIGTERM)
        try:
            self._house.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._house.kill()
            self._house.wait()

    def _clear(self) -> None:
        """Begin with an empty folder; what others put beside it stays."""
        if self.folder.path.exists():
            shutil.rmtree(self.folder.path)
        self.folder.path.mkdir(parents=True, mode=0o755)

    def _start_mail(self, vouched: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start it, without waiting for it."""
        plan = MailserverPlan.make(
            authserv_id=AUTHSERV_ID,
            mailboxes={office.mailbox: office.key for office in OFFICES},
            senders={PARTNERS: tuple(vouched)},
            writers={writer(office): office.mailbox for office in OFFICES},
        )
        plan.write(self.folder.mail)
        command = [sys.executable, "-m", "demo.mailserver", "--folder", str(self.folder.mail)]
        process = subprocess.Popen(command, cwd=checkout(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self._stack.callback(_end, process)
        return process

    def _await_mail(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise WorldFailed(f"the mail server did not start; see {self.folder.mail / 'dovecot.log'}")
        self._mail = json.loads(line)

    def _passwords(self) -> dict[str, str]:
        passwords: dict[str, str] = json.loads(Path(self._mail["passwords"]).read_text(encoding="utf-8"))
        return passwords

    def _state(self) -> dict[str, Any]:
        try:
            state: dict[str, Any] = json.loads((self.folder.home / "run" / "up.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return state

    def _write_note(self) -> None:
        note = {"gateway": {"host": self.gateway.host, "port": self.gateway.port}, "console": self.console}
        with os.fdopen(os.open(self.folder.note, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            json.dump(note, file)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Only one demo per folder: the second would wipe the first one's world."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorldFailed("a demo is running already; stop it first (Ctrl-C where it runs)") from None
        yield


@contextmanager
def _no_ctrl_c() -> Iterator[None]:
    """What is started here does not hear the terminal's Ctrl-C: we end it ourselves, in order."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _register_row(dog: RegisteredDog) -> dict[str, Any]:
    """A dog as the register's seed wants it."""
    row = dog.as_row()
    names = {
        "halter_name": "holder_last_name",
        "halter_vorname": "holder_first_name",
        "halter_geburtsdatum": "holder_birth_date",
        "strasse": "street",
        "hausnummer": "house_number",
        "plz": "postcode",
        "ort": "town",
        "hundename": "dog_name",
        "rasse": "breed",
        "farbe": "colour",
        "hund_geburtsdatum": "dog_birth_date",
        "chipnummer": "chip_number",
        "angeschafft_am": "acquired_on",
    }
    given = {column: row[name] for column, name in names.items()}
    sex = {"male": "männlich", "female": "weiblich"}.get(row["sex"], "")
    return {"marke": row["tag_number"], "gemeinde": row["municipality"], "geschlecht": sex, **given}


__all__ = ["ACCOUNT_NUMBERS", "Folder", "World", "WorldFailed"]
