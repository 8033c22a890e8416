"""The masks of one system as they stand in the browser now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urljoin

from playwright.sync_api import ElementHandle, Error as PlaywrightError, Frame

from bots.browser.controls import State, state_of
from bots.browser.locate import ElementMissing, locate, locate_many, read_many
from bots.browser.signs import Glance, Seen
from bots.browser.windows import StillWaiting, Windows, is_new
from casework.configuration.masks import Element, Mask, PageSign
from casework.configuration.systems import BrowserSystem
from casework.words.errors import AmtsboteError, NeedsReview, TryAgainLater

_TOO_EARLY = "a click in `enter` or `find` matched `commits`, so the gate held it back: narrow its `form` or `path`"
_INTERRUPTED = ("interrupted by another navigation", "net::ERR_ABORTED", "frame was detached")


class SessionLost(AmtsboteError):
    """The system shows its login page: log in again."""


@dataclass
class Screen:
    """Looks and waits; `refusals` are the signs that, in the operation under way, mean that the system says no."""

    system: BrowserSystem
    windows: Windows
    refusals: tuple[PageSign, ...] = ()
    private: list[str] = field(default_factory=list)

    def mask(self, name: str) -> Mask:
        """The mask of this name."""
        return self.system.masks[name]

    def frames(self, mask: Mask, element: Element | None = None) -> list[Frame]:
        """The document in which the mask (or one of its elements) stands; empty while it is not there."""
        path = element.frame if element is not None and element.frame is not None else mask.frame
        frame = self.windows.frame(mask.window, path)
        return [frame] if frame is not None else []

    def go(self, path: str, *, loaded: bool = True) -> None:
        """Load a page in the first window; a navigation that is still under way there only delays it."""
        url = urljoin(self.system.base_url, path)
        for last in (False, False, True):
            try:
                self.windows.main().goto(url, wait_until="load" if loaded else "domcontentloaded")
                return
            except PlaywrightError as error:
                if last or not any(part in error.message for part in _INTERRUPTED):
                    raise

    def wait_for(self, what: str, condition: Callable[[], object], *, seconds: float | None = None) -> None:
        """Wait; when it does not come, say why. Raises as `raise_what_is_shown` does, else `NeedsReview`."""
        looks = count()
        try:
            self.windows.wait(lambda: condition() or (next(looks) % 10 == 9 and self._stop_early()), seconds=seconds)
        except StillWaiting:
            self.raise_what_is_shown()
            raise NeedsReview("mask_changed", f"{what} did not come; compare the mask with the catalogue") from None

    def wait_for_mask(self, mask: Mask) -> None:
        """Wait until the mask's own sign stands in its document."""
        self.wait_for(f"the mask “{mask.title}”", lambda: self.shows(mask))

    def shows(self, mask: Mask) -> Seen | None:
        """Whether the mask stands there."""
        if not self.frames(mask):
            return None
        return Glance(self.windows).sees(self._within(mask, mask.sign))

    def elements(self, mask: Mask, asked: Sequence[tuple[Element, int | None]]) -> list[ElementHandle | None]:
        """Several elements at once, for speed; None for those that have to be located one by one."""
        frames = self.frames(mask)
        return locate_many(frames[0], asked) if frames else [None] * len(asked)

    def states(self, mask: Mask, asked: Sequence[tuple[Element, int | None]]) -> list[State | None]:
        """What several elements hold, at once; None for those that have to be located one by one."""
        frames = self.frames(mask)
        answers = read_many(frames[0], asked) if frames else [None] * len(asked)
        return [state_of(answer) if answer is not None else None for answer in answers]

    def element(self, mask: Mask, element: Element, *, what: str, row: int | None = None) -> ElementHandle:
        """The one element meant, as soon as it is there."""
        try:
            return locate(self.windows, lambda: self.frames(mask, element), element, what=what, row=row)
        except ElementMissing:
            self.raise_what_is_shown()
            raise

    def use(self, mask: Mask, element: Element, action: Callable[[], None], *, what: str) -> None:
        """Do something with an element; where it loads a document again, wait for that. Raises what it then shows."""
        if not element.reloads:
            action()
            return
        token = self.windows.mark(self._loading(mask, element))
        action()
        self.wait_for(what, lambda: any(is_new(frame, token) for frame in self._loading(mask, element)))
        self.raise_what_is_shown(self._loading(mask, element))

    def _loading(self, mask: Mask, element: Element) -> list[Frame]:
        """The documents that using the element replaces."""
        if isinstance(element.reloads, tuple):
            frame = self.windows.frame(mask.window, element.reloads)
            return [frame] if frame is not None else []
        return self.frames(mask, element)

    def raise_what_is_shown(self, frames: list[Frame] | None = None) -> None:
        """Say what stands there (in these documents, or anywhere) instead of what was expected.

        Raises `SessionLost`, `TryAgainLater` (unreachable, in trouble, locked), `NeedsReview('rejected')`, or, when the
        gate took a step for the commit, `NeedsReview('mask_changed')`.
        """
        glance = Glance(self.windows, only=frames)
        if held := glance.held():
            if held == "commit_not_armed":
                raise NeedsReview("mask_changed", _TOO_EARLY)
            raise TryAgainLater("system_unreachable", f"the gate answered for the target system: {held}")
        if glance.first(self.system.session_lost):
            raise SessionLost("the session has ended")
        if (trouble := glance.first(self.system.trouble)) is not None:
            raise TryAgainLater("system_unreachable", f"the target system is in trouble: {trouble.sign.name}")
        if (refusal := glance.first(self.refusals)) is not None:
            if refusal.sign.later:
                raise TryAgainLater("record_locked", f"the target system says: {refusal.sign.name}")
            raise NeedsReview("rejected", f"the target system refuses the entry: {refusal.sign.name}")

    def _stop_early(self) -> bool:
        """A page of the gate's or the login page never becomes the mask: no need to wait for the deadline."""
        glance = Glance(self.windows)
        if glance.held() or glance.first(self.system.session_lost):
            self.raise_what_is_shown()
        return False

    @staticmethod
    def _within(mask: Mask, sign: PageSign) -> PageSign:
        if sign.window or sign.frame:
            return sign
        return sign.model_copy(update={"window": mask.window, "frame": mask.frame})
