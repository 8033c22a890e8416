"""Type into controls and read them back from the document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import ElementHandle, Error as PlaywrightError

from bots.browser.locate import ElementMissing
from casework.configuration.masks import MaskField, wildcard_matches
from casework.words.errors import NeedsReview

Option = tuple[str, str, bool]
_PLAIN = frozenset({"text", "integer", "decimal", "amount", "date", "iban", "password"})


@dataclass(frozen=True)
class State:
    """A control as it stands: its kind, its text, and for a choice the options (own value, text shown, chosen)."""

    kind: str
    text: str
    options: Sequence[Option]


def state_of(answer: Any) -> State:
    """A control's state as the document told it."""
    kind, text, options = answer
    return State(kind, text, [(inner, shown, chosen) for inner, shown, chosen in options])


def state(control: ElementHandle) -> State:
    """Read a control."""
    return state_of(control.evaluate("e => window.__amtsbote.state(e)"))


def put(control: ElementHandle, field: MaskField, value: str, *, what: str) -> None:
    """Enter what the mask shows for `value`; a file is given by its path."""
    if field.format in _PLAIN:
        _type(control, value, what=what)
        return
    now = state(control)
    if now.kind == "select":
        control.select_option(index=_fitting(now, field, value, what=what), no_wait_after=True)
    elif now.kind == "radio":
        index = _fitting(now, field, value, what=what)
        button = control.evaluate_handle("(e, index) => window.__amtsbote.radio(e, index)", index).as_element()
        if button is None:
            raise ElementMissing(what, 0)
        button.check(no_wait_after=True)
    elif now.kind == "checkbox":
        control.set_checked(value == "true", no_wait_after=True)
    elif now.kind == "file":
        control.set_input_files(Path(value), no_wait_after=True)
    else:
        _type(control, value, what=what)


def shown(now: State, field: MaskField, wanted: str) -> str:
    """What the control holds now; a choice that fits what was wanted is given as wanted."""
    if now.kind not in ("select", "radio"):
        return now.text
    chosen = [option for option in now.options if option[2]]
    if any(_fits(field, wanted, option) for option in chosen):
        return wanted
    return chosen[0][1] if chosen else ""


def offers(control: ElementHandle, field: MaskField, value: str) -> bool:
    """Whether a choice offers exactly one option for this value."""
    return sum(_fits(field, value, option) for option in state(control).options) == 1


def _type(control: ElementHandle, value: str, *, what: str) -> None:
    try:
        control.fill(value, no_wait_after=True)
    except PlaywrightError as error:
        if "not an <input>" in error.message or "cannot be filled" in error.message:
            raise NeedsReview("mask_changed", f"{what} takes no text: compare it with the catalogue") from None
        raise


def _fitting(now: State, field: MaskField, value: str, *, what: str) -> int:
    """The index of the one option for this value."""
    fitting = [index for index, option in enumerate(now.options) if _fits(field, value, option)]
    if len(fitting) > 1:
        raise ElementMissing(f"{what}: the option", len(fitting))
    if not fitting:
        raise NeedsReview("rejected", f"{what} does not offer the wanted choice: add it there or correct the case")
    return fitting[0]


def _fits(field: MaskField, value: str, option: Option) -> bool:
    """An option fits by the catalogue's words for the value, by its pattern, by its text or by its own value."""
    inner, text, _ = option
    if value in field.values:
        return field.values[value] in (text, inner)
    if field.shown:
        return wildcard_matches(field.shown.replace("{value}", value), text)
    return value in (text, inner)
