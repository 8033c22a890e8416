"""What an office says about senders: are signatures checked here, whose seals count, which domains are its own."""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from casework.configuration.located import Located

DomainName = Annotated[
    str,
    StringConstraints(pattern=r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$"),
]
KeyName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_][a-z0-9_.-]*\._domainkey\.[a-z0-9][a-z0-9.-]*$")]


class SenderGate(StrEnum):
    """What a process asks of the sender before a case may pass alone."""

    PROVEN = "proven"
    NOT_CONTRADICTED = "not_contradicted"
    ANY = "any"


class DkimSettings(Located):
    """Where public keys are looked up: `none` (no connection leaves), `system`, or the address of a DNS server.

    `keys` maps `selector._domainkey.domain` to a file with the text of that record; such a key is never asked for.
    """

    resolver: str = "none"
    port: int = Field(default=53, ge=1, le=65535)
    keys: dict[KeyName, Path] = Field(default_factory=dict)

    @field_validator("resolver")
    @classmethod
    def _is_a_place(cls, value: str) -> str:
        if value not in ("none", "system"):
            try:
                ipaddress.ip_address(value)
            except ValueError:
                raise ValueError("write none, system, or the IP address of a DNS server") from None
        return value

    @property
    def checks(self) -> bool:
        """Are signatures checked at all?"""
        return self.resolver != "none" or bool(self.keys)


class SenderSettings(Located):
    """`arc_sealers` are forwarders whose seal the office believes; `own_domains` those it writes from itself."""

    dkim: DkimSettings = Field(default_factory=DkimSettings)
    arc_sealers: tuple[DomainName, ...] = ()
    own_domains: tuple[DomainName, ...] = ()
