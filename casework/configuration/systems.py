"""The catalogue of a target system: where it is, how to log in, what its operations are, what changes it for good."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError, field_validator, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from casework.configuration.catalogue_names import dangling_names
from casework.configuration.masks import Dialog, Entry, Mask, PageSign, RequestSign, Slug, Step

__all__ = ["SYSTEM", "BrowserOperation", "BrowserSystem", "DropOperation", "DropSystem", "MailSystem", "Step", "System"]

OperationClass = Literal["set", "create", "create_blind", "irreversible"]


class Detail(Entry):
    """A look into the row found: its link leads to `mask`, `steps` further; then `read` (name: field of that mask)."""

    mask: str
    steps: tuple[Step, ...] = ()
    read: dict[str, str]


class Search(Entry):
    """One way to look something up: by our marker, by business keys (`{key}`), or by fields of the work.

    A row counts when every entry of `match` (column or name read in the detail: template) agrees. `receipt` and
    `marker_in` name the column, or what the detail reads, that holds the receipt's number and our marker.
    """

    by: Literal["marker", "business_key", "fields"]
    steps: tuple[Step, ...]
    mask: str
    table: str
    match: dict[str, str] = Field(default_factory=dict)
    receipt: str
    marker_in: str = ""
    detail: Detail | None = None

    @model_validator(mode="after")
    def _tells_rows_apart(self) -> Search:
        if self.by == "marker" and not self.marker_in:
            raise ValueError("a search for the marker needs `marker_in`: where the marker stands")
        if self.by != "marker" and not self.match:
            raise ValueError(f"a search by {self.by} needs `match`: what tells the right row from others")
        return self


class Commit(Entry):
    """The one irrevocable step, with everything that may follow it.

    `success` reads the number of the receipt by a group `receipt`: without a receipt nothing is ever confirmed.
    """

    signs: tuple[str, ...] = Field(min_length=1)
    steps: tuple[Step, ...] = Field(min_length=1)
    success: PageSign
    rejected: tuple[PageSign, ...] = ()

    @field_validator("success")
    @classmethod
    def _reads_the_receipt(cls, value: PageSign) -> PageSign:
        if not any("receipt" in re.compile(text).groupindex for text in (value.text, value.dialog)):
            raise ValueError("name the receipt's number in `text`: `(?P<receipt>…)`; without it nothing is confirmed")
        return value


class BrowserOperation(Entry):
    """One thing a bot can do in the system, as find, enter and commit."""

    title: str
    operation_class: OperationClass = Field(alias="class")
    find: tuple[Search, ...]
    enter: tuple[Step, ...]
    commit: Commit
    dialogs: tuple[Dialog, ...] = ()
    refusals: tuple[PageSign, ...] = ()


class Login(Entry):
    """How a login goes; a failed one is never repeated. `account` is the user, the password is the system's secret.

    `in_use`: the account is logged in elsewhere; `take_over` are the steps that end that session (our own, of a worker
    that died: the record leases logins), after which the form is sent once more.
    """

    account: str
    page: str
    mask: str
    user: str = "user"
    password: str = "password"
    submit: str = "login"
    success: PageSign
    failure: tuple[PageSign, ...]
    in_use: PageSign | None = None
    take_over: tuple[Step, ...] = ()


class SystemBase(Entry):
    """What every target system has.

    Times in seconds; `settle_s` is how long a commit of unknown outcome may still take effect.
    """

    system: Slug
    title: str
    secret: str = ""
    logins: int = Field(default=1, ge=1)
    longest_request_s: float = Field(default=60.0, gt=0)
    settle_s: float = Field(default=120.0, gt=0)

    @model_validator(mode="after")
    def _settles_long_enough(self) -> SystemBase:
        if self.settle_s < self.longest_request_s:
            raise ValueError("settle_s must be at least longest_request_s: a slow request may still take effect")
        return self


class BrowserSystem(SystemBase):
    """A system that is reached through its web pages."""

    transport: Literal["browser"]
    base_url: str
    hosts: tuple[str, ...] = ()
    ca: str = ""
    websockets: Literal["refuse", "relay"] = "refuse"
    step_s: float = Field(default=15.0, gt=0)
    login: Login
    session_lost: tuple[PageSign, ...]
    trouble: tuple[PageSign, ...] = ()
    commits: tuple[RequestSign, ...]
    harmless: tuple[RequestSign, ...] = ()
    masks: dict[str, Mask]
    operations: dict[Slug, BrowserOperation]

    @model_validator(mode="after")
    def _names_exist(self) -> BrowserSystem:
        problems = list(dangling_names(self))
        if problems:
            # each with its own place, so that `amtsbote check` can name the line
            raise ValidationError.from_exception_data(self.system, [_at(path, text) for path, text in problems])
        return self


class DropOperation(Entry):
    """A kind of record that the drop takes: name in the metadata file → template over the work's fields."""

    title: str
    operation_class: OperationClass = Field(default="create", alias="class")
    metadata: dict[str, str]


class DropSystem(SystemBase):
    """A folder from which another system imports: one sub-folder with documents and metadata file per case.

    `taken` are the folders (absolute, or below `folder`) into which that system puts what it has imported.
    """

    transport: Literal["drop"]
    folder: str
    taken: tuple[str, ...] = ()
    metadata_format: Literal["json", "xml"] = "json"
    operations: dict[Slug, DropOperation]


class MailOperation(Entry):
    """A sort of answer. Its fields are those of a letter: who it goes to, subject, body, what it answers."""

    title: str
    operation_class: Literal["irreversible"] = Field(default="irreversible", alias="class")


class MailSystem(SystemBase):
    """A mail server that takes what we send (SMTP submission). The account is the office's: see `MailOverlay`.

    `security`: TLS from the first byte, or STARTTLS, which the server has to offer. `most_per_day`: answers to one
    address within 24 hours.
    """

    transport: Literal["mail"]
    host: str = ""
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls"] = "starttls"
    account: str = ""
    sender: str = ""
    from_name: str = ""
    reply_to: str = ""
    ca: str = ""
    most_per_day: int = Field(default=5, ge=1)
    operations: dict[Slug, MailOperation]

    @property
    def is_set_up(self) -> bool:
        """Does the office say where its mail goes out and under which address?"""
        return bool(self.host and self.sender)


System = Annotated[BrowserSystem | DropSystem | MailSystem, Field(discriminator="transport")]
SYSTEM: TypeAdapter[BrowserSystem | DropSystem | MailSystem] = TypeAdapter(System)


def _at(path: tuple[str | int, ...], text: str) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError("value_error", "{error}", {"error": text}), loc=path, input=None)
