"""Look for the signs of the catalogue: what a page says, where it is, what a dialog said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Frame

from bots.browser.locate import count
from bots.browser.windows import Windows, look
from casework.configuration.masks import PageSign, wildcard_matches


@dataclass(frozen=True)
class Seen:
    """A sign that stands there. `text` is what matched, `receipt` its group of that name, `token` the document's."""

    sign: PageSign
    text: str = ""
    receipt: str = ""
    token: str | None = None


@dataclass
class Glance:
    """One look at all windows, or only at some documents: each is asked once, however many signs are looked for."""

    windows: Windows
    heard_from: int = 0
    only: Sequence[Frame] | None = None
    _asked: dict[Frame, tuple[str, str, str | None]] = field(default_factory=dict)

    def sees(self, sign: PageSign) -> Seen | None:
        """Whether the sign stands anywhere it may stand; dialogs count from the `heard_from`-th on."""
        if sign.dialog:
            return self._hears(sign)
        frames = self.windows.frames(sign.window, sign.frame)
        looked_at = frames if self.only is None else [frame for frame in frames if frame in self.only]
        return next((seen for frame in looked_at if (seen := self._in(frame, sign))), None)

    def first(self, signs: Iterable[PageSign]) -> Seen | None:
        """The first of these signs that stands there."""
        return next((seen for sign in signs if (seen := self.sees(sign))), None)

    def held(self, *, not_in: str = "") -> str:
        """The reason on a page of the gate's own, if one is shown; a document with the token `not_in` is no news."""
        for frame in self.windows.frames() if self.only is None else self.only:
            _, reason, token = self._ask(frame)
            if reason and not (not_in and token == not_in):
                return reason
        return ""

    def _hears(self, sign: PageSign) -> Seen | None:
        for message in self.windows.heard[self.heard_from :]:
            match = re.search(sign.dialog, message)
            if match:
                return Seen(sign, match.group(0), match.groupdict().get("receipt") or "")
        return None

    def _in(self, frame: Frame, sign: PageSign) -> Seen | None:
        if sign.url and not wildcard_matches(sign.url, "/" + frame.url.partition("://")[2].partition("/")[2]):
            return None
        if sign.element is not None and not count(frame, sign.element):
            return None
        text, _, token = self._ask(frame)
        if not sign.text:
            return Seen(sign, token=token)
        match = re.search(sign.text, text)
        return Seen(sign, match.group(0), match.groupdict().get("receipt") or "", token) if match else None

    def _ask(self, frame: Frame) -> tuple[str, str, str | None]:
        if frame not in self._asked:
            self._asked[frame] = tuple(look(frame, "() => window.__amtsbote.glance()") or ("", "", None))
        return self._asked[frame]
