"""Who sent a message: the verdict with its methods and reasons, and where public keys come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict


class SenderOutcome(StrEnum):
    """`proven`: somebody we believe vouches for the domain of From. `contradicted`: what is known does not agree."""

    PROVEN = "proven"
    UNPROVEN = "unproven"
    CONTRADICTED = "contradicted"


class ProvedBy(StrEnum):
    """What proved a sender: the office's gateway, the domain's own signature, a sealer the office lists, a folder."""

    GATEWAY = "gateway"
    SIGNATURE = "signature"
    SEAL = "seal"
    FOLDER = "folder"


class SenderMethod(BaseModel):
    """One look at the sender. `by` is who looked: an authserv-id, a sealer's domain, or empty for ourselves."""

    model_config = ConfigDict(frozen=True)

    name: str
    result: str
    domain: str = ""
    by: str = ""


class SenderVerdict(BaseModel):
    """Who a message says it is from, and what that is worth. Addresses in lower case; `reasons` are reason codes."""

    model_config = ConfigDict(frozen=True)

    address: str = ""
    name: str = ""
    reply_to: str = ""
    return_path: str = ""
    outcome: SenderOutcome = SenderOutcome.UNPROVEN
    proved_by: ProvedBy | None = None
    methods: tuple[SenderMethod, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        """The domain of the From address; empty without one."""
        return self.address.rpartition("@")[2] if "@" in self.address else ""

    @property
    def is_proven(self) -> bool:
        """Is the domain of From proven?"""
        return self.outcome is SenderOutcome.PROVEN


def of_folder(*, trusted: bool) -> SenderVerdict:
    """The verdict on what lay in a watched folder: the office says whether only its own systems can write there."""
    if trusted:
        return SenderVerdict(outcome=SenderOutcome.PROVEN, proved_by=ProvedBy.FOLDER)
    return SenderVerdict(reasons=("sender_folder_open",))


class KnownSenders(Protocol):
    """The organisations whose mail an office knows; all domains are those of organisations (`firma.example`)."""

    @property
    def own(self) -> frozenset[str]:
        """The office's own."""

    @property
    def names(self) -> Mapping[tuple[str, ...], frozenset[str]]:
        """Words of a known name, and the domains that may bear it."""

    def knows(self, domain: str) -> bool:
        """Is this a domain of one of them?"""

    def domains(self) -> frozenset[str]:
        """All of them."""


class SigningKeys(Protocol):
    """Public keys of signing domains (RFC 6376, section 3.6) by name, `selector._domainkey.domain`."""

    def known(self) -> Mapping[str, str]:
        """The keys at hand, without asking anybody."""

    def look_up(self, names: Sequence[str]) -> Mapping[str, str]:
        """The key of every name; empty where none was found in time. Never raises."""
