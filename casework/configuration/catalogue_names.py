"""Names in a catalogue that lead nowhere: masks, fields, buttons, tables, columns and signs, each with its place.

What is found here would otherwise only show in front of the target system, or, worse, not at all: a column that does
not exist would make any row the right one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from casework.configuration.masks import Mask, Step
from casework.configuration.sentences import did_you_mean

if TYPE_CHECKING:
    from casework.configuration.systems import BrowserOperation, BrowserSystem, Search

Path = tuple[str | int, ...]
Found = tuple[Path, str]


def dangling_names(system: BrowserSystem) -> Iterator[Found]:
    """Every name that is used somewhere and defined nowhere: the path in the file, and a sentence."""
    yield from _login(system)
    for name, mask in system.masks.items():
        yield from _Walk(system).steps(mask.open, ("masks", name, "open"))
        for title, table in mask.tables.items():
            if table.link:
                yield from _known("column", table.link, table.columns, ("masks", name, "tables", title, "link"))
    for name, operation in system.operations.items():
        yield from _operation(system, operation, ("operations", name))


def _known(what: str, name: str, known: Collection[str], path: Path, *, of: str = "") -> Iterator[Found]:
    if name not in known:
        hint = did_you_mean(name, known)
        where = f" of {of}" if of else ""
        yield path, f"{what} {name!r}{where} is not defined" + (f" – {hint}" if hint else "")


def _login(system: BrowserSystem) -> Iterator[Found]:
    login = system.login
    yield from _known("mask", login.mask, system.masks, ("login", "mask"))
    mask = system.masks.get(login.mask)
    if mask is None:
        return
    of = f"mask {login.mask!r}"
    for key, name in (("user", login.user), ("password", login.password)):
        yield from _known("field", name, mask.fields, ("login", key), of=of)
    yield from _known("button", login.submit, mask.buttons, ("login", "submit"), of=of)
    yield from _Walk(system, login.mask).steps(login.take_over, ("login", "take_over"))


def _operation(system: BrowserSystem, operation: BrowserOperation, path: Path) -> Iterator[Found]:
    signs = {sign.name for sign in system.commits}
    for index, sign in enumerate(operation.commit.signs):
        yield from _known("commit sign", sign, signs, (*path, "commit", "signs", index))
    for index, search in enumerate(operation.find):
        yield from _search(system, search, (*path, "find", index))
    # the commit goes on in the mask that `enter` left standing
    walk = _Walk(system)
    yield from walk.steps(operation.enter, (*path, "enter"))
    yield from walk.steps(operation.commit.steps, (*path, "commit", "steps"))


def _search(system: BrowserSystem, search: Search, path: Path) -> Iterator[Found]:
    yield from _Walk(system).steps(search.steps, (*path, "steps"))
    yield from _known("mask", search.mask, system.masks, (*path, "mask"))
    mask = system.masks.get(search.mask)
    if mask is None:
        return
    yield from _known("table", search.table, mask.tables, (*path, "table"), of=f"mask {search.mask!r}")
    if search.table not in mask.tables:
        return
    read = search.detail.read if search.detail else {}
    known = {*mask.tables[search.table].columns, *read}
    of = f"table {search.table!r}" + (" and its detail" if read else "")
    yield from _known("column", search.receipt, known, (*path, "receipt"), of=of)
    if search.marker_in:
        yield from _known("column", search.marker_in, known, (*path, "marker_in"), of=of)
    for name in search.match:
        yield from _known("column", name, known, (*path, "match", name), of=of)
    if search.detail is not None:
        yield from _known("mask", search.detail.mask, system.masks, (*path, "detail", "mask"))
        walk = _Walk(system, search.detail.mask)
        yield from walk.steps(search.detail.steps, (*path, "detail", "steps"))
        if walk.mask is not None:
            for name, field in search.detail.read.items():
                yield from _known("field", field, walk.mask.fields, (*path, "detail", "read", name), of=walk.of)


class _Walk:
    """Goes through steps and knows the mask they stand in, as far as `open` and `see` tell it."""

    def __init__(self, system: BrowserSystem, mask: str = "") -> None:
        self._system = system
        self._name = mask
        self._lost = bool(mask) and mask not in system.masks

    @property
    def mask(self) -> Mask | None:
        return self._system.masks.get(self._name)

    @property
    def of(self) -> str:
        return f"mask {self._name!r}"

    def steps(self, steps: Sequence[Step], path: Path) -> Iterator[Found]:
        """The names in these steps that lead nowhere."""
        for index, step in enumerate(steps):
            yield from self._step(step, (*path, index))
            yield from self.steps(step.steps, (*path, index, "steps"))

    def _step(self, step: Step, path: Path) -> Iterator[Found]:
        for key, name in (("open", step.open), ("see", step.see)):
            if name:
                yield from _known("mask", name, self._system.masks, (*path, key))
                self._name, self._lost = name, name not in self._system.masks
        if not (step.fill or step.click or step.press or step.choose or step.when_offered):
            return
        if self.mask is not None:
            yield from self._in(self.mask, step, path)
        elif not self._lost:
            yield path, "no mask stands here yet: begin with `open` or `see`"

    def _in(self, mask: Mask, step: Step, path: Path) -> Iterator[Found]:
        for key, names in (("fill", step.fill), ("when_offered", step.when_offered)):
            for name in names:
                yield from _known("field", name, mask.fields, (*path, key, name), of=self.of)
        if isinstance(step.click, str) and step.click:
            yield from _known("button", step.click, mask.buttons, (*path, "click"), of=self.of)
        if step.choose is not None:
            yield from _known("table", step.choose.table, mask.tables, (*path, "choose", "table"), of=self.of)
            if step.choose.table in mask.tables:
                columns = mask.tables[step.choose.table].columns
                for name in step.choose.match:
                    yield from _known("column", name, columns, (*path, "choose", "match", name))
