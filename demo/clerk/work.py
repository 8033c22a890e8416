"""One clerk's work: log in, open the next case, compare, correct, release, close or name another kind, to the end."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bots.browser.chromium import quiet_browser
from casework.words.errors import AmtsboteError
from demo.clerk.truth import Known, Truth
from demo.clerk.typing import is_same, typed

PATIENCE_SECONDS = 90
"""How long the clerk waits for cases that are being read again."""
LOOK_SECONDS = 1.0
PAGE_MILLISECONDS = 30_000
PARTS = ".parts"
ACKNOWLEDGED = "dog_registration"
ACKNOWLEDGEMENT = "eingang_hundesteuer"


class ClerkStuck(AmtsboteError):
    """The console did not let the clerk in, or did not answer."""


@dataclass
class ClerkReport:
    """What a clerk did: cases by answer, fields corrected, senders told that their letter came, cases left alone with
    why, seconds it took."""

    user: str
    answers: Counter[str] = field(default_factory=Counter)
    corrected_fields: int = 0
    acknowledged: int = 0
    left: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def worked(self) -> int:
        """How many cases were answered."""
        return self.answers.total()

    def as_json(self) -> dict[str, object]:
        """The report for machines."""
        return {
            "user": self.user,
            "worked": self.worked,
            "answers": dict(self.answers),
            "corrected_fields": self.corrected_fields,
            "acknowledged": self.acknowledged,
            "left": self.left,
            "seconds": round(self.seconds, 1),
        }


def work_queue(
    console_url: str, user: str, password: str, truth_path: Path, limit: int | None = None, *, headed: bool = False
) -> ClerkReport:
    """Work the Prüfliste of this clerk in a browser until nothing more can be decided, or `limit` cases are.

    Raises `ClerkStuck` when the login is refused.
    """
    began = time.monotonic()
    with sync_playwright() as playwright, quiet_browser(playwright, headed=headed) as browser:
        report = _Clerk(browser, console_url.rstrip("/"), user, Truth.read(truth_path)).work(password, limit)
    report.seconds = time.monotonic() - began
    return report


class _Clerk:
    """A person at a screen: sees only what the pages show."""

    def __init__(self, browser: Browser, console: str, user: str, truth: Truth) -> None:
        context = browser.new_context(locale="de-DE", viewport={"width": 1440, "height": 900})
        self._page: Page = context.new_page()
        self._page.set_default_timeout(PAGE_MILLISECONDS)
        self._console = console
        self._truth = truth
        self._report = ClerkReport(user)
        self._reread: set[str] = set()

    def work(self, password: str, limit: int | None) -> ClerkReport:
        self._log_in(password)
        self._open_next("")
        patience = time.monotonic() + PATIENCE_SECONDS
        while limit is None or self._report.worked < limit:
            case = self._find_work()
            if case:
                self._decide(case)
                patience = time.monotonic() + PATIENCE_SECONDS
            elif self._wait_for_rereading(patience):
                self._open_next("")
            else:
                break
        return self._report

    def _find_work(self) -> str:
        """The case on the screen, or the next that was not left alone; empty when there is none."""
        passed: set[str] = set()
        case = self._case()
        while case in self._report.left and case not in passed:
            passed.add(case)
            self._open_next(case)
            case = self._case()
        return "" if case in self._report.left else case

    def _log_in(self, password: str) -> None:
        self._page.goto(f"{self._console}/anmelden/")
        self._page.fill("#id_username", self._report.user)
        self._page.fill("#id_password", password)
        self._page.click("main button.primary")
        if self._page.locator(".who .name").count() == 0:
            raise ClerkStuck(f"the console did not let {self._report.user} in; check the name and the password")

    def _open_next(self, after: str) -> None:
        self._page.goto(f"{self._console}/pruefliste/naechster/" + (f"?nach={after}" if after else ""))

    def _case(self) -> str:
        """The reference of the case on the screen; empty when the list is shown."""
        desk = self._page.locator(".desk")
        return (desk.get_attribute("data-case") or "") if desk.count() else ""

    def _wait_for_rereading(self, deadline: float) -> bool:
        """Cases that are read again come back: look at the list until they do. False when nothing will come."""
        if not self._reread or time.monotonic() > deadline:
            return False
        self._page.wait_for_timeout(LOOK_SECONDS * 1000)
        return True

    def _decide(self, case: str) -> None:
        known = self._read()
        if known is None:
            return self._leave(case, "the letter is not of this demo")
        if self._page.locator(".question").count():
            return self._leave(case, "its outcome is unknown; only a look into the target system tells")
        if known.decision == "close":
            return self._close(case, known)
        kind = self._page.locator(".desk").get_attribute("data-kind") or ""
        if kind != known.kind:
            return self._name_kind(case, known)
        self._release(case, known)

    def _read(self) -> Known | None:
        """Whose letter it is, and what it says."""
        shown = self._page.locator("#message-id")
        message_id = (shown.text_content() or "") if shown.count() else ""
        main = self._page.locator(f"{PARTS} tr[data-main]")
        part = (main.first.get_attribute("data-main") or "") if main.count() else ""
        return self._truth.about(message_id, part)

    def _release(self, case: str, known: Known) -> None:
        if self._page.locator("#release").count() == 0:
            return self._close(case, Known(known.kind, known.fields, "close", "done_by_hand"))
        if known.kind == ACKNOWLEDGED and not self._report.acknowledged and self._page.locator("#answers").count():
            self._acknowledge()
        changed = self._correct(known)
        with self._page.expect_navigation():
            self._page.keyboard.press("Control+Enter")
        self._answered(case, "corrected" if changed else "released")
        self._report.corrected_fields += changed

    def _acknowledge(self) -> None:
        """Tell a sender, once in a morning, that the letter came, unless the console advises against it; then back."""
        self._go("Alt+w")
        if self._page.locator(f"#template option[value={ACKNOWLEDGEMENT}]").count():
            self._page.select_option("#template", ACKNOWLEDGEMENT)
            with self._page.expect_navigation():
                self._page.click("#open-template")
            if not self._page.locator("#refused").count():
                self._go("Control+Enter")
                self._report.acknowledged += not self._page.locator("#refused").count()
        self._go("Alt+v")

    def _go(self, key: str) -> None:
        with self._page.expect_navigation():
            self._page.keyboard.press(key)

    def _correct(self, known: Known) -> int:
        """Type what is wrong or missing; returns how many fields were changed."""
        changed = 0
        for name, value in known.fields.items():
            box = self._page.locator(f"[name='field-{name}']:not([readonly]):not([disabled])")
            if box.count() == 0:
                continue
            form = box.get_attribute("class") or ""
            if is_same(box.input_value(), value, form):
                continue
            if box.evaluate("element => element.tagName") == "SELECT":
                box.select_option(value)
            else:
                box.fill(typed(value, form))
            changed += 1
        return changed

    def _close(self, case: str, known: Known) -> None:
        choice = f"#close-dialog input[value='{known.closing}']"
        if self._page.locator(choice).count() == 0:
            return self._leave(case, f"the console does not offer to close it as {known.closing}")
        self._page.keyboard.press("Alt+s")
        self._page.check(choice)
        office = self._page.locator(f"#to-office option[value='{known.office}']")
        if known.office and office.count():
            self._page.select_option("#to-office", known.office)
        with self._page.expect_navigation():
            self._page.click("#close-dialog button.primary")
        self._answered(case, f"closed as {known.closing}")

    def _name_kind(self, case: str, known: Known) -> None:
        choice = f"#kind-dialog input[value='{known.kind}']"
        if case in self._reread or self._page.locator(choice).count() == 0:
            return self._leave(case, f"it cannot be read as {known.kind}")
        self._page.keyboard.press("Alt+a")
        self._page.check(choice)
        with self._page.expect_navigation():
            self._page.click("#kind-dialog button.primary")
        self._answered(case, f"read again as {known.kind}")
        self._reread.add(case)

    def _answered(self, case: str, answer: str) -> None:
        """The answer was taken when another page came without an error on it."""
        error = self._page.locator("main > .note.error")
        if error.count():
            return self._leave(case, (error.first.text_content() or "").strip())
        self._report.answers[answer] += 1

    def _leave(self, case: str, why: str) -> None:
        self._report.left[case] = why
        self._open_next(case)
