"""A person at the screen of the target systems: naive Playwright scripts, no gate, no catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Dialog, FrameLocator, Locator, Page, sync_playwright

from bots.browser.chromium import quiet_browser

PATIENCE_MS = 15_000
INVOICE = {
    "Rechnungsnummer": "R-2026/0815",
    "Rechnungsdatum": "02.11.2026",
    "Fällig am": "02.12.2026",
    "Nettobetrag": "1000,00",
    "Steuerbetrag": "190,00",
    "Bruttobetrag": "1190,00",
    "IBAN": "DE02120300000000202051",
    "Leitweg-ID/Bestellnr.": "010589901-MOORWIEK-21",
    "Buchungstext": "Straßenausbesserung Möwenweg AB-k7q2",
}
DOG = {
    0: {
        "txtName": "Łührs",
        "txtVorname": "Ömer",
        "txtStrasse": "Am Hüttenberg",
        "txtHausNr": "12 a",
        "txtPlz": "24358",
        "txtOrt": "Hütten",
    },
    1: {
        "txtHundName": "Fiete",
        "txtRasse": "Labrador",
        "txtChip": "276098100123456",
        "txtAnschaffung": "01.10.2026",
    },
    2: {"txtSteuer": "30,00", "txtBeginn": "01.11.2026", "txtBemerkung": "AB-x9z4"},
}
TABS = ("Halter", "Hund", "Steuer", "Zahlung")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this machine without a window."""
    with sync_playwright() as playwright, quiet_browser(playwright) as browser:
        yield browser


class FinanceClerk:
    """At the screen of Haushaltskasse."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.page = browser.new_context(ignore_https_errors=True).new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.url = url
        self.questions: list[str] = []

    def log_in(self, *, user: str = "amtsbote01", password: str = "Moorwiek-2026") -> None:
        self.page.goto(self.url)
        labelled(self.page, "Benutzer").fill(user)
        labelled(self.page, "Kennwort").fill(password)
        self.page.get_by_role("button", name="Anmelden").click()

    def frame(self, name: str) -> FrameLocator:
        return self.page.frame_locator(f"frame[name={name}]")

    def open_mask(self) -> Page:
        with self.page.expect_popup() as popup:
            self.frame("menue").get_by_text("Rechnung vorerfassen").click()
        mask = popup.value
        mask.set_default_timeout(PATIENCE_MS)
        mask.on("dialog", lambda dialog: answer_yes(dialog, self.questions))
        return mask

    def fill(self, mask: Page, *, creditor: str = "Petersen", attachment: Path | None = None, **changed: str) -> None:
        labelled(mask, "Amt (Mandant)", "select").select_option("01")
        labelled(mask, "Kreditor").fill(creditor)
        press(mask, "Kreditor suchen")
        press(mask, "Übernehmen")
        for label, text in {**INVOICE, **changed}.items():
            labelled(mask, label).fill(text)
        if attachment is not None:
            labelled(mask, "Belegbild").set_input_files(attachment)

    def search(self, **texts: str) -> FrameLocator:
        self.frame("menue").get_by_text("Belege suchen").click()
        content = self.frame("inhalt")
        for label, text in texts.items():
            labelled(content, label).fill(text)
        content.get_by_role("button", name="Suchen").click()
        content.get_by_text("gefunden.").wait_for()
        return content


class RegisterClerk:
    """At the screen of Hundeverzeichnis."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.page = browser.new_context().new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("dialog", lambda dialog: answer_yes(dialog, self.questions))
        self.url = url
        self.questions: list[str] = []

    def log_in(self, *, user: str = "amtsbote01", password: str = "Moorwiek-2026") -> None:
        self.page.goto(self.url)
        self.control("txtBenutzer").fill(user)
        self.control("txtKennwort").fill(password)
        self.page.get_by_role("button", name="Anmelden").click()

    def control(self, name: str) -> Locator:
        return self.page.locator(f"[id$={name}]")

    def choose_tab(self, number: int) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=TABS[number], exact=True).click()

    def fill_dog(self, **changed: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name="Hund anmelden").click()
        with self.page.expect_navigation():
            self.control("ddlGemeinde").select_option("Hütten")
        for tab, controls in DOG.items():
            if tab:
                self.choose_tab(tab)
            for name, text in controls.items():
                self.control(name).fill(changed.get(name, text))

    def save(self) -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press("F9")

    def search(self, *, state: str = "gemeldete", **texts: str) -> None:
        self.page.goto(f"{self.url}/Hunde/Suche.aspx")
        for name, text in texts.items():
            self.control(name).fill(text)
        self.control("ddlStatus").select_option(state)
        with self.page.expect_navigation():
            self.page.keyboard.press("F5")

    def open_file(self, number: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=number).click()

    def fill_leaving(self, *, marker: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Hund abmelden").click()
        self.control("ddlGrund").select_option("verstorben")
        self.control("txtZum").fill("30.11.2026")
        self.control("chkMarke").check()
        self.control("txtAbBemerkung").fill(marker)


def answer_yes(dialog: Dialog, questions: list[str]) -> None:
    """Accept a JavaScript dialog and note what it asked."""
    questions.append(dialog.message)
    dialog.accept()


def labelled(page: Page | FrameLocator, label: str, tag: str = "input") -> Locator:
    """The control in the cell right of the cell that holds the label."""
    cell = f"//td[normalize-space(translate(., '*', '')) = '{label}:']"
    return page.locator(f"xpath={cell}/following-sibling::td[1]//{tag}[not(@type='submit')]").first


def press(mask: Page, button: str) -> None:
    """A button that posts the page, and its new page."""
    with mask.expect_navigation():
        mask.get_by_role("button", name=button, exact=True).click()


def body(page: Page | FrameLocator) -> str:
    """All text of a page."""
    return page.locator("body").inner_text()
