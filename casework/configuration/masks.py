"""How the masks of a target system look and how to act in them: elements, signs, steps (DESIGN §6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
ValueFormat = Literal["text", "integer", "decimal", "amount", "date", "iban", "choice", "check", "file", "password"]


class Entry(BaseModel):
    """Base of all entries: unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RequestSign(Entry):
    """A request told apart by method, path, query and form fields.

    In every pattern `*` stands for any text; everything else is literal. `null` wants a form field absent.
    """

    name: Slug
    method: str = "POST"
    path: str
    query: dict[str, str | None] = Field(default_factory=dict)
    form: dict[str, str | None] = Field(default_factory=dict)

    @field_validator("method")
    @classmethod
    def _upper(cls, value: str) -> str:
        return value.upper()

    @model_validator(mode="after")
    def _reads_have_no_form(self) -> RequestSign:
        if self.form and self.method in ("GET", "HEAD"):
            raise ValueError(f"sign {self.name!r}: a {self.method} has no form; use query")
        return self


class Element(Entry):
    """How to find one element: by label first, then role and name, structure (CSS) only where nothing else is left.

    A label is the text of `<label>` or of the cell beside it, without colon and asterisk; several may be given.
    `column`: the control in the row of a grid, under this heading. `reloads`: using it loads the mask again,
    or the frame given.
    `sometimes`: not there on the empty mask, so the contract check does not look for it.
    """

    label: tuple[str, ...] = ()
    column: str = ""
    role: str = ""
    name: str = ""
    structure: str = ""
    frame: tuple[str, ...] | None = None
    reloads: bool | tuple[str, ...] = False
    sometimes: bool = False

    @field_validator("label", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _something(self) -> Element:
        if not (self.label or self.column or self.role or self.name or self.structure):
            raise ValueError("an element needs a label, a column, a role, a name or a structure")
        return self


class MaskField(Element):
    """A field of a mask.

    `format` says how a canonical value is typed and read back. For a choice, `values` maps canonical values to the
    words shown, or `shown` is the option's text with `{value}` and `*` in it. `cut_at`: free text is cut to so many
    characters. `private`: blackened in pictures.
    """

    format: ValueFormat = "text"
    values: dict[str, str] = Field(default_factory=dict)
    shown: str = ""
    cut_at: int | None = Field(default=None, ge=1)
    private: bool = False


class PageSign(Entry):
    """Something to be seen on a page: `text` and `dialog` are regular expressions, `url` takes `*`.

    `window` and `frame` narrow the search. `proves_not_done`: this sign means that nothing was stored.
    `later`: this sign means the wrong moment (a lock), not wrong data. A group `receipt` in `text` is read.
    """

    name: Slug = "sign"
    text: str = ""
    url: str = ""
    dialog: str = ""
    element: Element | None = None
    window: str = ""
    frame: tuple[str, ...] = ()
    proves_not_done: bool = False
    later: bool = False

    @field_validator("text", "dialog")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from error
        return value

    @model_validator(mode="after")
    def _something(self) -> PageSign:
        if not (self.text or self.url or self.dialog or self.element):
            raise ValueError(f"sign {self.name!r} needs a text, a url, a dialog or an element")
        return self


class Dialog(Entry):
    """A dialog of the browser that may come up: matched by its text (regular expression); others are dismissed."""

    text: str
    accept: bool = True


class RowChoice(Entry):
    """The one row of a table in which every entry of `match` (column: template) agrees; its link is used."""

    table: str
    match: dict[str, str]


_ACTIONS = (
    "choose",
    "open",
    "see",
    "goto",
    "fill",
    "click",
    "press",
    "each",
    "when",
    "when_seen",
    "when_offered",
    "close",
    "read_back",
    "wait",
)


class Step(Entry):
    """One step; exactly one of the actions stands in it.

    `open`: go to a mask by its own steps · `see`: wait for a mask that the last step brought · `goto`: a path ·
    `fill`: mask fields from templates (`"{number}"`; `"{skonto?}"` is left out when the work has none) ·
    `click`: a button of the mask · `press`: a key · `each`: repeat `steps` for `lines` or `attachments` ·
    `when`: `steps` only if the work has this field · `when_seen`: `steps` only if this sign stands there now ·
    `when_offered`: `steps` only if the choice of this mask field has the value · `choose`: follow the link of a row ·
    `close`: a window · `read_back`: compare now, before the mask goes · `wait`: for a sign.
    `opens` names the window that the click brings up.
    """

    open: str = ""
    see: str = ""
    goto: str = ""
    fill: dict[str, str] = Field(default_factory=dict)
    click: str | Element = ""
    press: str = ""
    each: Literal["", "lines", "attachments"] = ""
    when: str = ""
    when_seen: PageSign | None = None
    when_offered: dict[str, str] = Field(default_factory=dict)
    choose: RowChoice | None = None
    close: str = ""
    read_back: bool = False
    wait: PageSign | None = None
    steps: tuple[Step, ...] = ()
    opens: str = ""

    @field_validator("fill", mode="before")
    @classmethod
    def _names_stand_for_themselves(cls, value: object) -> object:
        return {name: "{" + str(name) + "}" for name in value} if isinstance(value, list) else value

    @model_validator(mode="after")
    def _one_action(self) -> Step:
        given = [name for name in _ACTIONS if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(f"a step has exactly one action, this one has {given or 'none'}")
        if bool(self.steps) != (given[0] == "each" or given[0].startswith("when")):
            raise ValueError("`steps` belongs to `each` and `when…`, which need it")
        return self

    def walk(self) -> Iterator[Step]:
        """This step and those inside it."""
        yield self
        for inner in self.steps:
            yield from inner.walk()


class Table(Entry):
    """A table of a mask: columns by the text of their heading; `empty` is the sign of no rows; `next` pages through.

    `link` names the column whose link leads into a row.
    """

    columns: dict[str, str]
    formats: dict[str, ValueFormat] = Field(default_factory=dict)
    empty: PageSign | None = None
    next: Element | None = None
    link: str = ""


class Mask(Entry):
    """A screen: how to get there, the sign that it stands there, its fields, buttons and tables."""

    title: str
    window: str = "main"
    frame: tuple[str, ...] = ()
    sign: PageSign
    open: tuple[Step, ...] = ()
    fields: dict[str, MaskField] = Field(default_factory=dict)
    buttons: dict[str, Element] = Field(default_factory=dict)
    tables: dict[str, Table] = Field(default_factory=dict)


def wildcard_matches(pattern: str, text: str) -> bool:
    """Whether the whole text fits; `*` stands for any text, everything else for itself."""
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
