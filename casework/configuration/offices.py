"""Offices: their mailboxes, what they answer to, and how far each process may go there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from casework.configuration.answers import MailOverlay, Release
from casework.configuration.doors import FolderSettings
from casework.configuration.intake import IntakeSettings
from casework.configuration.located import Located
from casework.configuration.mailboxes import MailboxSettings, SecretName
from casework.configuration.retention import Retention
from casework.configuration.senders import SenderGate, SenderSettings
from casework.configuration.smime import SmimeSettings
from casework.configuration.vocabulary import Stage
from casework.words.reading import ReadingContext

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")]
Share = Annotated[float, Field(ge=0, le=1)]


class Login(Located):
    """A bot's own account in a target system; `secret` names the password."""

    user: str
    secret: SecretName


class SystemOverlay(MailOverlay):
    """What an office says about a target system: its address, its logins, its folder for drops."""

    base_url: str | None = None
    login: Login | None = None
    logins: tuple[Login, ...] = ()
    folder: Path | None = None
    ca_file: Path | None = None

    @property
    def all_logins(self) -> tuple[Login, ...]:
        """Every account the bots may use here, `login` first."""
        return ((self.login,) if self.login else ()) + self.logins


class LegalBasis(Located):
    """What permits a process to post alone; `fictitious` marks the demo's."""

    text: str = Field(min_length=3)
    fictitious: bool = False
    decided_by: str = ""
    decided_on: date | None = None


class ProcessOverlay(Located):
    """What an office says about a process. `thresholds` are confidences per field or kind (0 to 1).

    `model` False keeps the process to rules and bytes; `four_eyes` asks two people to release.
    """

    stage: Stage = Stage.ASSISTED
    basis: LegalBasis | None = None
    thresholds: dict[str, Share] = Field(default_factory=dict)
    model: bool = True
    four_eyes: bool = False
    sender: SenderGate | None = None
    answers: Release = Release.HAND
    expires_after_days: int | None = Field(default=None, ge=1)
    due_after_days: int | None = Field(default=None, ge=0)
    baseline: str | None = None
    allowed_error: Decimal = Field(default=Decimal("0.01"), gt=0, lt=1)


class Office(Located):
    """An Amt or Gemeinde: the tenant. `municipalities` maps a name to the id of its dog tax statute."""

    id: Identifier
    name: str
    land: str = "SH"
    names: tuple[str, ...] = ()
    mailboxes: tuple[MailboxSettings, ...] = ()
    folders: tuple[FolderSettings, ...] = ()
    form_senders: tuple[str, ...] = ()
    senders: SenderSettings = Field(default_factory=SenderSettings)
    buyer_references: tuple[str, ...] = ()
    smime: SmimeSettings | None = None
    suppliers: Path | None = None
    municipalities: dict[str, Identifier] = Field(default_factory=dict)
    processes: dict[str, ProcessOverlay] = Field(default_factory=dict)
    systems: dict[str, SystemOverlay] = Field(default_factory=dict)
    retention: Retention = Field(default_factory=Retention)
    intake: IntakeSettings = Field(default_factory=IntakeSettings)

    @field_validator("municipalities", "processes", "systems", "retention", "intake", mode="before")
    @classmethod
    def _nothing_yet(cls, value: object) -> object:
        """A heading with nothing below it, as one begins a file or comments its last line out."""
        return {} if value is None else value

    @property
    def all_names(self) -> tuple[str, ...]:
        """Every name the office answers to, its own first."""
        return (self.name, *self.names)

    @property
    def doors(self) -> tuple[MailboxSettings | FolderSettings, ...]:
        """Every way by which post comes in; `account` names it for good in the record."""
        return (*self.mailboxes, *self.folders)

    def reading_context(
        self, mailbox: MailboxSettings | None = None, *, model_path: str | None = None
    ) -> ReadingContext:
        """What the reader has to know to judge a mail of this mailbox; without one no sender is ever proven."""
        return ReadingContext(
            authserv_id=mailbox.authserv_id if mailbox else None,
            form_senders=self.form_senders,
            arc_sealers=self.senders.arc_sealers,
            model_path=model_path,
        )
