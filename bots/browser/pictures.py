"""Screenshots in which passwords, IBANs and what the catalogue calls private are black."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable

from PIL import Image, ImageDraw
from playwright.sync_api import Frame, Page

from bots.browser.windows import look
from casework.words.work import Picture

_IBAN = r"[A-Z]{2}[0-9]{2}(?:[ \u00a0]?[A-Z0-9]{4}){2,7}(?:[ \u00a0]?[A-Z0-9]{1,4})?"
_ORIGIN = "e => { const r = e.getBoundingClientRect(); return [r.x + e.clientLeft, r.y + e.clientTop]; }"


def take(page: Page, name: str, *, private: Iterable[str] = ()) -> Picture:
    """The whole page as PNG; `private` are values to blacken wherever they are shown."""
    patterns = [_IBAN, *(re.escape(value).replace(r"\ ", " ") for value in private if len(value) >= 3)]
    boxes = [box for frame in page.frames for box in _boxes(frame, patterns)]
    scroll_x, scroll_y = look(page.main_frame, "() => [window.scrollX, window.scrollY]") or (0, 0)
    # a frameset has no body to be measured: its picture is what the window shows
    whole = not look(page.main_frame, "() => document.body instanceof HTMLFrameSetElement")
    shot = page.screenshot(full_page=whole, animations="disabled", caret="hide")
    if not whole:
        scroll_x = scroll_y = 0
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    draw = ImageDraw.Draw(image)
    for x, y, width, height in boxes:
        left, top = x + scroll_x, y + scroll_y
        draw.rectangle((left - 1, top - 1, left + width + 1, top + height + 1), fill=(0, 0, 0))
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=3)
    return Picture(name, out.getvalue())


def _boxes(frame: Frame, patterns: list[str]) -> list[tuple[float, float, float, float]]:
    """What to blacken in this frame, in coordinates of the window."""
    found = look(frame, "patterns => window.__amtsbote.rectangles(patterns)", patterns) or []
    x, y = _origin(frame)
    return [(left + x, top + y, width, height) for left, top, width, height in found]


def _origin(frame: Frame) -> tuple[float, float]:
    x = y = 0.0
    while frame.parent_frame is not None:
        inner_x, inner_y = frame.frame_element().evaluate(_ORIGIN)
        x, y, frame = x + inner_x, y + inner_y, frame.parent_frame
    return x, y
