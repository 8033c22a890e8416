"""What `amtsbote check` looks at."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from casework import configuration
from casework.configuration import Configuration, places
from casework.configuration.systems import DropSystem
from casework.words.errors import AmtsboteError, ConfigurationError

PROGRAMS = {
    "chromium": "no target system can be reached; install the Debian package chromium",
    "tesseract": "scans cannot be read; install the Debian packages tesseract-ocr and tesseract-ocr-deu",
    "setpriv": "`amtsbote up` cannot start; install the Debian package util-linux",
}


@dataclass
class Report:
    """Problems keep work from going well; notes are worth knowing."""

    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        return {"good": self.good, "problems": self.problems, "notes": self.notes}

    def words(self) -> str:
        number = len(self.problems)
        verdict = "everything is in order" if self.good else f"{number} problem{'s' if number > 1 else ''}"
        return "\n".join([*self.problems, *(f"note: {note}" for note in self.notes), verdict])


def examine(*, mailboxes: bool = False) -> Report:
    """Look at configuration, secrets, places, programs and protections; with `mailboxes` log in to each."""
    folders = places.config_folders()
    report = Report(problems=[str(problem) for problem in configuration.problems(folders)])
    report.problems += [*_places(), *_programs(), *_kinds()]
    report.notes += _protections()
    if not report.problems:
        found = configuration.load(folders)
        report.notes.append(_summary(found))
        report.problems += _lacking(found)
        if mailboxes:
            report.problems += _mailboxes(found)
    return report


def _summary(found: Configuration) -> str:
    if not found.offices:
        return "no office yet: docs/how-to/new-office.md shows how to add one"
    number = len(found.offices)
    return (
        f"{number} office{'s' if number > 1 else ''}, {len(found.processes)} processes, "
        f"{len(found.systems)} target systems, {len(found.statutes)} statutes"
    )


def _places() -> Iterator[str]:
    home = places.home()
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        yield f"{home}: cannot be written; give the account the right, or set AMTSBOTE_HOME to another folder"


def _programs() -> Iterator[str]:
    for name, effect in PROGRAMS.items():
        if shutil.which(name) is None:
            yield f"{name} is missing: {effect}"
    if shutil.which("tesseract") and "deu" not in _words_of("tesseract", "--list-langs"):
        yield "tesseract cannot read German: scans cannot be read; install the Debian package tesseract-ocr-deu"
    if "Version" not in _words_of(sys.executable, "-m", "playwright", "--version"):
        yield "Playwright does not start: no target system can be reached; install the Debian package libatomic1"


def _words_of(*command: str) -> list[str]:
    """What a program says on its standard output, by words; none when it does not run."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.split()
    except (OSError, subprocess.TimeoutExpired):
        return []


def _kinds() -> Iterator[str]:
    """A kind of the vocabulary without its module keeps the readers from starting."""
    try:
        import_module("classifiers.kinds.registry")
    except ConfigurationError as error:
        yield str(error)


def _lacking(found: Configuration) -> Iterator[str]:
    """What the offices need for the processes they run and do not have."""
    lookouts = (configuration.missing_systems, configuration.missing_secrets, configuration.unmapped_choices)
    yield from (str(problem) for look in lookouts for problem in look(found))
    yield from _drop_folders(found)


def _drop_folders(found: Configuration) -> Iterator[str]:
    from bots.filing import FolderDrop

    for office in found.offices.values():
        steps = (step for process in configuration.running(office, found) for step in process.postings)
        for name in sorted({step.system for step in steps} & set(office.systems)):
            system = found.system_for(office.id, name)
            if isinstance(system, DropSystem):
                yield from (f"{name} of {office.id}: {lack}" for lack in FolderDrop(system).check())


def _protections() -> Iterator[str]:
    """Which of the limits around the readers this kernel grants."""
    from classifiers import Reader

    with Reader(processes=1) as reader:
        held = reader.protections()
    lacking = [name.replace("_", " ") for name, holds in held.items() if not holds]
    holding = [name.replace("_", " ") for name, holds in held.items() if holds]
    yield f"readers of foreign files run with: {', '.join(holding)}"
    if lacking:
        yield f"this kernel does not grant: {', '.join(lacking)}"


def _mailboxes(found: Configuration) -> Iterator[str]:
    from bots.mailbox import Mailbox, check_mailbox
    from casework.configuration import secrets

    for office in found.offices.values():
        for settings in office.mailboxes:
            name = f"mailbox {settings.account} of {office.id}"
            try:
                box = Mailbox.open(settings, secrets.secret(settings.secret))
                try:
                    yield from (f"{name}: {lack.text}" for lack in check_mailbox(box))
                finally:
                    box.close()
            except AmtsboteError as error:
                yield f"{name}: {error}"


__all__ = ["Path", "Report", "examine"]
