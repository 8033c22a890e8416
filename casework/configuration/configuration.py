"""The configuration as read: everything by id, and what is in force for one office and one process."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from casework.configuration.baselines import ActivityTable, Baseline, WageTable
from casework.configuration.located import Origin, Tree
from casework.configuration.offices import LegalBasis, Login, Office, ProcessOverlay
from casework.configuration.overrides import Override
from casework.configuration.processes import FieldSettings, PostingStep, Process
from casework.configuration.statutes import Statute
from casework.configuration.systems import BrowserSystem, DropSystem
from casework.configuration.vocabulary import Provenance, Stage
from casework.words.errors import ConfigurationError
from casework.words.reading import Supplier

SystemCatalogue = BrowserSystem | DropSystem
Thing = TypeVar("Thing")
_RANK = (Provenance.TABLE, Provenance.OWNER_ESTIMATE, Provenance.MEASURED)


@dataclass(frozen=True)
class ProcessInForce:
    """A process as it holds in one office: the pack, the office's overlay, the decisions recorded since."""

    office: Office
    process: Process
    overlay: ProcessOverlay
    statutes: Mapping[str, Statute]
    digest: str

    @property
    def id(self) -> str:
        """The process's id."""
        return self.process.id

    @property
    def stage(self) -> Stage:
        """How far the process may go here."""
        return self.overlay.stage

    @property
    def basis(self) -> LegalBasis | None:
        """What permits it to post alone here, if anything."""
        return self.overlay.basis

    @property
    def fields(self) -> tuple[FieldSettings, ...]:
        """The fields in the console's order."""
        return self.process.fields

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the fields without which nothing is posted."""
        return self.process.required

    @property
    def postings(self) -> tuple[PostingStep, ...]:
        """What is posted, in order."""
        return self.process.postings

    @property
    def allowed_error(self) -> Decimal:
        """The share of wrong cases that a proven bound has to stay under."""
        return self.overlay.allowed_error

    @property
    def due_after_days(self) -> int | None:
        """Days from arrival until the case is due; the office's word counts before the pack's."""
        return _first(self.overlay.due_after_days, self.process.due_after_days)

    @property
    def expires_after_days(self) -> int | None:
        """Days from arrival until an unposted case expires; None: never."""
        return _first(self.overlay.expires_after_days, self.process.expires_after_days)


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


@dataclass(frozen=True, eq=False)
class Configuration:
    """Everything that was read, by id. `origins` has the place of every object by section and id.

    `faulty` are objects that are there and could not be read; nobody is blamed for naming them.
    """

    offices: Mapping[str, Office] = field(default_factory=dict)
    processes: Mapping[str, Process] = field(default_factory=dict)
    systems: Mapping[str, SystemCatalogue] = field(default_factory=dict)
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
    _overridden: dict[str, Configuration] = field(default_factory=dict, repr=False, compare=False)

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

    def effective(self, office: str, process: str, overrides: Sequence[Override] = ()) -> ProcessInForce:
        """The process as it holds in the office; one the office does not name is off there."""
        here = self.with_overrides(overrides)
        found, shared = here.office(office), here.process(process)
        overlay = found.processes.get(process) or ProcessOverlay(stage=Stage.OFF)
        statutes = {name: here.statutes[statute] for name, statute in found.municipalities.items()}
        return ProcessInForce(found, shared, overlay, statutes, here.digest_for(office, process))

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
        """SHA-256 over what a case of this process is decided on: pack, the office's part, statutes, catalogues.

        Stage, basis, labels, logins and titles are left out: they do not change what is posted.
        """
        key = (office, process)
        if key not in self._digests:
            self._digests[key] = self._digest(self.process(process), self.office(office))
        return self._digests[key]

    def _digest(self, shared: Process, found: Office) -> str:
        parts = {
            "process": shared.model_dump(mode="json", exclude={"title", "baseline", "purpose", "service_keys"}),
            "thresholds": _overlay_part(found, shared.id),
            "names": [found.names, found.buyer_references, sorted(found.municipalities.items())],
            "statutes": {
                name: self.statutes[statute].model_dump(mode="json")
                for name, statute in sorted(found.municipalities.items())
                if any(settings.derived for settings in shared.fields)
            },
            "systems": [_system_part(self.system_for(found.id, step.system)) for step in shared.postings],
        }
        text = json.dumps(parts, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def with_overrides(self, overrides: Sequence[Override]) -> Configuration:
        """This configuration with the record's decisions laid over it, checked as a whole.

        Raises `ConfigurationError` when a decision no longer fits what the files say.
        """
        if not overrides:
            return self
        key = json.dumps([[row.target, row.key, row.value, row.note] for row in overrides], default=str)
        if key not in self._overridden:
            from casework.configuration.loading import lay_over

            self._overridden.clear()
            self._overridden[key] = replace(lay_over(self, overrides), digest=self.digest)
        return self._overridden[key]


def _named(things: Mapping[str, Thing], name: str, what: str) -> Thing:
    found = things.get(name)
    if found is None:
        raise ConfigurationError(f"there is no {what} {name!r}; known are {', '.join(sorted(things)) or 'none'}")
    return found


def _weight(row: Baseline) -> tuple[bool, int, date]:
    return row.office is not None, _RANK.index(row.provenance), row.valid_from


def _browser_changes(catalogue: BrowserSystem, base_url: str | None, account: Login | None) -> dict[str, Any]:
    changes: dict[str, Any] = {"base_url": base_url} if base_url else {}
    if account is not None:
        changes["login"] = catalogue.login.model_copy(update={"account": account.user})
    return changes


def _overlay_part(office: Office, process: str) -> dict[str, Any]:
    overlay = office.processes.get(process)
    return overlay.model_dump(mode="json", include={"thresholds", "model"}) if overlay else {}


def _system_part(catalogue: SystemCatalogue) -> dict[str, Any]:
    dump: dict[str, Any] = catalogue.model_dump(mode="json", exclude={"secret", "logins", "title", "ca"})
    if "login" in dump:
        dump["login"].pop("account", None)
    return dump
