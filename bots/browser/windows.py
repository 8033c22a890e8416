"""The windows and frames of one login: which is which, what its dialogs said, whether a document is still the same."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

from playwright.sync_api import BrowserContext, Dialog as BrowserDialog, Error as PlaywrightError, Frame, Page

from casework.configuration.masks import Dialog, wildcard_matches

MAIN = "main"
POLL_MS = 20


class StillWaiting(Exception):
    """What was waited for did not come in time."""


@dataclass
class Windows:
    """Named windows of one browser context."""

    context: BrowserContext
    step_s: float
    pages: dict[str, Page] = field(default_factory=dict)
    dialogs: Sequence[Dialog] = ()
    heard: list[str] = field(default_factory=list)
    _tokens: int = 0

    def __post_init__(self) -> None:
        self.context.add_init_script(script())
        self.context.set_default_timeout(self.step_s * 1000)
        self.context.on("page", self._listen)

    def main(self) -> Page:
        """The first window; opened when there is none."""
        page = self.pages.get(MAIN)
        if page is None or page.is_closed():
            page = self.pages[MAIN] = self.context.new_page()
        return page

    def page(self, name: str) -> Page | None:
        """The window of this name while it is open."""
        page = self.main() if name == MAIN else self.pages.get(name)
        return None if page is None or page.is_closed() else page

    def opened(self, name: str, by: Callable[[], None]) -> None:
        """Do something that brings up a window and give it its name; an old one of that name is closed first."""
        self.close(name)
        with self.context.expect_page(timeout=self.step_s * 1000) as arriving:
            by()
        self.pages[name] = arriving.value

    def close(self, name: str) -> None:
        """Close a window if it is open."""
        page = self.pages.pop(name, None)
        if page is not None and not page.is_closed():
            page.close(run_before_unload=False)

    def close_others(self) -> None:
        """Close everything but the first window."""
        main = self.main()
        for page in self.context.pages:
            if page is not main:
                page.close(run_before_unload=False)
        self.pages = {MAIN: main}

    def frame(self, window: str, path: Sequence[str]) -> Frame | None:
        """The frame at this path of names (or addresses with `*`, beginning with `/`); None while it is not there."""
        page = self.page(window)
        frame = page.main_frame if page else None
        for name in path:
            frame = next((child for child in frame.child_frames if _is_called(child, name)), None) if frame else None
        return frame

    def frames(self, window: str = "", path: Sequence[str] = ()) -> list[Frame]:
        """All frames to look at: of one window or of all, below a path or everywhere."""
        if path:
            frame = self.frame(window or MAIN, path)
            return [frame] if frame else []
        pages = [self.page(window)] if window else [page for page in self.context.pages if not page.is_closed()]
        return [frame for page in pages if page for frame in page.frames if not frame.is_detached()]

    def mark(self, frames: Sequence[Frame]) -> str:
        """Put a token into these documents; whatever replaces them will not carry it."""
        self._tokens += 1
        token = f"t{self._tokens}"
        for frame in frames:
            look(frame, "token => { window.__amtsbote.token = token; }", token)
        return token

    def wait(self, condition: Callable[[], Any], *, seconds: float | None = None) -> Any:
        """Look again and again until the condition gives something; raises `StillWaiting` at the deadline."""
        deadline = time.monotonic() + (self.step_s if seconds is None else seconds)
        while True:
            found = condition()
            if found:
                return found
            if time.monotonic() >= deadline:
                raise StillWaiting
            self.main().wait_for_timeout(POLL_MS)

    def _listen(self, page: Page) -> None:
        page.on("dialog", self._answer)

    def _answer(self, dialog: BrowserDialog) -> None:
        """Answer as the catalogue says; anything else is dismissed, so that nothing is agreed to by accident."""
        self.heard.append(dialog.message)
        known = next((entry for entry in self.dialogs if re.search(entry.text, dialog.message)), None)
        if dialog.type == "beforeunload" or (known is not None and known.accept):
            dialog.accept()
        else:
            dialog.dismiss()


def look(frame: Frame, expression: str, argument: Any = None) -> Any:
    """Evaluate in a document; None when it goes away meanwhile (the next look sees its successor)."""
    try:
        return frame.evaluate(expression, argument)
    except PlaywrightError as error:
        if is_transient(error):
            return None
        raise


def is_new(frame: Frame, token: str) -> bool:
    """Whether the document is fully loaded and is not the marked one."""
    return bool(look(frame, "token => document.readyState === 'complete' && window.__amtsbote.token !== token", token))


@lru_cache(maxsize=1)
def script() -> str:
    """What is put into every document."""
    return resources.files("bots.browser").joinpath("page.js").read_text(encoding="utf-8")


def _is_called(frame: Frame, name: str) -> bool:
    if name.startswith("/"):
        return wildcard_matches(name, "/" + frame.url.partition("://")[2].partition("/")[2])
    return frame.name == name


_TRANSIENT = ("Execution context was destroyed", "navigat", "detached", "Cannot find context")
_THROWN = re.compile(r"(?:[\w.]+: )?(?:Type|Reference|Range|Syntax)Error: (?P<said>.*)")
_NOT_YET_LOOKED_AT = re.compile(
    r"Cannot (?:read properties of undefined \(reading '(?:find|read|only|inGrid|byLabel|glance|state|radio|table|cell"
    r"|readOnly|rectangles|token)'\)|set properties of undefined \(setting 'token'\))"
)
"""A new document that our script is not in yet: `window.__amtsbote` is undefined there."""


def is_transient(error: PlaywrightError) -> bool:
    """Whether it only says that a document was replaced while it was looked at; a mistake in page.js is none."""
    thrown = _THROWN.match(error.message)
    if thrown is not None:
        return _NOT_YET_LOOKED_AT.match(thrown["said"]) is not None
    return any(part in error.message for part in _TRANSIENT)
