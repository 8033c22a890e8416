"""The configuration as read: everything by id, with what an office lays over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from casework.configuration.answer_templates import AnswerTemplate
from casework.configuration.baselines import ActivityTable, Baseline, WageTable
from casework.configuration.in_force import ProcessInForce, SystemCatalogue, decision_digest
from casework.configuration.located import Origin, Tree
from casework.configuration.offices import LegalBasis, Login, Office, ProcessOverlay, SystemOverlay
from casework.configuration.processes import Process
from casework.configuration.statutes import Statute
from casework.configuration.systems import BrowserSystem, MailSystem
from casework.configuration.vocabulary import Provenance, Stage
from casework.words.errors import ConfigurationError
from casework.words.reading import Supplier

Thing = TypeVar("Thing")
_RANK = (Provenance.TABLE, Provenance.OWNER_ESTIMATE, Provenance.MEASURED)


@dataclass(frozen=True, eq=False)
class Configuration:
    """Everything that was read, by id. `origins` has the place of every object by section and id.

    `faulty` are objects that are there and could not be read; nobody is blamed for naming them.
    """

    offices: Mapping[str, Office] = field(default_factory=dict)
    processes: Mapping[str, Process] = field(default_factory=dict)
    systems: Mapping[str, SystemCatalogue] = field(default_factory=dict)
    answers: Mapping[str, AnswerTemplate] = field(default_factory=dict)
    statutes: Mapping[str, Statute] = field(default_factory=dict)
    baselines: Mapping[str, Baseline] = field(default_factory=dict)
    activities: Mapping[str, ActivityTable] = field(default_factory=dict)
    wages: Mapping[str, WageTable] = field(default_factory=dict)
    suppliers: Mapping[str, tuple[Supplier, ...]] = field(default_factory=dict)
    origins: Mapping[tuple[str, str], Origin] = field(default_factory=dict)
    trees: Mapping[tuple[str, str], Tree] = field(default_factory=dict, repr=False)
    faulty: frozenset[tuple[str, str]] = frozenset()
    digest: str = ""
    _digests: dict[tuple[str, str], str] = field(default_factory=dict, repr=False, compare=False)

    def names(self, section: str) -> set[str]:
        """The ids of a section, faulty ones included."""
        return {name for where, name in (*self.origins, *self.faulty) if where == section}

    def office(self, office: str) -> Office:
        """The office with this id. Raises `ConfigurationError` with the known ones."""
        return _named(self.offices, office, "office")

    def process(self, process: str) -> Process:
        """The process with this id. Raises `ConfigurationError` with the known ones."""
        return _named(self.processes, process, "process")

    def process_of_kind(self, kind: str) -> Process | None:
        """The process that takes letters of this kind; None: nobody does."""
        return next((process for process in self.processes.values() if kind in process.kinds), None)

    def effective(self, office: str, process: str) -> ProcessInForce:
        """The process as it holds in the office; one the office does not name is off there."""
        found, shared = self.office(office), self.process(process)
        overlay = found.processes.get(process) or ProcessOverlay(stage=Stage.OFF)
        statutes = {name: self.statutes[statute] for name, statute in found.municipalities.items()}
        return ProcessInForce(found, shared, overlay, statutes, self.digest_for(office, process))

    def as_shipped(self, kind: str) -> ProcessInForce | None:
        """The process of a kind as shipped, without an office: what `amtsbote read` judges by; None: nobody takes it.

        The stage is *automatic*, so that only the reading itself can stand in the way.
        """
        process = self.process_of_kind(kind)
        if process is None:
            return None
        basis = LegalBasis(text="as shipped: nothing is posted", fictitious=True)
        nowhere = Office(id="nowhere", name="no office")
        statutes = {statute.municipality: statute for statute in self.statutes.values()}
        return ProcessInForce(
            nowhere, process, ProcessOverlay(stage=Stage.AUTOMATIC, basis=basis), statutes, self.digest
        )

    def answer_for(self, office: str, answer: str) -> AnswerTemplate | None:
        """The template of an answer in the words of the office, under the shared id; None: nobody knows it."""
        own = (each for each in self.answers.values() if (each.office, each.instead_of) == (office, answer))
        found = next(own, self.answers.get(answer))
        return found.model_copy(update={"id": answer}) if found is not None else None

    def system_for(self, office: str, system: str, *, login: Login | None = None) -> SystemCatalogue:
        """The catalogue with the office's address, account and folder laid over it.

        `login` picks one of the office's accounts; without it the first one counts.
        """
        catalogue = _named(self.systems, system, "system")
        overlay = self.office(office).systems.get(system)
        if overlay is None:
            return catalogue
        changes: dict[str, Any] = {"logins": max(1, len(overlay.all_logins))} if overlay.all_logins else {}
        account = login or (overlay.all_logins[0] if overlay.all_logins else None)
        if account is not None:
            changes["secret"] = account.secret
        if isinstance(catalogue, BrowserSystem):
            changes |= _browser_changes(catalogue, overlay.base_url, account)
            changes |= {"ca": str(overlay.ca_file)} if overlay.ca_file else {}
        elif isinstance(catalogue, MailSystem):
            changes |= _mail_changes(overlay, account)
        elif overlay.folder is not None:
            changes["folder"] = str(overlay.folder)
        return catalogue.model_copy(update=changes)

    def baseline(self, process: str, on: date, *, office: str | None = None) -> Baseline | None:
        """The baseline in force on that day.

        The one the office's overlay names, else the office's own, then measured before estimated before table.
        """
        named = self.offices.get(office) if office else None
        overlay = named.processes.get(process) if named else None
        chosen = self.baselines.get(overlay.baseline) if overlay and overlay.baseline else None
        if chosen is not None and chosen.process == process and chosen.holds_on(on):
            return chosen
        fitting = [
            row
            for row in self.baselines.values()
            if row.process == process and row.holds_on(on) and row.office in (None, office)
        ]
        return max(fitting, key=_weight, default=None)

    def digest_for(self, office: str, process: str) -> str:
        """What a case of this process is decided on, as a digest; see `decision_digest`."""
        key = (office, process)
        if key not in self._digests:
            shared, found = self.process(process), self.office(office)
            catalogues = [self.system_for(office, step.system) for step in shared.postings]
            self._digests[key] = decision_digest(shared, found, self.statutes, catalogues)
        return self._digests[key]


def _named(things: Mapping[str, Thing], name: str, what: str) -> Thing:
    found = things.get(name)
    if found is None:
        raise ConfigurationError(f"there is no {what} {name!r}; known are {', '.join(sorted(things)) or 'none'}")
    return found


def _weight(row: Baseline) -> tuple[bool, int, date]:
    return row.office is not None, _RANK.index(row.provenance), row.valid_from


def _mail_changes(overlay: SystemOverlay, account: Login | None) -> dict[str, Any]:
    changes: dict[str, Any] = {**overlay.mail, **({"account": account.user} if account else {})}
    return changes | ({"ca": str(overlay.ca_file)} if overlay.ca_file else {})


def _browser_changes(catalogue: BrowserSystem, base_url: str | None, account: Login | None) -> dict[str, Any]:
    changes: dict[str, Any] = {"base_url": base_url} if base_url else {}
    if account is not None:
        changes["login"] = catalogue.login.model_copy(update={"account": account.user})
    return changes
