"""Carry out the steps of the catalogue and remember what was entered where."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from playwright.sync_api import ElementHandle

from bots.browser.controls import State, offers, put, shown, state
from bots.browser.locate import in_bulk
from bots.browser.signs import Glance
from bots.catalogue.screen import Screen
from bots.catalogue.tables import Rows
from bots.catalogue.templates import filled, values_of
from bots.catalogue.values import from_mask, same, to_mask
from casework.configuration.masks import Element, Mask, MaskField, Step
from casework.words.errors import NeedsReview
from casework.words.work import EnteredValue, Work


@dataclass
class Entry:
    """A value that was put into a field; `row` counts from 0 in a grid. `read_back` is filled by comparing."""

    mask: Mask
    name: str
    field: MaskField
    wanted: str
    row: int | None = None
    read_back: str | None = None

    @property
    def title(self) -> str:
        """How it is called in the evidence: `positions[2]` for the third line."""
        return self.name if self.row is None else f"{self.name}[{self.row}]"


@dataclass
class StepRunner:
    """Runs steps over one screen for one piece of work."""

    screen: Screen
    work: Work
    paused: bool = False
    entries: list[Entry] = field(default_factory=list)
    mask: Mask | None = None
    _row: int | None = None

    def run(self, steps: Sequence[Step], *, values: Mapping[str, str] | None = None) -> None:
        """One step after the other; `values` are what templates may name, by default the work's."""
        values = values if values is not None else values_of(self.work)
        for step in steps:
            self._pause(step)
            self._one(step, values)

    def read_back(self) -> None:
        """Read every field still to be compared from the document. Raises `NeedsReview('content_differs')`.

        A reload may have emptied fields after they were filled: those are filled once more, then read again.
        """
        for entry in self._differing():
            self._put(entry)
        differing = [entry.title for entry in self._differing()]
        if differing:
            names = ", ".join(differing)
            raise NeedsReview("content_differs", f"after entry the mask shows something else in: {names}")

    def entered(self) -> dict[str, EnteredValue]:
        """What was wanted and what was read back, by mask field."""
        return {entry.title: EnteredValue(entry.wanted, entry.read_back or "") for entry in self.entries}

    # --- the actions

    def _one(self, step: Step, values: Mapping[str, str]) -> None:
        if step.open or step.see:
            self.open(step.open or step.see, by_its_steps=bool(step.open))
        elif step.goto:
            self.screen.go(step.goto)
        elif step.fill:
            self._fill(step.fill, values)
        elif step.click:
            self._click(step)
        elif step.choose is not None:
            rows = Rows(self.screen, self._current(), step.choose.table)
            rows.follow(rows.the_one(step.choose.match, values))
        elif step.press:
            self._press(step.press)
        elif step.close:
            self.screen.windows.close(step.close)
        elif step.read_back:
            self.read_back()
        elif step.wait is not None:
            sign = step.wait
            self.screen.wait_for(f"the sign {sign.name}", lambda: Glance(self.screen.windows).sees(sign))
        else:
            self._nested(step, values)

    def open(self, name: str, *, by_its_steps: bool) -> None:
        """Go to a mask and wait for its sign."""
        mask = self.screen.mask(name)
        if by_its_steps and mask.open:
            self.run(mask.open)
        self.screen.wait_for_mask(mask)
        self.mask = mask

    def _nested(self, step: Step, values: Mapping[str, str]) -> None:
        if step.each == "lines":
            for index, line in enumerate(self.work.lines):
                self._row = index
                self.run(step.steps, values={**values, **line})
            self._row = None
        elif step.each == "attachments":
            for attachment in self.work.attachments:
                self.run(step.steps, values={**values, "name": attachment.name, "path": str(attachment.path)})
        elif self._holds(step, values):
            self.run(step.steps, values=values)

    def _holds(self, step: Step, values: Mapping[str, str]) -> bool:
        if step.when:
            return step.when in values
        if step.when_seen is not None:
            return Glance(self.screen.windows).sees(step.when_seen) is not None
        for name, template in step.when_offered.items():
            wanted = filled(template, values)
            mask, entry = self._current(), self._current().fields[name]
            if wanted is None or not offers(self._control(mask, name, entry), entry, wanted):
                return False
        return True

    def _fill(self, fill: Mapping[str, str], values: Mapping[str, str]) -> None:
        mask = self._current()
        entries: list[Entry] = []
        for name, template in fill.items():
            settings = mask.fields[name]
            wanted = filled(template, values)
            if wanted is None:
                continue
            if settings.cut_at is not None:
                wanted = wanted[: settings.cut_at].rstrip()
            entries.append(Entry(mask, name, settings, wanted, self._row if settings.column else None))
        replaced = {(entry.mask.title, entry.title) for entry in entries}
        self.entries = [known for known in self.entries if (known.mask.title, known.title) not in replaced] + entries
        for batch in _batches(entries):
            self._put_all(mask, batch)

    def _put_all(self, mask: Mask, entries: Sequence[Entry]) -> None:
        """Enter several fields of one mask, none of which but the last loads it again."""
        bulk = [entry for entry in entries if in_bulk(entry.field)]
        handles = self.screen.elements(mask, [(entry.field, entry.row) for entry in bulk])
        known = dict(zip(map(id, bulk), handles, strict=True))
        for entry in entries:
            self._put(entry, known.get(id(entry)))

    def _put(self, entry: Entry, control: ElementHandle | None = None) -> None:
        typed = to_mask(entry.wanted, entry.field.format)
        if entry.field.private and typed:
            self.screen.private.append(typed)
        found = control or self._control(entry.mask, entry.name, entry.field, row=entry.row)
        self.screen.use(
            entry.mask,
            entry.field,
            lambda: put(found, entry.field, typed, what=f"the field “{entry.title}”"),
            what=f"the mask after choosing “{entry.title}”",
        )

    def _click(self, step: Step) -> None:
        mask = self._current()
        element = mask.buttons[step.click] if isinstance(step.click, str) else step.click
        what = f"the button “{step.click if isinstance(step.click, str) else element.name or element.label}”"
        handle = self.screen.element(mask, element, what=what)
        if step.opens:
            self.screen.windows.opened(step.opens, lambda: handle.click(no_wait_after=True))
            return
        self.screen.use(mask, element, lambda: handle.click(no_wait_after=True), what=f"the mask after {what}")

    def _press(self, key: str) -> None:
        page = self.screen.windows.page(self._current().window)
        if page is None:
            raise NeedsReview("mask_changed", f"the window for the key {key} is closed")
        page.keyboard.press(key)

    # --- reading back

    def _differing(self) -> list[Entry]:
        """Those whose field holds something else now, of the masks that still stand there.

        An entry whose mask has gone must have been compared before, by a `read_back` step.
        """
        standing = {entry.mask.title for entry in self.entries if self.screen.shows(entry.mask)}
        for entry in self.entries:
            if entry.mask.title not in standing and entry.read_back is None:
                raise NeedsReview("mask_changed", f"the field “{entry.title}” is gone before it was read back")
        compared = [entry for entry in self.entries if entry.mask.title in standing and not self._is_past(entry)]
        now = self._states(compared)
        return [entry for entry in compared if not self._agrees(entry, now.get(id(entry)))]

    @staticmethod
    def _is_past(entry: Entry) -> bool:
        """A field that is only there sometimes counts as it was when a `read_back` step compared it."""
        return entry.field.sometimes and entry.read_back is not None

    def _states(self, entries: Sequence[Entry]) -> dict[int, State]:
        """What the fields hold, asked mask by mask at once."""
        found: dict[int, State] = {}
        for title in {entry.mask.title for entry in entries}:
            bulk = [entry for entry in entries if entry.mask.title == title and in_bulk(entry.field)]
            states = self.screen.states(bulk[0].mask, [(entry.field, entry.row) for entry in bulk]) if bulk else []
            found |= {id(entry): now for entry, now in zip(bulk, states, strict=True) if now is not None}
        return found

    def _agrees(self, entry: Entry, now: State | None) -> bool:
        if entry.field.format == "password":
            entry.read_back = ""
            return True
        now = now or state(self._control(entry.mask, entry.name, entry.field, row=entry.row))
        typed = to_mask(entry.wanted, entry.field.format)
        text = shown(now, entry.field, typed)
        if entry.field.format == "file":
            entry.read_back = text
            return text == typed.rpartition("/")[2]
        read = from_mask(text, entry.field.format)
        agrees = same(entry.wanted, read, entry.field.format)
        entry.read_back = entry.wanted if agrees else read
        return agrees

    def _control(self, mask: Mask, name: str, element: Element, *, row: int | None = None) -> ElementHandle:
        return self.screen.element(mask, element, what=f"the field “{name}” of “{mask.title}”", row=row)

    def _current(self) -> Mask:
        if self.mask is None:
            raise NeedsReview("mask_changed", "a step of the catalogue stands before any mask was opened")
        return self.mask

    def _pause(self, step: Step) -> None:
        """For teaching and looking on: wait for the return key."""
        if self.paused:
            sys.stderr.write(f"next: {step.model_dump(exclude_defaults=True)}  [return] ")
            sys.stderr.flush()
            sys.stdin.readline()


def _batches(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Cut behind every field that loads the mask again: what was located before is gone after it."""
    batch: list[Entry] = []
    for entry in entries:
        batch.append(entry)
        if entry.field.reloads:
            yield batch
            batch = []
    if batch:
        yield batch
