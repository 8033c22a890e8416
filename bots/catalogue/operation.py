"""The three verbs over a catalogue: find, enter, commit."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import Error as PlaywrightError

from bots.browser.pictures import take
from bots.browser.signs import Glance, Seen
from bots.browser.windows import POLL_MS
from bots.catalogue.finding import find
from bots.catalogue.screen import Screen
from bots.catalogue.steps import StepRunner
from bots.gate import Gate, Passage
from casework.configuration.masks import PageSign
from casework.configuration.systems import BrowserOperation
from casework.words.errors import AmtsboteError, NothingLeft, OutcomeUnknown, Rejected
from casework.words.work import Departure, Entered, Picture, Receipt, Work

if TYPE_CHECKING:
    from bots.catalogue.session import BrowserSession

_TO_BE_SHOWN_S = 3.0
log = logging.getLogger(__name__)


@dataclass
class _Filled:
    """What `enter` left standing in the browser, for `commit`."""

    runner: StepRunner
    work: Work


class CatalogueOperation:
    """One operation of one login; see `casework.words.work.Operation`."""

    def __init__(self, session: BrowserSession, operation: BrowserOperation) -> None:
        self._session = session
        self._operation = operation
        self._filled: _Filled | None = None
        self._pictures: list[Picture] = []

    def find(self, work: Work) -> Receipt | None:
        """What the system holds for this work, by its search mask."""

        def look_up(screen: Screen) -> Receipt | None:
            self._prepare(screen)
            return find(screen, self._operation, work)

        return self._session.run(look_up)

    def enter(self, work: Work) -> Entered:
        """Fill the masks and read every field back; the last picture is named `before`."""
        self._pictures.clear()
        return self._session.run(lambda screen: self._enter(screen, work))

    def commit(self, departure: Departure) -> Receipt:
        """Take the irrevocable step on what `enter` filled."""
        filled, self._filled = self._filled, None
        if filled is None:
            raise NothingLeft("not_entered", "there is nothing entered to commit: enter first")
        return self._session.run_once(lambda screen: self._commit(screen, filled, departure))

    def pictures(self) -> tuple[Picture, ...]:
        """The pictures taken after `enter` returned its own."""
        return tuple(self._pictures)

    # --- in the browser's thread

    def _prepare(self, screen: Screen) -> None:
        self._filled = None
        screen.refusals = self._operation.refusals
        screen.private.clear()
        screen.windows.dialogs = self._operation.dialogs
        screen.windows.close_others()

    def _enter(self, screen: Screen, work: Work) -> Entered:
        self._prepare(screen)
        runner = StepRunner(screen, work, paused=self._session.paused)
        runner.run(self._operation.enter)
        runner.read_back()
        self._check_commit_is_there(screen, runner)
        pictures = (self._picture(screen, runner, "before"),) if self._session.takes_pictures else ()
        self._filled = _Filled(runner, work)
        return Entered(values=runner.entered(), pictures=pictures)

    def _check_commit_is_there(self, screen: Screen, runner: StepRunner) -> None:
        """Better to miss the button before the journal is armed than after."""
        first = self._operation.commit.steps[0]
        if first.click and runner.mask is not None:
            button = runner.mask.buttons[first.click] if isinstance(first.click, str) else first.click
            screen.element(runner.mask, button, what=f"the button “{first.click}”")

    def _commit(self, screen: Screen, filled: _Filled, departure: Departure) -> Receipt:
        gate, commit = self._session.gate, self._operation.commit
        signs = (*commit.rejected, *screen.system.session_lost, *screen.system.trouble, commit.success)
        try:
            watch = _Watch(screen, gate, signs)
        except PlaywrightError as error:
            raise NothingLeft("browser_failed", "the browser failed before the commit: nothing has left") from error
        seen: Seen | None = None
        failure = ""
        gate.arm(departure, signs=commit.signs)
        try:
            filled.runner.run(commit.steps)
            seen = watch.outcome()
        except (PlaywrightError, AmtsboteError) as error:
            failure = type(error).__name__
            log.info("the commit was disturbed: %s", failure)
        finally:
            passage = gate.disarm()
        self._keep_after(screen, filled.runner)
        return self._judged(filled.work, seen, passage, failure=failure)

    def _judged(self, work: Work, seen: Seen | None, passage: Passage, *, failure: str) -> Receipt:
        """What the gate saw and what the page says, taken together."""
        commit = self._operation.commit
        if not passage.forwarded:
            raise _nothing_left(seen, passage, failure)
        if seen is not None and seen.sign == commit.success and seen.receipt:
            return Receipt(seen.receipt, marker=work.marker, business_key=work.business_key, ours=bool(work.marker))
        if seen is not None and seen.sign in commit.rejected:
            raise Rejected(
                seen.sign.name,
                proves_not_done=seen.sign.proves_not_done,
                try_again=seen.sign.later,
                message=f"the target system refused: {seen.sign.name}",
            )
        what = seen.sign.name if seen is not None else passage.trouble or failure or "no known sign"
        raise OutcomeUnknown(f"the commit left, and its outcome is unknown ({what}): look it up in the target system")

    # --- pictures

    def _keep_after(self, screen: Screen, runner: StepRunner) -> None:
        if not self._session.takes_pictures:
            return
        try:
            self._pictures.append(self._picture(screen, runner, "after"))
        except PlaywrightError as error:
            log.info("no picture after the commit: %s", type(error).__name__)

    @staticmethod
    def _picture(screen: Screen, runner: StepRunner, name: str) -> Picture:
        window = runner.mask.window if runner.mask else ""
        page = screen.windows.page(window) if window else None
        return take(page or screen.windows.main(), name, private=screen.private)


class _Watch:
    """Waits for what follows a commit: a sign that was not there before, or the gate's word that none will come."""

    def __init__(self, screen: Screen, gate: Gate, signs: tuple[PageSign, ...]) -> None:
        self._screen = screen
        self._gate = gate
        self._heard = len(screen.windows.heard)
        self._token = screen.windows.mark(screen.windows.frames())
        self._signs = signs
        self._start = time.monotonic()
        self._answered_at: float | None = None
        glance = self._glance()
        self._old = [sign for sign in signs if glance.sees(sign)]

    def outcome(self) -> Seen | None:
        """The first new sign; None when the gate or a deadline ends the waiting."""
        while True:
            glance = self._glance()
            seen = next((seen for sign in self._signs if (seen := self._is_new(glance, sign))), None)
            if seen is not None or glance.held(not_in=self._token) or self._is_over():
                return seen
            self._screen.windows.main().wait_for_timeout(POLL_MS)

    def _is_over(self) -> bool:
        """Whether nothing more can be expected, by what the gate knows."""
        system, passage, now = self._screen.system, self._gate.guard.passage(), time.monotonic()
        if passage.answered:
            self._answered_at = self._answered_at or now
            # the gate's own answer is on its way into the window: going on before it is there would get in its way
            return now - self._answered_at > (_TO_BE_SHOWN_S if passage.trouble else system.step_s)
        return now - self._start > system.step_s + (system.longest_request_s if passage.forwarded else 0)

    def _glance(self) -> Glance:
        return Glance(self._screen.windows, heard_from=self._heard)

    def _is_new(self, glance: Glance, sign: PageSign) -> Seen | None:
        """A sign counts when it was not there before, or stands in a document that was not."""
        seen = glance.sees(sign)
        return seen if seen is not None and (sign not in self._old or seen.token != self._token) else None


def _nothing_left(seen: Seen | None, passage: Passage, failure: str) -> NothingLeft:
    """The gate's proof, with what is known about why."""
    if passage.trouble in ("unreachable", "untrusted"):
        return NothingLeft("system_unreachable", f"the target system could not be reached: {passage.trouble}")
    if passage.trouble:
        return NothingLeft("not_permitted", f"the commit was not allowed to leave: {passage.trouble}")
    if seen is not None:
        return NothingLeft(
            "record_locked" if seen.sign.later else "rejected", f"the system said {seen.sign.name} first"
        )
    if passage.refused:
        sort, _, held = passage.refused[0].partition(":")
        why = "`commits` does not describe it" if sort == "unlisted" else f"the catalogue makes it {sort}"
        return NothingLeft("not_permitted", f"the gate held back {held}: {why}; compare it with the catalogue")
    return NothingLeft("no_commit", f"no commit reached the gate ({failure or 'no request'}): compare the catalogue")
