"""The set-up scripts on machines that lack something: a folder of stand-ins for the machine's own commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


class Machine:
    """A PATH in which only what is put there exists, beside the shell's own tools."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.log = folder / "log"
        for name in ("bash", "env", "cat", "cut", "head", "grep", "find", "sha256sum", "dirname", "mkdir", "rm"):
            (self.bin / name).symlink_to(shutil.which(name) or "")

    def put(self, name: str, script: str) -> None:
        """A command that notes its call and runs `script`."""
        path = self.bin / name
        path.write_text(f'#!/bin/bash\necho "{name} $*" >>{self.log}\n{script}\n')
        path.chmod(0o755)

    def run(self, script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(script), *arguments], env={"PATH": str(self.bin)}, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


INSTALL = ROOT / "scripts" / "install-debian-packages"
ALL_BUT_DOVECOT = 'case "${!#}" in dovecot-*) exit 1 ;; *) echo installed ;; esac'


def test_nothing_is_done_when_all_packages_are_there(machine: Machine) -> None:
    machine.put("dpkg-query", "echo installed")
    done = machine.run(INSTALL, "test")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert all(call.startswith("dpkg-query ") for call in machine.calls)
    assert any(call.endswith(" postgresql") for call in machine.calls)


def test_without_rights_it_says_what_to_ask_for(machine: Machine) -> None:
    machine.put("dpkg-query", ALL_BUT_DOVECOT)
    machine.put("id", "echo 1000")
    machine.put("sudo", "exit 1")
    done = machine.run(INSTALL, "base")
    assert done.returncode == 1
    assert done.stderr == (
        "install-debian-packages: these packages are missing; please ask your administrator to run: "
        "apt-get install dovecot-core dovecot-imapd\n"
    )


def test_without_rights_and_only_fonts_missing_the_work_goes_on(machine: Machine) -> None:
    machine.put("dpkg-query", 'case "${!#}" in fonts-*) exit 1 ;; *) echo installed ;; esac')
    machine.put("id", "echo 1000")
    assert machine.run(INSTALL, "base").returncode == 0


def test_only_what_is_missing_is_installed_and_old_lists_are_renewed_once(machine: Machine, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    renewed = tmp_path / "renewed"
    machine.put(
        "dpkg-query", f'case "${{!#}}" in dovecot-*) [ -e {installed} ] && echo installed ;; *) echo installed ;; esac'
    )
    machine.put("id", "echo 1000")
    machine.put("sudo", 'shift; case "$1" in tee) cat >/dev/null ;; chmod|rm) ;; true) ;; *) "$@" ;; esac')
    touch = "/usr/bin/touch"
    machine.put(
        "apt-get", f'if [ "$1" = update ]; then {touch} {renewed}; elif [ -e {renewed} ]; then {touch} {installed}; '
        "else exit 100; fi"
    )  # fmt: skip
    done = machine.run(INSTALL, "base")
    assert done.returncode == 0, done.stderr
    apt = [call for call in machine.calls if call.startswith("apt-get")]
    assert [call.split()[1] for call in apt] == ["install", "update", "install"]
    assert all(call.endswith("dovecot-core dovecot-imapd") for call in (apt[0], apt[2]))
    assert "installing dovecot-core dovecot-imapd" in done.stderr


def test_a_wrong_word_is_wrong_usage(machine: Machine) -> None:
    machine.put("dpkg-query", "echo installed")
    assert machine.run(INSTALL, "everything").returncode == 2


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    (folder / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "make-venv", folder / "scripts")
    (folder / "requirements.lock").write_text("")
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        '[project]\nname = "amtsbote"\nversion = "0"\n'
    )
    return folder


def test_a_python_that_is_too_old_is_not_taken(machine: Machine, checkout: Path) -> None:
    machine.put("python3", "exit 1")
    script = (checkout / "scripts" / "make-venv").read_text().replace("/usr/bin/python3", "/nowhere/python3")
    (checkout / "scripts" / "make-venv").write_text(script)
    done = machine.run(checkout / "scripts" / "make-venv")
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr


def test_a_missing_venv_module_is_named_when_it_cannot_be_installed(machine: Machine, checkout: Path) -> None:
    machine.put("python3", f'case "$*" in *ensurepip*) exit 1 ;; *) exec {sys.executable} "$@" ;; esac')
    machine.put("id", "echo 1000")
    done = machine.run(checkout / "scripts" / "make-venv")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert done.returncode == 1
    assert f"please ask your administrator to run: apt-get install python{version}-venv" in done.stderr


def test_a_finished_venv_is_left_alone_and_a_moved_one_is_built_anew(machine: Machine, checkout: Path) -> None:
    python = checkout / ".venv" / "bin" / "python"
    machine.put("python3", make_venv_stand_in())
    script = checkout / "scripts" / "make-venv"
    for name in ("chmod", "touch"):
        (machine.bin / name).symlink_to(shutil.which(name) or "")

    first = machine.run(script)
    assert first.returncode == 0, first.stderr
    built = len(machine.calls)
    assert "building .venv" in first.stderr
    again = machine.run(script)
    assert (again.returncode, again.stderr, len(machine.calls)) == (0, "", built)

    (checkout / "requirements.lock").write_text("# changed\n")
    assert "building .venv" in machine.run(script).stderr
    assert sum("-m venv" in call for call in machine.calls) == 1

    moved = checkout.with_name("moved")
    os.rename(checkout, moved)
    assert python.exists() is False
    assert "building .venv" in machine.run(moved / "scripts" / "make-venv").stderr
    assert sum("-m venv" in call for call in machine.calls) == 2


def make_venv_stand_in() -> str:
    """A `python3` whose `-m venv --clear F` makes an F with a Python that says yes to everything."""
    return (
        'case "$*" in\n'
        '*"-m venv"*) folder="${!#}"; mkdir -p "$folder/bin"\n'
        '  echo "command = $0 -m venv $folder" >"$folder/pyvenv.cfg"\n'
        '  printf "#!/bin/bash\\nexit 0\\n" >"$folder/bin/python"; chmod 755 "$folder/bin/python"\n'
        '  cat "$folder/bin/python" >"$folder/bin/amtsbote"; chmod 755 "$folder/bin/amtsbote" ;;\n'
        f'*) exec {sys.executable} "$@" ;;\n'
        "esac"
    )
