"""One login in one target system, kept for a whole batch: gate, browser, context, and the thread they live in."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from playwright.sync_api import Playwright, sync_playwright

from bots.browser.chromium import Chromium
from bots.browser.windows import Windows
from bots.browser.worker import BrowserFailed, BrowserGone, BrowserThread, quietly
from bots.catalogue.check import check_masks
from bots.catalogue.login import log_in
from bots.catalogue.operation import CatalogueOperation
from bots.catalogue.screen import Screen, SessionLost
from bots.gate import Gate, ThrowAwayKey
from casework.configuration.systems import BrowserSystem
from casework.words.errors import LoginRefused, NeedsReview, TryAgainLater

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass
class _Running:
    """What lives while the browser runs."""

    playwright: Playwright
    chromium: Chromium
    gate: Gate
    screen: Screen


class BrowserSession:
    """A login, opened at the first use and again after it was lost. Use as a context manager, or call `close`."""

    def __init__(
        self, system: BrowserSystem, *, password: str, headed: bool = False, step: bool = False, pictures: bool = True
    ) -> None:
        self.system = system
        self.takes_pictures = pictures
        self.paused = step
        self._password = password
        self._headed = headed
        self._thread = BrowserThread(system.system)
        self._running: _Running | None = None
        self._logged_in = False
        self._refused = ""
        self._closed = False

    def __enter__(self) -> BrowserSession:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether another case may use it: neither closed nor refused. A crashed browser starts again."""
        return not self._closed and not self._refused

    def operation(self, name: str) -> CatalogueOperation:
        """The operation of this name. Raises `KeyError` for one the catalogue has not."""
        return CatalogueOperation(self, self.system.operations[name])

    def check(self) -> tuple[str, ...]:
        """Open the masks read-only and say what differs from the catalogue; empty when nothing does."""
        return self.run(check_masks)

    def close(self) -> None:
        """Log nobody out, end browser and gate; the session cannot be used after."""
        if self._closed:
            return
        self._closed = True
        self._thread.call(self._stop)
        self._thread.close()

    # --- for operations

    @property
    def gate(self) -> Gate:
        """The gate of this login; there is one only while the browser runs."""
        if self._running is None:
            raise TryAgainLater("browser_failed", "the browser is not running: enter again")
        return self._running.gate

    def run(self, work: Callable[[Screen], T]) -> T:
        """Do reading or entering in the browser's thread; a lost session is renewed once, then tried again."""
        return self._thread.call(self._with_login, work)

    def run_once(self, work: Callable[[Screen], T]) -> T:
        """Do something in the browser's thread as the session stands, with no login and no second try."""
        return self._thread.call(lambda: work(self._screen()))

    def _with_login(self, work: Callable[[Screen], T]) -> T:
        try:
            return self._try_twice(work)
        except BrowserFailed as error:
            self._stop()
            raise TryAgainLater("browser_failed", str(error)) from None

    def _try_twice(self, work: Callable[[Screen], T]) -> T:
        for last in (False, True):
            try:
                quietly(self._ensure_login)
                return quietly(work, self._screen())
            except SessionLost:
                log.info("%s: the session was lost", self.system.system)
                self._logged_in = False
                if last:
                    raise TryAgainLater("session_lost", "the session was lost twice: try again later") from None
            except NeedsReview as error:
                # whatever stands in the windows now, the next case starts from the login page
                self._logged_in = self._logged_in and error.reason != "mask_changed"
                raise
            except BrowserGone:
                self._stop()
                if last:
                    raise
        raise AssertionError("unreachable")

    def _screen(self) -> Screen:
        if self._running is None:
            raise TryAgainLater("browser_failed", "the browser is not running: enter again")
        return self._running.screen

    # --- start and stop

    def _start(self) -> _Running:
        key = ThrowAwayKey()
        system = self.system
        gate = Gate(
            hosts=[system.base_url, *system.hosts],
            commits=system.commits,
            harmless=system.harmless,
            key=key,
            trust=ssl.create_default_context(cafile=system.ca or None),
            longest_request_s=system.longest_request_s,
            relays_websockets=system.websockets == "relay",
        )
        playwright = sync_playwright().start()
        try:
            chromium = Chromium(playwright, pin=key.pin, headed=self._headed)
            gate.start()
            windows = Windows(chromium.new_context(gate), step_s=system.step_s)
        except BaseException:
            gate.close()
            playwright.stop()
            raise
        return _Running(playwright, chromium, gate, Screen(system, windows))

    def _stop(self) -> None:
        running, self._running, self._logged_in = self._running, None, False
        if running is None:
            return
        for end in (running.chromium.close, running.playwright.stop, running.gate.close):
            try:
                end()
            except Exception as error:  # a browser that is dead already cannot be closed politely
                log.debug("ending the browser: %s", type(error).__name__)

    def _ensure_login(self) -> None:
        if self._refused:
            raise LoginRefused(self._refused)
        if self._running is None:
            self._running = self._start()
        if self._logged_in:
            return
        try:
            log_in(self._running.screen, password=self._password)
        except LoginRefused as error:
            self._refused = str(error)
            raise
        self._logged_in = True
