"""The catalogue of a target system: where it is, how to log in, what its operations are, what changes it for good."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, model_validator

from casework.configuration.masks import Dialog, Entry, Mask, PageSign, RequestSign, Slug, Step

__all__ = ["SYSTEM", "BrowserOperation", "BrowserSystem", "DropOperation", "DropSystem", "Step", "System"]

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
    """The one irrevocable step, with everything that may follow it."""

    signs: tuple[str, ...]
    steps: tuple[Step, ...]
    success: PageSign
    rejected: tuple[PageSign, ...] = ()


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
        problems = list(_dangling_names(self))
        if problems:
            raise ValueError("; ".join(problems))
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


System = Annotated[BrowserSystem | DropSystem, Field(discriminator="transport")]
SYSTEM: TypeAdapter[BrowserSystem | DropSystem] = TypeAdapter(System)


def _dangling_names(system: BrowserSystem) -> Iterator[str]:
    """Masks, fields, buttons, tables and signs that are named somewhere and defined nowhere."""
    known = {sign.name for sign in system.commits}
    if system.login.mask not in system.masks:
        yield f"login: mask {system.login.mask!r} is not defined"
    for name, mask in system.masks.items():
        yield from _dangling_in_steps(system, mask.open, f"masks.{name}.open")
    for name, operation in system.operations.items():
        where = f"operations.{name}"
        yield from (
            f"{where}: commit sign {sign!r} is not defined" for sign in operation.commit.signs if sign not in known
        )
        yield from _dangling_in_steps(system, operation.enter, f"{where}.enter")
        yield from _dangling_in_steps(system, operation.commit.steps, f"{where}.commit")
        for search in operation.find:
            yield from _dangling_in_steps(system, search.steps, f"{where}.find")
            if search.mask not in system.masks or search.table not in system.masks[search.mask].tables:
                yield f"{where}.find: mask {search.mask!r} has no table {search.table!r}"


def _dangling_in_steps(system: BrowserSystem, steps: tuple[Step, ...], where: str) -> Iterator[str]:
    """Follow the mask a step stands in as far as `open` and `see` tell it."""
    current: Mask | None = None
    for step in (inner for outer in steps for inner in outer.walk()):
        if step.open or step.see:
            current = system.masks.get(step.open or step.see)
            if current is None:
                yield f"{where}: mask {step.open or step.see!r} is not defined"
        if current is None:
            continue
        yield from (f"{where}: the mask has no field {name!r}" for name in step.fill if name not in current.fields)
        if isinstance(step.click, str) and step.click and step.click not in current.buttons:
            yield f"{where}: the mask has no button {step.click!r}"
