"""Answers to senders: the mail account an office writes from, and which answers a process gives when."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field, field_validator

from casework.configuration.located import Located
from casework.words.addresses import is_address

Security = Literal["starttls", "tls"]


class When(StrEnum):
    """The moment at which an answer is due: how the case came to rest, or as soon as the letter was read."""

    ALWAYS = "always"
    REVIEW = "review"
    RELEASED = "released"
    DONE = "done"


class Release(StrEnum):
    """Who lets an answer leave: a rule of the office, or a person who has seen it."""

    RULE = "rule"
    HAND = "hand"


class ProcessAnswer(Located):
    """An answer that a process may give. `when` counts for `release: rule`; by hand the moment is the clerk's."""

    answer: str
    when: When = When.DONE
    release: Release = Release.HAND


class MailOverlay(Located):
    """The mail account of an office for a system of transport `mail`; other systems leave these keys out."""

    host: str | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Security | None = None
    sender: str | None = Field(default=None, alias="from")
    from_name: str | None = None
    reply_to: str | None = None
    most_per_day: int | None = Field(default=None, ge=1)

    @field_validator("sender", "reply_to")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is not None and not is_address(value):
            raise ValueError("this is no e-mail address; write one like post@amt.example")
        return value

    @property
    def mail(self) -> dict[str, str | int]:
        """What the office says about its mail account, by the names of the catalogue."""
        names = ("host", "port", "security", "sender", "from_name", "reply_to", "most_per_day")
        return {name: value for name in names if (value := getattr(self, name)) is not None}
