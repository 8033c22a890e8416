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
from casework.configuration import Configuration, MailboxSettings, places
from casework.configuration.systems import DropSystem
from casework.words.errors import AmtsboteError, ConfigurationError
from casework.words.mailbox import MailboxLack

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
    _scanner(report)
    if not report.problems:
        found = configuration.load(folders)
        report.notes.append(_summary(found))
        report.problems += _lacking(found)
        if mailboxes:
            _look_into_mailboxes(found, report)
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
    yield from _watched_folders(found)


def _drop_folders(found: Configuration) -> Iterator[str]:
    from bots.filing import FolderDrop

    for office in found.offices.values():
        steps = (step for process in configuration.running(office, found) for step in process.postings)
        for name in sorted({step.system for step in steps} & set(office.systems)):
            system = found.system_for(office.id, name)
            if isinstance(system, DropSystem):
                yield from (f"{name} of {office.id}: {lack}" for lack in FolderDrop(system).check())


def _watched_folders(found: Configuration) -> Iterator[str]:
    from bots.folders import check_folder

    for office in found.offices.values():
        for settings in office.folders:
            yield from (f"folder {settings.name} of {office.id}: {lack}" for lack in check_folder(settings))


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


def _scanner(report: Report) -> None:
    """Does the virus scanner answer, if the house has one?"""
    from bots.antivirus import SETTING, Scanner

    try:
        scanner = Scanner.of_house()
        report.notes.append(
            f"virus scanner: {scanner.version()}"
            if scanner
            else f"no virus scanner: {SETTING} is not set, so only the test signature of EICAR is known"
        )
    except AmtsboteError as error:
        report.problems.append(str(error))


def _look_into_mailboxes(found: Configuration, report: Report) -> None:
    """Log in to each: what stops it is a problem, what is worked with older commands a note."""
    for office in found.offices.values():
        for settings in office.mailboxes:
            name = f"{settings.origin}: mailbox {settings.account} of {office.id}"
            for lack in _lacks(settings):
                (report.problems if lack.fatal else report.notes).append(f"{name}: {lack.text}")


def _lacks(settings: MailboxSettings) -> list[MailboxLack]:
    from bots.mailbox import Mailbox, check_mailbox
    from casework.configuration import secrets

    try:
        with Mailbox.open(settings, secrets.secret(settings.secret_name)) as box:
            return check_mailbox(box)
    except AmtsboteError as error:
        return [MailboxLack("no_login", str(error).removeprefix(f"{settings.origin}: "), fatal=True)]


__all__ = ["Path", "Report", "examine"]
