"""A bare Playwright script at the screen of Haushaltskasse, as bots are usually written: no record, no gate."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Self, TypeVar

from playwright.sync_api import Browser, Dialog, Frame, FrameLocator, Locator, Page, sync_playwright

from bots.browser.chromium import quiet_browser

RECEIPT = re.compile(r"\d{4}-\d{8}")
T = TypeVar("T")


class NoReceipt(RuntimeError):
    """The page after the commit names no receipt."""


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window."""
    with sync_playwright() as playwright, quiet_browser(playwright) as running:
        yield running


def german(fields: Mapping[str, str]) -> dict[str, str]:
    """Label and text of what is typed for an invoice whose values are canonical (WORK.json)."""
    year, month, day = fields["invoice_date"].split("-")
    return {
        "Kreditor (frei)": fields["creditor"],
        "Rechnungsnummer": fields["invoice_number"],
        "Rechnungsdatum": f"{day}.{month}.{year}",
        "Nettobetrag": fields["net"].replace(".", ","),
        "Steuerbetrag": fields["tax"].replace(".", ","),
        "Bruttobetrag": fields["gross"].replace(".", ","),
        "IBAN": fields.get("iban", ""),
        "Leitweg-ID/Bestellnr.": fields.get("reference", ""),
        "Buchungstext": fields["booking_text"],
    }


class BareClerk:
    """One login; page steps as a person takes them. Any trouble is an exception of Playwright's, or `NoReceipt`."""

    def __init__(self, browser: Browser, url: str, *, user: str, password: str, patience_s: float = 10.0) -> None:
        self._page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
        self._page.context.set_default_timeout(patience_s * 1000)
        self._url = url
        self._account = (user, password)
        self._mask: Page | None = None

    def log_in(self) -> None:
        """Log in; a popup left over is closed."""
        self._close_mask()
        self._page.goto(self._url, wait_until="domcontentloaded")
        for label, text in zip(("Benutzer", "Kennwort"), self._account, strict=True):
            _control(self._page, label).fill(text)
        self._page.get_by_role("button", name="Anmelden").click()
        self._menu().get_by_text("Rechnung vorerfassen").wait_for()

    def search(self, *, label: str, text: str) -> list[str]:
        """The receipt numbers that the search mask shows for a text."""
        self._close_mask()
        content = self._page.frame("inhalt")
        assert content is not None
        with content.expect_navigation(wait_until="domcontentloaded"):
            self._menu().get_by_text("Belege suchen").click()
        _control(content, label).fill(text)
        with content.expect_navigation(wait_until="domcontentloaded"):
            content.get_by_role("button", name="Suchen").click()
        return RECEIPT.findall(content.locator("body").inner_text())

    def enter(self, fields: Mapping[str, str]) -> None:
        """Fill the mask, have it checked, read it back."""
        with self._page.expect_popup() as popup:
            self._menu().get_by_text("Rechnung vorerfassen").click()
        self._mask = mask = popup.value
        mask.on("dialog", _accept)
        _control(mask, "Amt (Mandant)", "select").select_option(label=f"01 {fields['office']}")
        wanted = german(fields)
        for label, text in wanted.items():
            _control(mask, label).fill(text)
        with mask.expect_navigation(wait_until="domcontentloaded"):
            mask.get_by_role("button", name="Prüfen", exact=True).click()
        shown = {label: _control(mask, label).input_value().replace(" ", "") for label in wanted}
        if shown != {label: text.replace(" ", "") for label, text in wanted.items()}:
            raise NoReceipt("the mask shows something else than was typed")

    def commit(self) -> str:
        """Click the button that books; returns the receipt number."""
        assert self._mask is not None
        with self._mask.expect_navigation(wait_until="domcontentloaded"):
            self._mask.get_by_role("button", name="Buchen", exact=True).click()
        text = self._mask.locator("body").inner_text()
        receipt = RECEIPT.search(text)
        if "Vorerfassung gebucht" not in text or receipt is None:
            raise NoReceipt("the mask shows no receipt")
        return receipt.group(0)

    def _menu(self) -> FrameLocator:
        return self._page.frame_locator("frame[name=menue]")

    def _close_mask(self) -> None:
        if self._mask is not None and not self._mask.is_closed():
            self._mask.close()
        self._mask = None


class BareScript:
    """The clerk in a thread of its own, where Playwright's event loop stays; the record is used in the other."""

    def __init__(self, url: str, *, user: str, password: str) -> None:
        self._url, self._user, self._password = url, user, password
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._clerk = self._do(self._start)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(self._open.close)
        self._thread.shutdown()

    def capture(self, fields: Mapping[str, str], *, marker: str) -> str:
        """Search twice, enter, have it checked, read back, book, search; the receipt's number."""
        return self._do(lambda: self._capture(fields, marker))

    def _do(self, work: Callable[[], T]) -> T:
        return self._thread.submit(work).result()

    def _start(self) -> BareClerk:
        clerk = BareClerk(self._open.enter_context(browser()), self._url, user=self._user, password=self._password)
        clerk.log_in()
        return clerk

    def _capture(self, fields: Mapping[str, str], marker: str) -> str:
        for label, text in (("Buchungstext", marker), ("Rechnungsnummer", fields["invoice_number"])):
            if self._clerk.search(label=label, text=text):
                raise NoReceipt(f"{text} is booked already")
        self._clerk.enter({**fields, "booking_text": f"{marker} {fields['booking_text']}"})
        receipt = self._clerk.commit()
        if self._clerk.search(label="Buchungstext", text=marker) != [receipt]:
            raise NoReceipt("the search does not find what was booked")
        return receipt


def _accept(dialog: Dialog) -> None:
    dialog.accept()


def _control(page: Page | Frame, label: str, tag: str = "input") -> Locator:
    """The control right of the cell that holds the label."""
    cell = f"//td[normalize-space(translate(., '*', '')) = '{label}:']"
    return page.locator(f"xpath={cell}/following-sibling::td[1]//{tag}[not(@type='submit')]").first
