"""The desk where released cases are carried into the target systems: one session per system and batch."""

from __future__ import annotations

import logging
import shutil
import time
from pathlib import Path
from types import TracebackType

from bots.opening import Session
from casework import checks
from casework.actions import claims, journal, leases, reaping, sending, setbacks
from casework.actions.ending import Terms
from casework.actions.force import current, in_force
from casework.actions.runner import Carrier, carry_over
from casework.configuration import places
from casework.configuration.configuration import Configuration
from casework.configuration.in_force import ProcessInForce
from casework.configuration.processes import Attachments, PostingStep
from casework.record.connections import hang_up
from casework.record.models import Answer, Case
from casework.record.store import Store
from casework.words.errors import MasksChanged
from casework.words.work import Work, WorkAttachment
from classifiers import Reader
from flows.stations.logins import HeldSession, LoginsBusy
from flows.stations.mail_keys import mail_keys

LEAVE_ALONE_SECONDS = 3.0
"""How long a desk that found all logins of a system in use takes no cases for it."""
log = logging.getLogger("amtsbote.transfer")


class TransferDesk:
    """Works off `ready` cases and looks up unsettled ones; keeps sessions and login slots for its batch."""

    def __init__(self, *, office: str | None = None, system: str | None = None) -> None:
        self._office = office
        self._system = system
        self._sessions: dict[tuple[str, str], HeldSession] = {}
        self._busy: dict[str, float] = {}
        self._reader: Reader | None = None
        self._folder = places.home() / "work" / leases.holder()

    def __enter__(self) -> TransferDesk:
        reaping.clear_up()
        _sweep(self._folder.parent)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for held in self._sessions.values():
            held.close()
        self._sessions.clear()
        if self._reader is not None:
            self._reader.__exit__(kind, error, trace)
        shutil.rmtree(self._folder, ignore_errors=True)
        hang_up()

    def work_next(self) -> bool:
        """Carry the next case over or settle one; False when nothing can be done now."""
        try:
            case = self._claim()
            if case is None:
                return self._answer_next()
            with setbacks.handled(case):
                process = in_force(case.office, case.process)
                carry_over(case, process, _Carriers(self, process))
            return True
        finally:
            hang_up()

    def _answer_next(self) -> bool:
        """Send the next answer or settle one, when no case waits."""
        answer = sending.claim(office=self._office, system=self._system, without=self._busy_systems())
        if answer is None:
            return False
        sending.send(answer, _AnswerCarriers(self))
        return True

    def session(self, office: str, system: str) -> Session:
        """The open session of an office in a system; logs in when there is none. Raises `TryAgainLater`."""
        held = self._sessions.get((office, system))
        if held is not None and held.alive():
            return held.session
        if held is not None:
            self._sessions.pop((office, system)).close()
        try:
            held = HeldSession(current(), office, system)
        except LoginsBusy:
            self._busy[system] = time.monotonic() + LEAVE_ALONE_SECONDS
            raise
        _compare(held, system)
        self._sessions[office, system] = held
        return held.session

    def attachments(self, case: Case, which: Attachments) -> list[WorkAttachment]:
        """The parts of a case as files, for the time of the posting."""
        if which is Attachments.NONE:
            return []
        raw = Store(case.office).get(case.message.address)
        parts = [part for part in case.message.parts.all() if part.part and part.part == case.part]
        if not parts or which is Attachments.ALL:
            return [_write(self._folder, case, "message", case.message.ending, raw)]
        reader = self._opened_reader()
        return [
            _write(
                self._folder,
                case,
                part.part,
                Path(part.name).suffix.lstrip(".") or part.type.rsplit("/")[-1],
                reader.part_bytes(raw, case.message.name, part.part, mail_keys=mail_keys(case.office)),
            )
            for part in parts
        ]

    def _opened_reader(self) -> Reader:
        if self._reader is None:
            self._reader = Reader(processes=1)
            self._reader.__enter__()
        return self._reader

    def _claim(self) -> Case | None:
        processes = self._processes()
        settled = claims.claim_settled(office=self._office, processes=processes)
        return settled or claims.claim_ready(office=self._office, processes=processes)

    def _processes(self) -> set[str] | None:
        """The processes whose cases can be carried now; None for all. Others have the logins of a busy system."""
        busy = self._busy_systems()
        if not busy and self._system is None:
            return None
        wanted = _processes_with(current(), self._system) if self._system else set(current().processes)
        return wanted.difference(*(_processes_with(current(), system) for system in busy))

    def _busy_systems(self) -> set[str]:
        moment = time.monotonic()
        self._busy = {system: until for system, until in self._busy.items() if until > moment}
        return set(self._busy)


class _Carriers:
    """Wires the steps of a process to bots and work for one desk."""

    def __init__(self, desk: TransferDesk, process: ProcessInForce) -> None:
        self._desk = desk
        self._process = process

    def carrier(self, case: Case, step: PostingStep) -> Carrier:
        session = self._desk.session(case.office, step.system)
        catalogue = current().system_for(case.office, step.system)
        terms = Terms.of(catalogue, step.operation, versions=(("configuration", self._process.digest),))
        return Carrier(session.operation(step.operation), terms)

    def work(self, case: Case, step: PostingStep, *, marker: str) -> Work:
        fields = {row.name: row.value for row in case.fields.all() if row.value}
        given = {
            "office_id": case.office,
            "office_name": self._process.office.name,
            "case": case.reference,
            "kind": case.kind,
            "process": case.process,
            "process_title": self._process.process.title.de,
            "received_on": case.opened_at.date().isoformat(),
        }
        return checks.work_for(
            step,
            fields,
            given=given,
            lines=case.lines,
            attachments=self._desk.attachments(case, step.attachments),
            marker=marker,
            case=case.reference,
            former_keys=journal.keys_of(case, marker=marker),
        )


class _AnswerCarriers:
    """Wires answers to the mail account of their office for one desk."""

    def __init__(self, desk: TransferDesk) -> None:
        self._desk = desk

    def answer_carrier(self, answer: Answer) -> Carrier:
        session = self._desk.session(answer.case.office, answer.system)
        catalogue = current().system_for(answer.case.office, answer.system)
        terms = Terms.of(catalogue, answer.operation, versions=(("template", answer.template),))
        return Carrier(session.operation(answer.operation), terms)


def _compare(held: HeldSession, system: str) -> None:
    """The contract check before the first case of a batch; a system whose masks changed is left alone."""
    try:
        problems = held.session.check()
    except BaseException:
        held.close()
        raise
    if problems:
        held.close()
        raise MasksChanged(system, problems)


def _sweep(folder: Path) -> None:
    """Remove the files that a worker which died had unsealed."""
    for left in folder.iterdir() if folder.exists() else ():
        if leases.is_dead(left.name):
            shutil.rmtree(left, ignore_errors=True)


def _processes_with(configuration: Configuration, system: str) -> set[str]:
    return {
        process.id
        for process in configuration.processes.values()
        if any(step.system == system for step in process.postings)
    }


def _write(folder: Path, case: Case, part: str, ending: str, data: bytes) -> WorkAttachment:
    """Names are made here: what a sender called a file never becomes a path."""
    safe = "".join(ch if ch.isalnum() else "-" for ch in part)
    ending = "".join(ch for ch in ending.lower() if ch.isalnum())[:8] or "bin"
    path = folder / f"{case.reference}-{safe}.{ending}"
    path.write_bytes(data)
    return WorkAttachment(name=path.name, path=path)
