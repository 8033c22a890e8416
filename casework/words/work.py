"""A posting as its bot sees it: what to carry over, what came back, and who lets it leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field


class WorkAttachment(BaseModel):
    """A file that goes along; `path` is readable by the bot for the time of the posting."""

    model_config = ConfigDict(frozen=True)

    name: str
    path: Path


class Work(BaseModel):
    """What one posting carries (INTERFACES: WORK.json). Values are canonical: ISO dates, decimal points."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    business_key: str
    fields: dict[str, str] = Field(default_factory=dict)
    lines: list[dict[str, str]] = Field(default_factory=list)
    attachments: list[WorkAttachment] = Field(default_factory=list)
    marker: str | None = None
    case: str | None = None
    former_keys: list[str] = Field(default_factory=list)


@dataclass(frozen=True)
class Receipt:
    """Proof that the target system holds the data. `ours`: our marker stands in it."""

    number: str
    marker: str | None = None
    business_key: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    ours: bool = False


@dataclass(frozen=True)
class Picture:
    """A masked screenshot as PNG bytes; `name` is `before` or `after`, or the mask's name."""

    name: str
    png: bytes


@dataclass(frozen=True)
class EnteredValue:
    """One field of a mask: what was wanted and what stood there afterwards, both canonical."""

    wanted: str
    read_back: str


@dataclass(frozen=True)
class Entered:
    """A filled mask, read back and compared; nothing has been changed for good."""

    values: dict[str, EnteredValue] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    heals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Permit:
    """The journal holds `sent` durably: the request may leave, once."""


@dataclass(frozen=True)
class Refusal:
    """The request must not leave."""

    reason: str


class Departure(Protocol):
    """Asked at the gate before the one irrevocable request leaves."""

    def may_leave(self, sign: str, digest: str) -> Permit | Refusal:
        """Write `sent` and permit, or refuse. `sign` names the commit sign, `digest` the request's SHA-256."""


class Operation(Protocol):
    """One thing a bot can do in a target system, as three verbs (DESIGN §5)."""

    def find(self, work: Work) -> Receipt | None:
        """Is it already there? Looks for the marker, then the business key and its former ones. Read-only."""

    def enter(self, work: Work) -> Entered:
        """Fill the masks, read every field back and compare; change nothing for good."""

    def commit(self, departure: Departure) -> Receipt:
        """Take the one irrevocable step, if `departure` permits.

        Raises `NothingLeft`, `Rejected` or `OutcomeUnknown`.
        """

    def pictures(self) -> tuple[Picture, ...]:
        """The masked screenshots taken since `enter`, for the evidence."""
