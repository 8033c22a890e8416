"""Processes: which kinds they take, which fields they need, what they check and where they post."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator

from casework.configuration.answers import ProcessAnswer
from casework.configuration.located import Located
from casework.configuration.offices import Identifier
from casework.configuration.senders import SenderGate
from casework.configuration.vocabulary import FieldType, Nature

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*(?:\|[a-z][a-z0-9_]*)*)(:[a-z]+)?(\?)?\}")
"""`{number}`, `{order_reference|buyer_reference}` (the first that is read), `{iban?}` (may be empty), `{name:key}`."""


class Label(Located):
    """What people read, in German and English."""

    de: str
    en: str


class FieldSettings(Located):
    """A field of the process in the order the console shows it. `derived`: computed from others, not read.

    `pattern` is a regular expression that the whole value has to fit; `choices` are canonical values with labels.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Label
    type: FieldType = FieldType.TEXT
    required: bool = False
    derived: bool = False
    two_sources: bool | None = None
    pattern: str = ""
    choices: dict[str, Label] = Field(default_factory=dict)

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from error
        return value

    @property
    def needs_two_sources(self) -> bool:
        """Money and IBAN do, unless the process says otherwise for this field (DESIGN §7)."""
        by_type = self.type in (FieldType.MONEY, FieldType.IBAN)
        return by_type if self.two_sources is None else self.two_sources


class Attachments(StrEnum):
    """What goes along with a posting: the part the case is about, the whole message as it came (.eml), or nothing."""

    MAIN = "main"
    ALL = "all"
    NONE = "none"


_ONE_OR_MANY = WithJsonSchema(
    {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
)


def _one_or_many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class PostingStep(Located):
    """One operation in one target system. `business_key`: the first template whose fields are all there counts.

    `fields` and `lines` map a field of the mask to a template or a constant.
    """

    system: str
    operation: str
    business_key: Annotated[tuple[str, ...], BeforeValidator(_one_or_many), _ONE_OR_MANY] = Field(min_length=1)
    fields: dict[str, str] = Field(default_factory=dict)
    lines: dict[str, str] = Field(default_factory=dict)
    attachments: Attachments = Attachments.NONE

    def templates(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Every template with its path in the step; those of `lines` speak of the lines' own names."""
        for index, template in enumerate(self.business_key):
            yield ("business_key", index), template
        for name, template in self.fields.items():
            yield ("fields", name), template


class Process(Located):
    """What happens with letters of some kinds. `expires_after_days` and `due_after_days` count from arrival."""

    id: Identifier
    title: Label
    kinds: tuple[str, ...] = ()
    fields: tuple[FieldSettings, ...] = ()
    postings: tuple[PostingStep, ...] = ()
    checks: tuple[str, ...] = ()
    answers: tuple[ProcessAnswer, ...] = ()
    nature: Nature = Nature.CAPTURE
    sender: SenderGate = SenderGate.ANY
    baseline: str
    expires_after_days: int | None = Field(default=None, ge=1)
    due_after_days: int | None = Field(default=None, ge=0)
    service_keys: tuple[str, ...] = ()
    purpose: str = ""

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the fields without which nothing is posted."""
        return tuple(field.name for field in self.fields if field.required)

    def field(self, name: str) -> FieldSettings | None:
        """The settings of a field, or None when the process does not know it."""
        return next((field for field in self.fields if field.name == name), None)


def placeholders(template: str) -> list[tuple[tuple[str, ...], str, bool]]:
    """The placeholders of a template: alternatives, filter (empty without) and whether it may stay empty."""
    return [
        (tuple(match[1].split("|")), (match[2] or "").removeprefix(":"), bool(match[3]))
        for match in PLACEHOLDER.finditer(template)
    ]


def stray_braces(template: str) -> bool:
    """Does the template hold a brace that belongs to no placeholder?"""
    rest = PLACEHOLDER.sub("", template)
    return "{" in rest or "}" in rest
