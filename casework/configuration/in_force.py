"""What is in force for one office and one process, and the digest of what its cases are decided on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from casework.configuration.offices import LegalBasis, Office, ProcessOverlay
from casework.configuration.processes import FieldSettings, PostingStep, Process
from casework.configuration.senders import SenderGate
from casework.configuration.statutes import Statute
from casework.configuration.systems import BrowserSystem, DropSystem, MailSystem
from casework.configuration.vocabulary import Stage

SystemCatalogue = BrowserSystem | DropSystem | MailSystem


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
    def sender(self) -> SenderGate:
        """What it asks of the sender here; the office's word counts before the pack's."""
        return self.overlay.sender or self.process.sender

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


def decision_digest(
    shared: Process, office: Office, statutes: Mapping[str, Statute], catalogues: Sequence[SystemCatalogue]
) -> str:
    """SHA-256 over what a case of this process is decided on: pack, the office's part, statutes, catalogues.

    What does not change what is posted is left out, each with its reason: the stage and its basis (they say who
    decides, and are looked at when a case is carried over), titles and labels (words for people), the baseline, the
    purpose and the service keys (they serve the books), logins and accounts (who enters, not what), answers (they are
    orders of their own).
    """
    parts = {
        "process": shared.model_dump(mode="json", exclude={"title", "baseline", "purpose", "service_keys", "answers"}),
        "thresholds": _overlay_part(office, shared.id),
        "names": [office.names, office.buyer_references, sorted(office.municipalities.items())],
        "statutes": {
            name: statutes[statute].model_dump(mode="json")
            for name, statute in sorted(office.municipalities.items())
            if any(settings.derived for settings in shared.fields)
        },
        "systems": [_system_part(catalogue) for catalogue in catalogues],
    }
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _overlay_part(office: Office, process: str) -> dict[str, Any]:
    overlay = office.processes.get(process)
    return overlay.model_dump(mode="json", include={"thresholds", "model", "sender"}) if overlay else {}


def _system_part(catalogue: SystemCatalogue) -> dict[str, Any]:
    dump: dict[str, Any] = catalogue.model_dump(mode="json", exclude={"secret", "logins", "title", "ca"})
    if "login" in dump:
        dump["login"].pop("account", None)
    return dump
