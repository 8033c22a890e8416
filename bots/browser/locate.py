"""Find the one element that the catalogue means: by label first, then by role and name, by structure last.

Exactly one must fit. Healing (DESIGN §6) will come in here: where nothing fits, before `ElementMissing` is raised.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from playwright.sync_api import ElementHandle, Error as PlaywrightError, Frame

from bots.browser.windows import StillWaiting, Windows, is_transient, look
from casework.configuration.masks import Element
from casework.words.errors import NeedsReview


class ElementMissing(NeedsReview):
    """No element, or more than one, fits the catalogue's description."""

    def __init__(self, what: str, count: int) -> None:
        found = "nothing fits" if count == 0 else f"{count} elements fit"
        super().__init__(
            "mask_changed",
            f"{what}: {found}; compare the mask with its catalogue, then try `amtsbote post … --dry-run`",
        )


def locate(
    windows: Windows, frames: Callable[[], list[Frame]], element: Element, *, what: str, row: int | None = None
) -> ElementHandle:
    """The element, as soon as it is there. Raises `ElementMissing`."""
    count = 0

    def exactly_one() -> ElementHandle | None:
        nonlocal count
        found = [_only(frame, element, row=row) for frame in frames()]
        handles = [handle for handle in found if isinstance(handle, ElementHandle)]
        count = len(handles) + sum(number for number in found if isinstance(number, int))
        return handles[0] if handles and count == 1 else None

    try:
        handle: ElementHandle = windows.wait(exactly_one)
    except StillWaiting:
        raise ElementMissing(what, count) from None
    return handle


def locate_many(frame: Frame, asked: Sequence[tuple[Element, int | None]]) -> list[ElementHandle | None]:
    """Several elements by label or column at once; None where not exactly one fits (now)."""
    if not asked:
        return []
    array = frame.evaluate_handle("a => window.__amtsbote.find(a)", _questions(asked))
    return [handle.as_element() for handle in array.get_properties().values()]


def read_many(frame: Frame, asked: Sequence[tuple[Element, int | None]]) -> list[object]:
    """What several elements by label or column hold, as `bots.browser.controls` reads it; None where not one fits."""
    return look(frame, "a => window.__amtsbote.read(a)", _questions(asked)) or [None] * len(asked)


def in_bulk(element: Element) -> bool:
    """Whether it can be asked for together with others."""
    return bool(element.label or element.column) and element.frame is None


def count(frame: Frame, element: Element) -> int:
    """How many elements of this document fit."""
    if element.label or element.column:
        asked = _asked(element, None)
        return int(look(frame, f"a => {_LOOK_UP[bool(element.column)]}.length", asked) or 0)
    return len(candidates(frame, element))


def _questions(asked: Sequence[tuple[Element, int | None]]) -> list[list[object]]:
    return [[list(element.label), element.column, row or 0] for element, row in asked]


def _only(frame: Frame, element: Element, *, row: int | None) -> ElementHandle | int:
    """The only candidate of this document, or how many there are."""
    if not (element.column or element.label):
        found = candidates(frame, element)
        return found[0] if len(found) == 1 else len(found)
    try:
        handle = frame.evaluate_handle(
            f"a => window.__amtsbote.only({_LOOK_UP[bool(element.column)]})", _asked(element, row)
        )
    except PlaywrightError as error:
        if _is_replaced(frame, error):
            return 0
        raise
    return handle.as_element() or int(handle.json_value())


_LOOK_UP = {True: "window.__amtsbote.inGrid(a[0], a[1])", False: "window.__amtsbote.byLabel(a)"}


def _asked(element: Element, row: int | None) -> list[object]:
    return [element.column, row or 0] if element.column else list(element.label)


def candidates(frame: Frame, element: Element, *, row: int | None = None) -> list[ElementHandle]:
    """All elements of this document that fit the first kind of evidence the catalogue gives."""
    try:
        if element.column or element.label:
            return _handles(frame, f"a => {_LOOK_UP[bool(element.column)]}", _asked(element, row))
        if element.role:
            role = frame.get_by_role(element.role, name=element.name or None, exact=True)  # type: ignore[arg-type]
            return role.element_handles()
        if element.name:
            return frame.get_by_text(element.name, exact=True).element_handles()
        return frame.locator(element.structure).element_handles()
    except PlaywrightError as error:
        if _is_replaced(frame, error):
            return []
        raise


def _is_replaced(frame: Frame, error: PlaywrightError) -> bool:
    """A document that is just being replaced holds no candidates; its successor is asked at the next look."""
    return frame.is_detached() or is_transient(error)


def _handles(frame: Frame, expression: str, argument: object) -> list[ElementHandle]:
    array = frame.evaluate_handle(expression, argument)
    found = [handle.as_element() for handle in array.get_properties().values()]
    return [handle for handle in found if handle is not None]
