"""The one thread in which everything of Playwright happens, and errors that quote nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from playwright.sync_api import Error as PlaywrightError, TimeoutError as PlaywrightTimeout

from casework.words.errors import AmtsboteError

P = ParamSpec("P")
T = TypeVar("T")
_METHOD = re.compile(r"^[A-Za-z]+\.[a-z_A-Z]+")


class BrowserFailed(AmtsboteError):
    """The browser could not do a step. Says which call failed and how, never what was typed (Playwright quotes it)."""


class BrowserGone(BrowserFailed):
    """The browser or the page went away in the middle."""


class BrowserThread:
    """Runs calls one after the other in a thread of its own.

    Sync Playwright keeps an event loop in its thread, where the record's ORM refuses to work: the two never meet.
    """

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"browser {name}")

    def call(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run it there, wait, and hand back its result; errors of Playwright come back as `BrowserFailed`."""
        return self._executor.submit(quietly, function, *args, **kwargs).result()

    def close(self) -> None:
        """End the thread after what it is doing."""
        self._executor.shutdown(wait=True)


def quietly(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call it; what Playwright raises comes out as `BrowserFailed`."""
    try:
        return function(*args, **kwargs)
    except PlaywrightError as error:
        failure = rewrapped(error)
    raise failure


def rewrapped(error: PlaywrightError) -> BrowserFailed:
    """The same trouble without the values, addresses and call logs that Playwright puts into its messages."""
    text = str(error)
    method = _METHOD.match(text)
    where = f" in {method.group(0)}" if method else ""
    if type(error).__name__ == "TargetClosedError" or "closed" in text.partition("\n")[0]:
        return BrowserGone(f"the browser or its page went away{where}; start the session again")
    if isinstance(error, PlaywrightTimeout):
        return BrowserFailed(f"the browser waited too long{where}; look at the picture of the mask")
    return BrowserFailed(f"the browser failed{where}; look at the picture of the mask")
